"""Why, tried, open, next, mood and authentication: what the agent is told, with where each comes from."""

from bridge.core.brief.builder import BriefBuilder, finished
from bridge.core.brief.reason import ReasonOf, reason_of
from bridge.core.brief.wording import STANDARD, Wording, WordingError

__all__ = ["STANDARD", "BriefBuilder", "ReasonOf", "Wording", "WordingError", "finished", "reason_of"]

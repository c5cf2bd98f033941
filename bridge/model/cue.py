"""One detected sign that a human is wanted, with its evidence."""

from dataclasses import dataclass
from enum import StrEnum

from bridge.model.transfer import Mode


class CueKind(StrEnum):
    EXPLICIT_REQUEST = "explicit_request"
    CANCELLATION = "cancellation"
    COMPLAINT_OR_DISPUTE = "complaint_or_dispute"
    NEGOTIATION = "negotiation"
    COMPLEXITY = "complexity"
    FRUSTRATION = "frustration"
    SENSITIVE = "sensitive"
    OUT_OF_SCOPE = "out_of_scope"
    REPEATED_FAILURE = "repeated_failure"
    NO_PROGRESS = "no_progress"
    BOT_LIMIT = "bot_limit"
    LOW_CONFIDENCE = "low_confidence"
    SILENCE = "silence"
    DTMF = "dtmf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """`rule` names what fired; `quote` are the words that made it fire, `span` their place in the text."""

    kind: CueKind
    rule: str
    score: float
    at_s: float
    quote: str = ""
    span: tuple[int, int] | None = None
    utterance: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """The decision that a human is needed: why, in whose words, and how sure."""

    reason: str
    rule: str
    quote: str
    score: float
    at_s: float
    source: str
    """speech, dtmf, bot_api, bot_refer, console, mqtt, callback"""
    explicit: bool = False
    cues: tuple[Cue, ...] = ()
    said: str = ""
    """the words around the quote, where no final holds them yet"""
    target: str | None = None
    """a target asked for by name (bot's REFER or API), or hinted at by the policy"""
    mode: Mode | None = None
    """a transfer mode that the policy's rule sets"""

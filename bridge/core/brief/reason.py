"""Why a person is needed, where nobody else has decided it: the simple default behind `handoff brief`."""

from collections.abc import Callable, Sequence

from bridge.core.brief.heard import Act, acts
from bridge.core.brief.request import explicit_request
from bridge.model.bot import BotState
from bridge.model.cue import Escalation
from bridge.model.transcript import Speaker, Utterance

ReasonOf = Callable[[Sequence[Utterance], BotState], Escalation]
UNKNOWN = "unknown"
REASONS = {
    "explicit_request": "asked for a person",
    "dtmf": "pressed zero for a person",
    "repeated_failure": "was misunderstood repeatedly",
    "no_progress": "gets nowhere with the assistant",
    "bot_limit": "met a limit of the assistant",
    "low_confidence": "was not understood with certainty",
    "complaint_or_dispute": "disputes something",
    "cancellation": "wants to cancel",
    "negotiation": "negotiates",
    "complexity": "has a complex matter",
    "frustration": "is frustrated",
    "sensitive": "raises a sensitive matter",
    "out_of_scope": "asks what the assistant does not cover",
    "silence": "got no further",
}


def reason_of(turns: Sequence[Utterance], state: BotState) -> Escalation:
    """An explicit request, a limit reported or heard, being misheard twice; else "unknown"."""
    for turn in turns:
        if turn.speaker is Speaker.CALLER and (hit := explicit_request(turn.text)):
            return _escalation("explicit_request", hit.rule, turn, hit.quote)
    heard = acts(list(turns))
    if any(h.misheard + (h.act is Act.MISHEARD) * h.times >= 2 for h in heard):
        return _escalation("repeated_failure", "misheard", turns[-1])
    if limit := next((h for h in heard if h.act is Act.LIMIT), None):
        return _escalation("bot_limit", "limit_heard", limit.by[0])
    if state.limits:
        return _escalation("bot_limit", "limit_reported", turns[-1] if turns else None)
    return _escalation(UNKNOWN, UNKNOWN, turns[-1] if turns else None)


def _escalation(reason: str, rule: str, turn: Utterance | None, quote: str = "") -> Escalation:
    return Escalation(
        reason=reason, rule=rule, quote=quote, score=1.0, at_s=turn.end_s if turn else 0.0, source="speech",
        explicit=reason == "explicit_request",
    )  # fmt: skip

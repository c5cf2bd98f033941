"""Cues that the bot reports itself: its limits, failed actions, doubts, and a caller it could not verify."""

from collections import Counter
from collections.abc import Iterator

from bridge.model.bot import BotState
from bridge.model.cue import Cue, CueKind

UNSURE = 0.4
"""a confidence below this is low"""


def reported(before: BotState, after: BotState, at_s: float) -> tuple[Cue, ...]:
    """What is new in `after`. Quotes are the bot's words."""
    return tuple(_cues(before, after, at_s))


def _cues(before: BotState, after: BotState, at_s: float) -> Iterator[Cue]:
    known = Counter(before.limits)
    for limit, times in Counter(after.limits).items():
        if times > known[limit]:
            yield _cue(CueKind.BOT_LIMIT, "reported_limit", 0.9, at_s, limit)
    failed = Counter(action.name for action in after.actions if action.ok is False)
    for action in after.actions[len(before.actions) :]:
        if action.ok is False:
            again = failed[action.name] > 1
            rule, score = ("action_failed_again", 0.9) if again else ("action_failed", 0.55)
            yield _cue(CueKind.REPEATED_FAILURE, rule, score, at_s, action.name)
    if _status(after) == "failed" and _status(before) != "failed":
        yield _cue(CueKind.BOT_LIMIT, "authentication_failed", 0.9, at_s, _method(after))
    if after.confidence is not None and after.confidence < UNSURE:
        again = before.confidence is not None and before.confidence < UNSURE
        rule, score = ("unsure_again", 0.85) if again else ("unsure", 0.55)
        yield _cue(CueKind.LOW_CONFIDENCE, rule, score, at_s, f"{after.confidence:.2f}")


def _cue(kind: CueKind, rule: str, score: float, at_s: float, quote: str) -> Cue:
    return Cue(kind=kind, rule=rule, score=score, at_s=at_s, quote=quote)


def _status(state: BotState) -> str | None:
    return state.authentication.status if state.authentication else None


def _method(state: BotState) -> str:
    return (state.authentication.method or "") if state.authentication else ""

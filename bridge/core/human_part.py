"""What a person's part in a call says to the bot's side: what solved it, what the bot lacked. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from bridge.core.measures import NO_PROGRESS, SOLVED, TALKS, repeats_in, stretches_of
from bridge.core.repeats import Kind
from bridge.model.bot import BotState
from bridge.model.brief import Brief
from bridge.model.cue import Cue, CueKind
from bridge.model.handoff import HandoffRecord
from bridge.model.human_part import HumanPart, Lack
from bridge.model.transcript import Utterance

UNDERSTANDING: Final = (*NO_PROGRESS, CueKind.OUT_OF_SCOPE)
TELLABLE: Final = frozenset({"why", "tried", "unresolved", "next", "authentication"})
"""parts of the brief that a bot can report"""


def human_part(
    handoff: HandoffRecord,
    *,
    brief: Brief | None,
    transcript: Sequence[Utterance],
    state: BotState,
    cues: Sequence[Cue],
    over_s: float,
) -> HumanPart | None:
    """None: nobody had the caller. `transcript` and `state` are redacted; `over_s`: until when it lasted."""
    talks = [stretch for stretch in stretches_of(handoff, over_s) if stretch.state in TALKS]
    moved = handoff.outcome.result.startswith("transferred")
    if not talks and not moved:
        return None
    heard = tuple(repeats_in(brief, transcript, handoff, over_s))
    asked = (repeat.item for repeat in heard if repeat.kind is Kind.ASKED)
    disposition = handoff.disposition or None
    return HumanPart(
        handoff=handoff.id,
        reason=handoff.escalation.reason,
        rule=handoff.escalation.rule,
        result=handoff.outcome.result,
        disposition=disposition,
        resolved=SOLVED.get(disposition, False) if disposition else None,
        talk_s=round(sum(stretch.seconds for stretch in talks), 1),
        asked_again=tuple(dict.fromkeys(asked)),
        reverified=sum(repeat.kind is Kind.REVERIFIED for repeat in heard),
        lacked=tuple(dict.fromkeys(_lacked(handoff, brief, state, cues))),
    )


def _lacked(
    handoff: HandoffRecord, brief: Brief | None, state: BotState, cues: Sequence[Cue]
) -> Iterator[Lack]:
    for limit in state.limits:
        yield Lack(kind="limit", what=limit)
    for action in state.actions:
        if action.ok is False:
            yield Lack(kind="failed_action", what=action.name)
    for part in brief.missing if brief else ():
        if part in TELLABLE:
            yield Lack(kind="missing", what=part)
    for cue in (*cues, *handoff.escalation.cues):
        if cue.kind in UNDERSTANDING and cue.at_s <= handoff.escalation.at_s:
            yield Lack(kind="not_understood", what=cue.rule)
    if handoff.brief_right in ("partly", "wrong"):
        yield Lack(kind="brief_wrong", what=handoff.brief_right)

"""Records with one handoff, told in a line."""

from typing import Any

from bridge.evaluation.repeats import brief_of
from bridge.model.bot import BotState
from bridge.model.cue import Cue, CueKind, Escalation
from bridge.model.handoff import Event, HandoffRecord, Outcome, State, StateAt
from bridge.model.record import RECORD_VERSION, ConversationRecord
from bridge.model.transcript import Speaker, Utterance

BRIEF = {
    "caller": "maria keller", "why": "the parcel never arrived", "tried": [],
    "facts": {"order number": "44120", "amount": "80 pounds"},
    "authentication": {"status": "verified", "method": "pin"},
}  # fmt: skip
WHOLE = (
    "proposed 10 choosing 10.1 dialing 10.2 briefing 16 joining 26 connected 26.5 wrap_up 146.5 "
    "COMPLETED 166.5"
)


def handoff(
    states: str = WHOLE, *, result: str = "connected", phase: str = "connected", id: str = "h1",
    at_s: float = 10.0, reason: str = "explicit_request", rule: str = "asks", **more: Any,
) -> HandoffRecord:  # fmt: skip
    """`states`: "proposed 10 choosing 10.1 ..."."""
    words = states.split()
    escalation = Escalation(
        reason=reason, rule=rule, quote="", score=1.0, at_s=at_s, source="speech", explicit=True
    )
    return HandoffRecord(
        id=id, escalation=escalation,
        states=tuple(
            StateAt(state=State(name), event=Event.TIMEOUT, at_s=float(at))
            for name, at in zip(words[::2], words[1::2], strict=True)
        ),
        attempts=(), outcome=Outcome(result=result, phase=phase), marks_s={}, absorbed=0, **more,
    )  # fmt: skip


def record(
    *handoffs: HandoffRecord, turns: tuple[str, ...] = (), status: str = "verified", **more: Any
) -> ConversationRecord:
    """`turns`: "27 a can i take your order number"."""
    who = {"a": Speaker.AGENT, "c": Speaker.CALLER, "b": Speaker.BOT}
    said = [
        Utterance(id=f"u{i}", speaker=who[by], text=text, start_s=float(at), end_s=float(at) + 1)
        for i, (at, by, text) in enumerate(turn.split(" ", 2) for turn in turns)
    ]
    brief = brief_of({"brief": {**BRIEF, "authentication": {"status": status, "method": None}}})
    told: dict[str, Any] = {
        "v": RECORD_VERSION, "id": "c1", "started_at": "2026-09-01T10:00:00.000Z", "seconds": 170.0,
        "ended": "caller_gone", "caller": "sip:4930123@pbx", "called": "sip:100@bridge", "headers": {},
        "worker": "w",
        "asr": {}, "legs": (), "transcript": tuple(said), "gaps": (), "flush_incomplete": (), "cues": (),
        "bot_state": BotState(), "brief": brief if handoffs else None, "handoffs": handoffs,
    }  # fmt: skip
    return ConversationRecord(**{**told, **more})


def frustrated(score: float) -> Cue:
    return Cue(kind=CueKind.FRUSTRATION, rule="sighs", score=score, at_s=1.0)

"""Records as calls leave them."""

from dataclasses import replace

from bridge.model.bot import BotState
from bridge.model.cue import Escalation
from bridge.model.handoff import Attempt, Event, HandoffRecord, Outcome, State, StateAt
from bridge.model.record import RECORD_VERSION, ConversationRecord
from bridge.model.transcript import Speaker, Utterance

WALKED = (
    (30.0, State.PROPOSED, None),
    (30.5, State.DIALING, Event.TARGET_CHOSEN),
    (40.0, State.BRIEFING, Event.AGENT_ANSWERED),
    (48.0, State.CONNECTED, Event.JOINED),
    (200.0, State.WRAP_UP, Event.CALLER_GONE),
    (220.0, State.COMPLETED, Event.DISPOSITION_SET),
)


def handoff_of(id: str) -> HandoffRecord:
    return HandoffRecord(
        id=f"{id}-h1",
        escalation=Escalation(
            reason="cancellation", rule="cancel", quote="cancel it", score=0.9, at_s=30.0, source="speech"
        ),
        states=tuple(StateAt(state=state, event=event, at_s=at_s) for at_s, state, event in WALKED),
        attempts=(
            Attempt(
                number=1, target="ann", leg="agent-1", agent="ann", mode="conference", mode_why="default",
                dialed_s=30.5, answered_s=40.0, outcome="answered",
            ),
        ),
        outcome=Outcome(result="connected", phase="wrap_up", mode="conference"),
        marks_s={}, absorbed=0, disposition="cancelled", note="kept him with a discount",
    )  # fmt: skip


def record(
    id: str = "c1",
    *texts: str,
    caller: str = "sip:+4930123456@pbx",
    called: str = "sip:900@bridge",
    started_at: str = "2026-01-01T00:00:00.000Z",
) -> ConversationRecord:
    """One escalated conversation; the caller says `texts`."""
    said = texts or ("I want to cancel my contract",)
    utterances = tuple(
        Utterance(id=f"u{n}", speaker=Speaker.CALLER, text=text, start_s=2.0 * n, end_s=2.0 * n + 1.0)
        for n, text in enumerate(said)
    )
    return ConversationRecord(
        v=RECORD_VERSION, id=id, started_at=started_at, seconds=220.0, ended="caller_gone", caller=caller,
        called=called, headers={}, worker="sip-0", asr={"engine": "scripted"}, legs=(),
        transcript=utterances, gaps=(), flush_incomplete=(), cues=(), bot_state=BotState(), brief=None,
        handoffs=(handoff_of(id),), rules_version="rules 1",
    )  # fmt: skip


def without_handoff(made: ConversationRecord) -> ConversationRecord:
    return replace(made, handoffs=())

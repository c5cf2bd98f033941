"""The record of a conversation, as far as it is known."""

from bridge.app.call import Call
from bridge.app.redacted import redacted_headers, redacted_state
from bridge.model.brief import Brief
from bridge.model.handoff import HandoffRecord
from bridge.model.record import RECORD_VERSION, ConversationRecord
from sip.events import CallIncoming


def record_of(
    call: Call,
    incoming: CallIncoming,
    *,
    started_at: str,
    ended: str,
    handoffs: tuple[HandoffRecord, ...],
    brief: Brief | None,
    asr: dict[str, str],
    unflushed: tuple[str, ...],
    vault: str | None,
    holds_s: tuple[tuple[float, float], ...] = (),
    csat: int | None = None,
) -> ConversationRecord:
    """`ended` "" while it goes on, or when nobody said how."""
    transferred = bool(handoffs) and handoffs[-1].outcome.result.startswith("transferred")
    return ConversationRecord(
        v=RECORD_VERSION,
        id=call.id,
        started_at=started_at,
        seconds=call.now_s(),
        ended="transferred" if transferred else ended or "completed",
        caller=incoming.from_uri,
        called=incoming.to_uri,
        headers=redacted_headers(call.headers),
        worker=call.ua.id,
        asr=asr,
        legs=call.legs.records(),
        transcript=call.told.utterances,
        gaps=call.transcript.gaps,
        flush_incomplete=unflushed,
        cues=tuple(call.cues),
        bot_state=redacted_state(call.bot_state),
        brief=brief,
        handoffs=handoffs,
        absorbed=sum(handoff.absorbed for handoff in handoffs),
        vault=vault,
        holds_s=holds_s,
        csat=csat,
        rules_version=call.desk.rules_version,
        hints=tuple(hint for hints in call.hints.values() for hint in hints),
    )

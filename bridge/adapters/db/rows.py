"""A record as rows: one conversation, its handoffs, its utterances."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from bridge.adapters.codec import CLEAR, Codec
from bridge.adapters.codec import RECORD as RECORD
from bridge.adapters.db.tables import CONVERSATIONS, HANDOFFS, UTTERANCES
from bridge.adapters.number import number_of
from bridge.model.handoff import HandoffRecord, State
from bridge.model.record import ConversationRecord

Rows = tuple[Table, Sequence[Mapping[str, Any]]]
Derive = Callable[[ConversationRecord], Iterable[Rows]]
"""Rows of other tables, written in the record's own transaction; each has its column `conversation`."""


def rows_of(record: ConversationRecord, site: str, codec: Codec = CLEAR) -> list[Rows]:
    """In the order in which they can be inserted. Raises OSError."""
    return [
        (CONVERSATIONS, [_conversation(record, site, codec)]),
        (HANDOFFS, [_handoff(record.id, number, each) for number, each in enumerate(record.handoffs, 1)]),
        (UTTERANCES, list(_utterances(record, codec))),
    ]


def started_s(record: ConversationRecord) -> float:
    return datetime.fromisoformat(record.started_at).timestamp()


def _conversation(record: ConversationRecord, site: str, codec: Codec) -> dict[str, Any]:
    handoffs = record.handoffs
    return {
        "id": record.id,
        "site": site,
        "started_at": record.started_at,
        "started_s": started_s(record),
        "seconds": record.seconds,
        "ended": record.ended,
        "caller": codec.number(_storable(number_of(record.caller))),
        "called": codec.number(_storable(number_of(record.called))),
        "handoffs": len(handoffs),
        "reason": handoffs[0].escalation.reason if handoffs else "",
        "result": handoffs[-1].outcome.result if handoffs else "",
        "rules_version": record.rules_version,
        "record": codec.dump(record).decode(),
    }


def _handoff(conversation: str, number: int, handoff: HandoffRecord) -> dict[str, Any]:
    escalation, outcome = handoff.escalation, handoff.outcome
    answered = [attempt for attempt in handoff.attempts if attempt.outcome == "answered"]
    last = answered[-1] if answered else None
    return {
        "id": handoff.id,
        "conversation": conversation,
        "number": number,
        "at_s": escalation.at_s,
        "reason": escalation.reason,
        "rule": escalation.rule,
        "source": escalation.source,
        "explicit": escalation.explicit,
        "score": escalation.score,
        "attempts": len(handoff.attempts),
        "agent": (last.agent or last.target) if last else "",
        "mode": outcome.mode or (last.mode if last else ""),
        "result": outcome.result,
        "phase": outcome.phase,
        "connected_s": _entered(handoff, State.CONNECTED),
        "wrap_up_s": _entered(handoff, State.WRAP_UP),
        "over_s": handoff.states[-1].at_s if handoff.states and handoff.states[-1].state.final else None,
        "disposition": handoff.disposition,
        "brief_right": handoff.brief_right,
    }


def _entered(handoff: HandoffRecord, state: State) -> float | None:
    return next((entry.at_s for entry in handoff.states if entry.state is state), None)


def _utterances(record: ConversationRecord, codec: Codec) -> Iterable[dict[str, Any]]:
    for number, utterance in enumerate(record.transcript):
        yield {
            "conversation": record.id,
            "number": number,
            "speaker": utterance.speaker.value,
            "start_s": utterance.start_s,
            "end_s": utterance.end_s,
            "during": utterance.during,
            "text": codec.words(_storable(utterance.text)),
        }


def _storable(text: str) -> str:
    """PostgreSQL has no NUL in a text."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")

"""Whose call it is: which agents may see a conversation, while it lasts and in its record."""

from bridge.app.handoffs import Handoffs
from bridge.model.handoff import Attempt
from bridge.model.record import ConversationRecord


def agents_of(handoffs: Handoffs) -> frozenset[str]:
    """Who is called, briefed or connected now, and who talked with the caller before; not who declined."""
    live = handoffs.live
    attempts = [attempt for record in handoffs.records for attempt in record.attempts]
    attempts += live.attempts.all if live else []
    now = live.attempts.agents if live else frozenset()
    return _talked(attempts) | now


def agents_in(record: ConversationRecord) -> frozenset[str]:
    """Who talked with the caller."""
    return _talked([attempt for handoff in record.handoffs for attempt in handoff.attempts])


def _talked(attempts: list[Attempt]) -> frozenset[str]:
    return frozenset(attempt.agent or attempt.target for attempt in attempts if attempt.outcome == "answered")

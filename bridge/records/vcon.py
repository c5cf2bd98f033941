"""A conversation as a vCon: draft-ietf-vcon-vcon-core-03 of 1 July 2026, syntax 0.4.0, unsigned form."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from pydantic import TypeAdapter

from bridge.model.brief import Brief
from bridge.model.handoff import HandoffRecord
from bridge.model.record import ConversationRecord
from bridge.model.transcript import Speaker, Utterance

BRIEF: Final = TypeAdapter(Brief)
SYNTAX: Final = "0.4.0"
VENDOR: Final = "handoff-bridge"
CALLER, BOT = 0, 1
"""places in `parties`; agents follow"""
DISPOSITIONS: Final = {
    "busy": "busy",
    "no_answer": "no-answer",
    "unreachable": "failed",
    "refused": "hung-up",
}


def vcon_of(record: ConversationRecord, *, site: str) -> dict[str, Any]:
    """Every utterance is a dialog of type text; attempts that led to nothing are incomplete, the way to the
    agent is a transfer, the brief an analysis. Words are redacted as in the record."""
    agents = list(dict.fromkeys(_agents(record)))
    places = {agent: place for place, agent in enumerate(agents, BOT + 1)}
    dialog = [_said(record, utterance, places) for utterance in record.transcript]
    for handoff in record.handoffs:
        dialog += _ways(record, handoff, places, original=0 if record.transcript else None)
    made: dict[str, Any] = {
        "vcon": SYNTAX,
        "uuid": str(uuid5(NAMESPACE_URL, f"handoff:{site}:{record.id}")),
        "created_at": _at(record, record.seconds),
        "subject": record.handoffs[0].escalation.reason if record.handoffs else "not escalated",
        "parties": [
            {"sip": record.caller, "type": "person"},
            {"name": "bot", "sip": record.called, "type": "bot"},
            *({"name": agent, "type": "person"} for agent in agents),
        ],
        "dialog": dialog,
        "analysis": [],
        "attachments": [],
    }
    if record.brief is not None:
        brief = BRIEF.dump_python(record.brief, mode="json")
        summary = {"type": "summary", "vendor": VENDOR, "product": "brief", "encoding": "json", "body": brief}
        if record.transcript:
            summary["dialog"] = list(range(len(record.transcript)))
        made["analysis"].append(summary | {"mediatype": "application/json"})
    return made


def _said(record: ConversationRecord, utterance: Utterance, places: dict[str, int]) -> dict[str, Any]:
    return {
        "type": "text",
        "start": _at(record, utterance.start_s),
        "duration": round(max(0.0, utterance.end_s - utterance.start_s), 3),
        "parties": _speaker(record, utterance, places),
        "mediatype": "text/plain",
        "encoding": "none",
        "body": utterance.text,
    }


def _speaker(record: ConversationRecord, utterance: Utterance, places: dict[str, int]) -> int:
    """An agent is the one who had answered last by then."""
    if utterance.speaker is not Speaker.AGENT:
        return CALLER if utterance.speaker is Speaker.CALLER else BOT
    attempts = [attempt for handoff in record.handoffs for attempt in handoff.attempts]
    before = [a for a in attempts if a.answered_s is not None and a.answered_s <= utterance.end_s]
    latest = max(before, key=lambda attempt: attempt.answered_s or 0.0, default=None)
    return places[latest.agent or latest.target] if latest else BOT


def _ways(
    record: ConversationRecord, handoff: HandoffRecord, places: dict[str, int], original: int | None
) -> list[dict[str, Any]]:
    ways: list[dict[str, Any]] = []
    for attempt in handoff.attempts:
        place = places[attempt.agent or attempt.target]
        if attempt.outcome == "answered":
            way = {
                "type": "transfer", "start": _at(record, attempt.dialed_s), "transferee": CALLER,
                "transferor": BOT, "transfer_target": place,
            }  # fmt: skip
            ways.append(way if original is None else way | {"original": original})
        else:
            ways.append(
                {
                    "type": "incomplete", "start": _at(record, attempt.dialed_s), "parties": [BOT, place],
                    "disposition": DISPOSITIONS.get(attempt.outcome or "", "failed"),
                }
            )  # fmt: skip
    return ways


def _agents(record: ConversationRecord) -> list[str]:
    return [a.agent or a.target for handoff in record.handoffs for a in handoff.attempts]


def _at(record: ConversationRecord, at_s: float) -> str:
    begun = datetime.fromisoformat(record.started_at).astimezone(UTC)
    return (begun + timedelta(seconds=at_s)).isoformat(timespec="milliseconds")

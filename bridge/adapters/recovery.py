"""After a main process died: its open conversations get their one record, told from the event log."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from bridge.adapters.files import RECORD, FileStore
from bridge.model.cue import Escalation
from bridge.model.handoff import Event, HandoffRecord, Outcome, State, StateAt
from bridge.model.record import ConversationRecord
from bridge.model.transcript import Utterance

log = structlog.get_logger()
UTTERANCE: TypeAdapter[Utterance] = TypeAdapter(Utterance)


async def close_interrupted(store: FileStore, events: Path) -> tuple[str, ...]:
    """Write the record of every conversation that was opened and never saved. Their ids.

    A disk that refuses costs nothing but time: the next start finds them again."""
    stubs = {stub.id: stub for stub in _stubs(store.open_dir) if not store.closed(stub)}
    if not stubs:
        return ()
    told: dict[str, list[dict[str, Any]]] = {id: [] for id in stubs}
    for event in _lines(events):
        if event.get("conversation") in told:
            told[event["conversation"]].append(event)
    for id, stub in stubs.items():
        try:
            await store.save(rebuilt(stub, told[id]))
        except OSError as error:
            log.error("record of an interrupted conversation not written", record=id, error=error.strerror)
            continue
        log.warning("conversation was interrupted", conversation=id)
    return tuple(stubs)


def _stubs(open_dir: Path) -> Iterator[ConversationRecord]:
    for path in sorted(open_dir.glob("*.json")):
        try:
            yield RECORD.validate_json(path.read_bytes())
        except (OSError, ValidationError):
            log.error("open conversation not readable", file=path.name)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Events in order; a line cut short by the death is passed over."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                yield event


def rebuilt(stub: ConversationRecord, events: list[dict[str, Any]]) -> ConversationRecord:
    """The record as far as the events tell it."""
    utterances = [_utterance(e) for e in events if e["type"] == "utterance"]
    last = max((float(e.get("at_s", 0.0)) for e in events), default=0.0)
    return replace(
        stub,
        ended="interrupted",
        seconds=last,
        transcript=tuple(sorted(utterances, key=lambda u: u.start_s)),
        handoffs=tuple(_handoffs(events)),
    )


def _utterance(event: dict[str, Any]) -> Utterance:
    fields = {name: event[name] for name in ("id", "speaker", "text", "start_s", "end_s", "during")}
    return UTTERANCE.validate_python(fields | {"normalized": event.get("normalized", "")})


def _handoffs(events: list[dict[str, Any]]) -> Iterator[HandoffRecord]:
    """One a handoff id; those without an outcome were interrupted in the state they had reached."""
    escalations = [e for e in events if e["type"] == "escalation"]
    ids = list(dict.fromkeys(e["handoff"] for e in events if e["type"] == "handoff"))
    for id, escalation in zip(ids, escalations, strict=False):
        states = tuple(
            StateAt(state=State(e["state"]), event=Event(e["event"]) if e["event"] else None, at_s=e["at_s"])
            for e in events
            if e["type"] == "handoff" and e["handoff"] == id
        )
        outcome = next((e for e in events if e["type"] == "outcome" and e["handoff"] == id), None)
        live = [entry.state for entry in states if not entry.state.final]
        yield HandoffRecord(
            id=id,
            escalation=Escalation(
                at_s=escalation["at_s"],
                **{k: escalation[k] for k in ("reason", "rule", "quote", "score", "source", "explicit")},
            ),
            states=states,
            attempts=(),
            outcome=Outcome(
                result=outcome["result"] if outcome else "interrupted",
                phase=outcome["phase"] if outcome else live[-1].value,
                reason="" if outcome else "the main process died",
            ),
            marks_s={},
            absorbed=0,
        )

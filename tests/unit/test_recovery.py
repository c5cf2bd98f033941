"""A main process that dies leaves no conversation without its one record."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bridge.adapters.files import RECORD, FileEvents, FileStore
from bridge.adapters.recovery import close_interrupted
from bridge.model.bot import BotState
from bridge.model.record import RECORD_VERSION, ConversationRecord

STUB = ConversationRecord(
    v=RECORD_VERSION, id="c1", started_at="2026-01-01T00:00:00.000Z", seconds=0.0, ended="completed",
    caller="sip:100@pbx", called="sip:900@bridge", headers={}, worker="sip-0", asr={"engine": "scripted"},
    legs=(), transcript=(), gaps=(), flush_incomplete=(), cues=(), bot_state=BotState(), brief=None,
    handoffs=(),
)  # fmt: skip


def log_of_a_connected_call(dir: Path) -> None:
    events = FileEvents(dir)
    say = {"speaker": "caller", "text": "an agent please", "start_s": 2.0, "end_s": 3.0, "during": "dialogue"}
    events.emit("started", "c1", {"at_s": 0.0})
    events.emit("utterance", "c1", {"at_s": 3.1, "id": "u1", **say})
    events.emit("escalation", "c1", {
        "at_s": 3.1, "reason": "explicit_request", "rule": "bare_person", "quote": "agent", "score": 1.0,
        "source": "speech", "explicit": True,
    })  # fmt: skip
    walked = (
        (3.1, "proposed", None),
        (3.1, "choosing", "approved_warm"),
        (3.1, "dialing", "target_chosen"),
        (5.0, "briefing", "agent_answered"),
        (7.0, "joining", "accepted_conference"),
        (7.0, "connected", "joined"),
    )
    for at_s, state, event in walked:
        events.emit("handoff", "c1", {"at_s": at_s, "handoff": "c1-h1", "state": state, "event": event})
    events.close()
    with (dir / "events.jsonl").open("a") as file:
        file.write('{"type": "utter')  # cut short by the death


def test_open_conversation_is_closed_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.begin(STUB)
    log_of_a_connected_call(tmp_path)
    assert len(asyncio.run(close_interrupted(store, tmp_path / "events.jsonl"))) == 1
    (path,) = tmp_path.glob("20*/*.json")
    record = RECORD.validate_json(path.read_bytes())
    assert record.ended == "interrupted"
    assert record.seconds == 7.0
    assert [u.text for u in record.transcript] == ["an agent please"]
    (handoff,) = record.handoffs
    assert handoff.outcome.result == "interrupted"
    assert handoff.outcome.phase == "connected"
    assert asyncio.run(close_interrupted(store, tmp_path / "events.jsonl")) == ()


def test_saved_conversation_is_left_alone(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.begin(STUB)
    asyncio.run(store.save(STUB))
    assert asyncio.run(close_interrupted(store, tmp_path / "events.jsonl")) == ()
    assert len(list(tmp_path.glob("20*/*.json"))) == 1


def test_unreadable_leftover_stops_nobody(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.open_dir.mkdir()
    (store.open_dir / "bad.json").write_text("{")
    assert asyncio.run(close_interrupted(store, tmp_path / "events.jsonl")) == ()


def test_a_record_that_was_written_is_not_written_over(tmp_path: Path) -> None:
    """Death came between the record and the mark that it was open."""
    store = FileStore(tmp_path)
    whole = replace(STUB, ended="caller_gone", seconds=9.0)
    asyncio.run(store.save(whole))
    store.begin(STUB)
    assert asyncio.run(close_interrupted(store, tmp_path / "events.jsonl")) == ()
    (path,) = tmp_path.glob("20*/*.json")
    assert RECORD.validate_json(path.read_bytes()) == whole
    assert list(tmp_path.glob("open/*")) == []

"""A caller is erased everywhere, others are not, and what is left is found."""

import asyncio
import json
import time
from pathlib import Path

import aiomqtt
import pytest
from sqlalchemy import URL
from typer.testing import CliRunner

from bridge.adapters.archive import Archive
from bridge.adapters.callback_files import CallbackFiles
from bridge.adapters.db.database import Database
from bridge.adapters.event_log import blank_lines
from bridge.adapters.files import FileEvents, FileStore
from bridge.adapters.record_files import RecordFiles
from bridge.adapters.webhooks.spool import Message, Spool
from bridge.cli import app
from bridge.config import Settings
from bridge.model.callback import Callback
from bridge.peers.mosquitto import Mosquitto
from bridge.records.erasure import Erasure, ErasureError
from tests.store.made import handoff_of, record

HIS, ANOTHER = "4930123456", "4930999999"
SECRET = "xylophonist"
INDEXED = b"lophon"
"""what an index of words has of it: its stem, without what it shares with its neighbour"""


async def a_bridge_with_two_callers(dir: Path, url: URL) -> None:
    """Conversations c1 and c2 are his, c3 is not; each has left something everywhere."""
    store, events = FileStore(dir), FileEvents(dir)
    spools = Spool(dir / "webhooks.sqlite"), Spool(dir / "crm.sqlite")
    database = Database(url)
    await database.prepare()
    archive = Archive(store, RecordFiles(dir), database)
    archive.start()
    for id, party in (("conv-one", HIS), ("conv-two", HIS), ("conv-three", ANOTHER)):
        word = SECRET if party == HIS else "flautist"
        await archive.save(record(id, f"I am a {word}", caller=f"sip:+{party}@pbx"))
        (dir / "audio" / id).mkdir(parents=True)
        (dir / "audio" / id / "caller.wav").write_bytes(b"RIFF")
        (dir / "review").mkdir(exist_ok=True)
        with (dir / "review" / "2026-01.jsonl").open("a") as review:
            review.write(json.dumps({"id": id, "turns": [word]}) + "\n")
        events.emit("started", id, {"at_s": 0.0})
        events.emit("utterance", id, {"at_s": 1.0, "text": f"I am a {word}"})
        body = json.dumps({"call": id}).encode()
        for spool in spools:
            spool.put([Message(hook="h", id=id, kind="ended", body=body, made=0.0, due=time.time())], 100)
        await CallbackFiles(dir / "callbacks").save(
            Callback(
                id=id, number=f"+{party}", promised_at="2026-01-01T00:00:00.000Z", seconds=1.0,
                escalation=handoff_of(id).escalation,
            )
        )  # fmt: skip
    events.close()
    for spool in spools:
        spool.close()
    while archive.describe()["filed"] < 3:
        await asyncio.sleep(0.01)
    await archive.close()


def everything_in(dir: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in dir.rglob("*") if path.is_file()}


def settings_for(dir: Path, url: URL, **more: object) -> Settings:
    address = url.render_as_string(hide_password=False)
    return Settings.model_validate({"records": {"dir": str(dir), "db": address}, **more})


async def test_nothing_of_him_is_left_and_all_of_others(tmp_path: Path, url: URL) -> None:
    await a_bridge_with_two_callers(tmp_path, url)
    database = Database(url)
    erasure = Erasure(settings_for(tmp_path, url), database, "+49 30 123-456")
    await erasure.prepare()
    assert sorted(erasure.ids) == ["conv-one", "conv-two"]
    assert set(await erasure.left()) > {"database conversations", "database utterances"}, (
        "the search can find"
    )
    assert await erasure.erase() == {
        "record files": 2, "recordings": 2, "callbacks": 2, "events": 4, "review files": 2,
        "webhooks and CRM": 4, "keys": 0, "database": 2, "mqtt": 0,
    }  # fmt: skip
    assert await erasure.left() == {}
    assert await database.lacking(["conv-one", "conv-two", "conv-three"]) == [], "and none is filed again"
    await database.close()

    left = everything_in(tmp_path)
    for needle in (INDEXED, HIS.encode()):
        assert [path.name for path, body in left.items() if needle in body] == []
    kept = [path.name for path, body in left.items() if b"conv-three" in body or "conv-three" in str(path)]
    assert {"conv-three.json", "caller.wav", "2026-01.jsonl", "events.jsonl"} <= set(kept)
    assert {"webhooks.sqlite", "crm.sqlite"} <= set(kept)
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [line["conversation"] for line in lines] == ["", "", "", "", "conv-three", "conv-three"]


async def test_what_is_left_is_named(tmp_path: Path, url: URL) -> None:
    await a_bridge_with_two_callers(tmp_path, url)
    FileStore(tmp_path).begin(record("conv-live", caller=f"sip:{HIS}@pbx"))
    (tmp_path / "notes.txt").write_text(f"call {HIS} back")
    database = Database(url)
    erasure = Erasure(settings_for(tmp_path, url), database, HIS)
    await erasure.prepare()
    await erasure.erase()
    left = await erasure.left()
    await database.close()
    assert left == {f"file {tmp_path / 'notes.txt'}": 1, "conversations that still go on": 1}
    assert (tmp_path / "open" / "conv-live.json").exists()


def run(tmp_path: Path, caller: str, *more: str) -> tuple[int, str]:
    arguments = ["erase", "--caller", caller, "--set", f"records.dir={tmp_path}", *more]
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.output


def test_the_command(tmp_path: Path) -> None:
    url = URL.create("sqlite+aiosqlite", database=str(tmp_path / "handoff.sqlite"))
    asyncio.run(a_bridge_with_two_callers(tmp_path, url))
    (tmp_path / "notes.txt").write_text(HIS)
    code, output = run(tmp_path, HIS, "--json")
    assert code == 1
    assert json.loads(output)["left"] == {f"file {tmp_path / 'notes.txt'}": 1}
    (tmp_path / "notes.txt").unlink()
    code, output = run(tmp_path, HIS)
    assert (code, output.splitlines()[-1]) == (0, "searched everywhere: nothing is left")
    assert run(tmp_path, "sip:pbx")[0] == 2
    code, output = run(tmp_path, HIS, "--set", "records.db=postgresql://x@127.0.0.1:1/x")
    assert (code, output.startswith("records.db: not reached")) == (75, True)
    assert run(tmp_path, HIS, "--set", "records.db=mysql://x")[0] == 78


@pytest.mark.wire
async def test_what_the_broker_keeps_goes_too(tmp_path: Path) -> None:
    url = URL.create("sqlite+aiosqlite", database=str(tmp_path / "handoff.sqlite"))
    await a_bridge_with_two_callers(tmp_path, url)
    with Mosquitto(host="127.0.82.1") as server:
        settings = settings_for(tmp_path, url, mqtt={"host": server.host, "port": server.port})
        root = "handoff/v1/default/call"
        async with aiomqtt.Client(server.host, server.port, protocol=aiomqtt.ProtocolVersion.V5) as other:
            for id in ("conv-one", "conv-three"):
                await other.publish(f"{root}/{id}/handoff", b"{}", qos=1, retain=True)
        database = Database(url)
        erasure = Erasure(settings, database, HIS)
        await erasure.prepare()
        assert (await erasure.left())["mqtt"] == 1
        assert (await erasure.erase())["mqtt"] == 1
        assert await erasure.left() == {}
        again = Erasure(settings, database, ANOTHER)
        await again.prepare()
        assert (await again.left())["mqtt"] == 1
    with pytest.raises(ErasureError, match=r"mqtt: .*Cure"):  # the broker is gone now
        await again.erase()
    await database.close()


async def test_lines_are_blanked_while_others_are_written(tmp_path: Path) -> None:
    events = FileEvents(tmp_path)
    for number in range(2000):
        events.emit("started", f"conv-{number % 2}", {"at_s": 0.0, "number": number})
    await asyncio.to_thread(blank_lines, tmp_path / "events.jsonl", lambda line: b"conv-1" in line)
    for number in range(2000, 2100):
        events.emit("started", f"conv-{number % 2}", {"at_s": 0.0, "number": number})
    events.close()
    blank_lines(tmp_path / "events.jsonl", lambda line: b"conv-1" in line)
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_bytes().splitlines()]
    kept = [line["number"] for line in lines if line["type"] == "started"]
    assert kept == list(range(0, 2100, 2))
    assert len(lines) == 2100

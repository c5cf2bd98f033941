"""Sealed records: nothing in clear on the disk, all of it readable with the key, none without."""

import asyncio
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, select

from bridge.adapters.archive import Archive
from bridge.adapters.codec import CLEAR, SealedCodec
from bridge.adapters.db.database import Database
from bridge.adapters.db.measures import MEASURES
from bridge.adapters.db.search import DatabaseSearch
from bridge.adapters.files import FileEvents, FileStore
from bridge.adapters.keyring import Keyring, Sealed
from bridge.adapters.old_files import OldFiles
from bridge.adapters.record_files import RecordFiles, read_record
from bridge.adapters.recovery import close_interrupted
from bridge.check import check_settings
from bridge.config import Settings
from bridge.core.forgetting import without_words
from bridge.measuring.report import measure_again
from bridge.records.erasure import Erasure
from bridge.review.records import records_of
from tests.store.made import record

MASTER = Fernet.generate_key().decode()
NUMBER, WORD = "4930123456", "xylophonist"
SAID = {"id": "u0", "speaker": "caller", "text": f"I am a {WORD}", "start_s": 1.0, "end_s": 2.0,
        "during": "dialogue"}  # fmt: skip


def codec(dir: Path, *, seals: bool = True, master: str = MASTER) -> SealedCodec:
    return SealedCodec(Keyring(dir, master), seals=seals)


async def a_call(dir: Path, url: URL, sealed: SealedCodec, *, saved: bool = True) -> None:
    made = record("conv-one", f"I am a {WORD}")
    files, events = FileStore(dir, sealed), FileEvents(dir, sealed)
    database = Database(url, codec=sealed)
    archive = Archive(files, RecordFiles(dir, sealed), database)
    archive.start()
    archive.begin(replace(made, transcript=(), handoffs=()))
    events.emit("started", "conv-one", {"at_s": 0.0, "caller": f"+{NUMBER}", "worker": "sip-0"})
    events.emit("utterance", "conv-one", {"at_s": 2.0, **SAID})
    events.close()
    if saved:
        await archive.save(made)
    async with asyncio.timeout(20):
        while archive.describe()["database"] != "up" or archive.describe()["waiting"]:
            await asyncio.sleep(0.01)
    await archive.close()


def in_clear(dir: Path) -> list[str]:
    files = [path for path in dir.rglob("*") if path.is_file()]
    needles = (NUMBER.encode(), WORD.encode(), b"lophon")
    return [path.name for path in files if any(needle in path.read_bytes() for needle in needles)]


async def test_nothing_is_written_in_clear_and_all_is_readable(tmp_path: Path, url: URL) -> None:
    sealed = codec(tmp_path)
    await a_call(tmp_path, url, sealed)
    made = record("conv-one", f"I am a {WORD}")
    assert in_clear(tmp_path) == []
    again = codec(tmp_path)
    assert await RecordFiles(tmp_path, again).find("conv-one") == made
    database = Database(url, codec=again)
    assert await database.holding([NUMBER, WORD]) == {}
    assert await database.find("conv-one") == made
    assert [found async for _, found in database.between(0.0, 9e9)] == [made]
    assert await database.of_number(NUMBER) == ["conv-one"]
    assert (await DatabaseSearch(database).search(WORD, before=None, limit=1)).hits == ()
    await database.close()


async def test_a_call_that_was_cut_off_is_told_from_sealed_events(tmp_path: Path, url: URL) -> None:
    sealed = codec(tmp_path)
    await a_call(tmp_path, url, sealed, saved=False)
    assert in_clear(tmp_path) == []
    again = codec(tmp_path)
    assert await close_interrupted(FileStore(tmp_path, again), tmp_path / "events.jsonl") == ("conv-one",)
    found = await RecordFiles(tmp_path, again).find("conv-one")
    assert found is not None
    assert (found.ended, [said.text for said in found.transcript]) == ("interrupted", [SAID["text"]])
    assert in_clear(tmp_path) == []


async def test_without_its_key_no_copy_is_readable(tmp_path: Path, url: URL) -> None:
    sealed = codec(tmp_path / "live")
    await a_call(tmp_path / "live", url, sealed)
    shutil.copytree(tmp_path / "live" / "2026-01-01", tmp_path / "backup")
    assert read_record(tmp_path / "backup" / "conv-one.json", codec(tmp_path / "live")) is not None
    settings = Settings.model_validate({"records": {"dir": str(tmp_path / "live")}})
    database = Database(url, codec=sealed)
    copied = await database.read(lambda c: c.exec_driver_sql("SELECT record FROM conversations").scalar_one())
    erasure = Erasure(settings, database, NUMBER)
    await erasure.prepare()
    assert (await erasure.erase())["keys"] == 1
    assert await erasure.left() == {}
    await database.close()
    for ring in (sealed, codec(tmp_path / "live")):
        assert read_record(tmp_path / "backup" / "conv-one.json", ring) is None
        with pytest.raises(Sealed, match="no key"):
            ring.load("conv-one", str(copied).encode())


async def test_what_was_written_before_is_read_and_found(tmp_path: Path, url: URL) -> None:
    clear = Database(url)
    await clear.prepare()
    await FileStore(tmp_path).save(record("before"))
    await clear.write(record("before"))
    await clear.close()
    sealed = codec(tmp_path)
    await a_call(tmp_path, url, sealed)
    later = codec(tmp_path, seals=False)  # switched off, the key still there
    database = Database(url, codec=later)
    await database.write(record("after"))
    assert sorted(await database.of_number(NUMBER)) == ["after", "before", "conv-one"]
    assert [found.id async for _, found in database.between(0.0, 9e9)] == ["after", "before", "conv-one"]
    page = await RecordFiles(tmp_path, later).recent(before=None, limit=9)
    assert sorted(found.id for found in page.records) == ["before", "conv-one"]
    await database.close()


def test_another_master_key_opens_nothing(tmp_path: Path) -> None:
    body = codec(tmp_path).dump(record("c1"))
    with pytest.raises(Sealed, match="another master key"):
        codec(tmp_path, master=Fernet.generate_key().decode()).load("c1", body)
    with pytest.raises(Sealed, match="Cure"):
        CLEAR.load("c1", body)
    codec(tmp_path).dump(record("c2"))
    with pytest.raises(Sealed, match="another key"):
        codec(tmp_path).load("c2", body)


def test_events_keep_what_names_nobody(tmp_path: Path) -> None:
    sealed = codec(tmp_path)
    body = {"at_s": 1.0, "handoff": "c1-h1", "state": "dialing", "quote": "my words", "brief": {"a": "b"}}
    told = sealed.seal_event("c1", body)
    assert set(told) == {"at_s", "handoff", "state", "sealed"}
    assert sealed.open_event({"conversation": "c1", **told}) == {"conversation": "c1", **body}
    sealed.destroy(["c1"])
    assert sealed.open_event({"conversation": "c1", **told}) == {"conversation": "c1", **told}


def test_retention_destroys_keys_and_forgets_words(tmp_path: Path) -> None:
    sealed = codec(tmp_path)
    FileStore(tmp_path, sealed).replace(record("c1", f"I am a {WORD}"))
    old = OldFiles(tmp_path, without_words, sealed)
    assert old.forget_words(date(2026, 1, 2)) == 1
    assert old.forget_words(date(2026, 1, 2)) == 0
    found = read_record(tmp_path / "2026-01-01" / "c1.json", sealed)
    assert found is not None
    assert found.transcript == ()
    assert old.drop_records(date(2026, 1, 2)) == 1
    assert sealed.destroy(["c1"]) == 0, "it is gone already"


@pytest.mark.parametrize("master", ["", "too short"])
def test_a_key_that_is_none_is_an_error(tmp_path: Path, master: str) -> None:
    records = {"dir": str(tmp_path), "encrypt": True, "master_key": master}
    findings = check_settings(Settings.model_validate({"records": records}))
    (found,) = [finding for finding in findings if finding.key == "records.master_key"]
    assert (found.level, "Cure" in found.message) == ("error", True)


def test_keys_that_cannot_be_written_are_a_disk_that_cannot(tmp_path: Path) -> None:
    (tmp_path / "keys.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(OSError, match="keys"):
        codec(tmp_path).dump(record("c1"))


async def test_sealed_records_are_measured_and_those_without_a_key_passed_over(
    tmp_path: Path, url: URL
) -> None:
    sealed = codec(tmp_path)
    database = Database(url, codec=sealed)
    await database.prepare()
    for id in ("c1", "c2", "c3"):
        await database.write(record(id))
    sealed.destroy(["c2"])
    await measure_again(database)
    ids = select(MEASURES.c.conversation).order_by(MEASURES.c.conversation)
    measured = await database.read(lambda connection: connection.execute(ids).scalars().all())
    await database.close()
    assert measured == ["c1", "c3"]


async def test_the_review_reads_sealed_records(tmp_path: Path) -> None:
    sealed = codec(tmp_path)
    await FileStore(tmp_path, sealed).save(record("c1"))
    told: list[str] = []
    assert [found.id for found in records_of(tmp_path, told.append, codec=sealed)] == ["c1"]
    assert told == []
    assert list(records_of(tmp_path, told.append)) == []
    assert "Cure: set records.master_key_file" in told[0]

"""No record is lost, and nothing is waited for, whatever database and disk do."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL

from bridge.adapters.archive import Archive
from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import FILE, url_of
from bridge.adapters.files import FileStore
from bridge.adapters.record_files import RecordFiles
from bridge.peers.postgres import Postgres
from tests.store.made import record

DAY = "2026-01-01"


def made(dir: Path, url: URL, timeout_s: float = 5.0) -> Archive:
    database = Database(url, timeout_s=timeout_s)
    return Archive(FileStore(dir), RecordFiles(dir), database, first_retry_s=0.02)


@asynccontextmanager
async def archive(dir: Path, url: URL, timeout_s: float = 5.0) -> AsyncIterator[Archive]:
    running = made(dir, url, timeout_s)
    running.start()
    try:
        yield running
    finally:
        await running.close()


async def until(holds: Callable[[], bool], within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.02)


def settled(running: Archive) -> Callable[[], bool]:
    def holds() -> bool:
        told = running.describe()
        return told["database"] == "up" and told["waiting"] == told["unwritten"] == 0

    return holds


async def filed(url: URL, ids: list[str]) -> bool:
    database = Database(url)
    lacking = await database.lacking(ids)
    await database.close()
    return lacking == []


async def test_a_record_is_on_disk_and_in_the_database(tmp_path: Path, url: URL) -> None:
    async with archive(tmp_path, url) as running:
        running.begin(record("c1"))
        await running.save(record("c1"))
        assert (tmp_path / DAY / "c1.json").exists()
        assert not (tmp_path / "open" / "c1.json").exists()
        await until(settled(running))
        assert running.describe()["filed"] == 1
        assert not running.describe()["alarm"]
    assert await filed(url, ["c1"])


async def test_records_of_before_are_filed_at_the_start(tmp_path: Path, url: URL) -> None:
    files = FileStore(tmp_path)
    for id in ("c1", "c2"):
        await files.save(record(id))
    (tmp_path / DAY / "torn.json").write_text("{")
    async with archive(tmp_path, url) as running:
        await until(settled(running))
        assert running.describe()["filed"] == 2
    async with archive(tmp_path, url) as again:
        await until(settled(again))
        assert again.describe()["filed"] == 0
    assert await filed(url, ["c1", "c2"])


async def test_the_end_of_the_process_files_what_waits(tmp_path: Path, url: URL) -> None:
    running = made(tmp_path, url)
    running.start()
    await until(settled(running))
    await running.save(record("c1"))
    await running.close()
    assert await filed(url, ["c1"])


async def test_a_disk_that_refuses_is_tried_again(tmp_path: Path, url: URL) -> None:
    (tmp_path / DAY).write_text("no directory")
    async with archive(tmp_path, url) as running:
        running.begin(record("c1"))
        await running.save(record("c1"))
        assert running.describe()["unwritten"] == 1
        assert running.describe()["alarm"]
        await until(lambda: running.describe()["filed"] == 1)  # the database need not wait for the disk
        assert (tmp_path / "open" / "c1.json").exists(), "a death now would leave its events"
        (tmp_path / DAY).unlink()
        await until(settled(running))
        assert not running.describe()["alarm"]
    assert await RecordFiles(tmp_path).find("c1") == record("c1")
    assert not (tmp_path / "open" / "c1.json").exists()


async def test_one_that_is_refused_is_passed_over(tmp_path: Path, url: URL) -> None:
    async with archive(tmp_path, url) as running:
        await until(settled(running))
        other = record("c2")
        twice = record("c1")
        object.__setattr__(twice, "handoffs", twice.handoffs * 2)
        await running.save(twice)
        await running.save(other)
        await until(settled(running))
        assert (running.describe()["refused"], running.describe()["filed"]) == (1, 1)
    assert (tmp_path / DAY / "c1.json").exists()


async def test_sqlite_locked_for_long(tmp_path: Path) -> None:
    url = url_of("", tmp_path)
    async with archive(tmp_path, url, timeout_s=0.1) as running:
        await until(settled(running))
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await running.save(record("c1"))
        await until(lambda: running.describe()["alarm"])
        assert "locked" in running.describe()["database"]
        other.close()
        await until(settled(running))
    assert await filed(url, ["c1"])


@pytest.mark.wire
async def test_away_at_the_start_and_again_later(tmp_path: Path) -> None:
    server = Postgres()
    try:
        url = url_of(server.url(), tmp_path)
        async with archive(tmp_path, url) as running:
            await running.save(record("c1"))
            await until(lambda: running.describe()["database_failed"] > 0)
            await asyncio.to_thread(server.start)
            await until(settled(running))
            await asyncio.to_thread(server.stop)
            await running.save(record("c2"))
            await until(lambda: running.describe()["alarm"])
            await asyncio.to_thread(server.start)
            await until(settled(running))
            assert await filed(url, ["c1", "c2"])
    finally:
        server.close()


@pytest.mark.wire
async def test_a_database_that_stalls_for_ten_seconds(tmp_path: Path) -> None:
    ids = [f"c{number}" for number in range(40)]
    with Postgres() as server:
        url = url_of(server.url(), tmp_path)
        async with archive(tmp_path, url, timeout_s=2.0) as running:
            await until(settled(running))
            late_s = [0.0]
            watching = asyncio.create_task(_watch(late_s))
            server.hang()
            slowest_s = 0.0
            for id in ids:  # for 10 s
                begun = time.monotonic()
                await running.save(record(id))
                slowest_s = max(slowest_s, time.monotonic() - begun)
                await asyncio.sleep(0.25)
            assert running.describe()["alarm"]
            server.hang(False)
            await until(settled(running))
            watching.cancel()
            assert await filed(url, ids)
    print(f"slowest save {1000 * slowest_s:.0f} ms, loop late at most {1000 * max(late_s):.0f} ms")
    assert slowest_s < 1.0
    assert max(late_s) < 0.5


async def _watch(late_s: list[float]) -> None:
    """How late a timer of the same loop is, as a call's would be."""
    while True:
        begun = time.monotonic()
        await asyncio.sleep(0.01)
        late_s.append(time.monotonic() - begun - 0.01)

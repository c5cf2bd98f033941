"""Killed at any moment: no record is corrupt, and at most the last second of a running call is missing."""

import asyncio
import multiprocessing
import random
import sqlite3
import time
from pathlib import Path

import pytest

from bridge.adapters.db.engine import FILE
from bridge.adapters.files import RECORD, FileStore
from bridge.adapters.recovery import close_interrupted
from bridge.model.record import ConversationRecord
from tests.store.writer import TURNS, archive_of, run

LONGEST_S = 0.9
"""a life: long enough to prepare the database and to file some records"""


def kill_writers(dir: Path, times: int, seed: int) -> list[float]:
    """When each was killed, by the clock that the steps have."""
    moments = random.Random(seed)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.store.writer"])
    killed = []
    for round in range(times):
        process = processes.Process(target=run, args=(dir, round))
        process.start()
        time.sleep(moments.uniform(0.02, LONGEST_S))
        assert process.is_alive(), "it ended by itself"
        killed.append(time.monotonic())
        process.kill()
        process.join()
        process.close()
    return killed


async def recover(dir: Path) -> None:
    """What the next start does."""
    await close_interrupted(FileStore(dir), dir / "events.jsonl")
    archive = archive_of(dir)
    archive.start()
    async with asyncio.timeout(60):
        while archive.describe()["database"] != "up" or archive.describe()["waiting"]:
            await asyncio.sleep(0.02)
    assert archive.describe()["refused"] == 0
    await archive.close()


@pytest.mark.wire
@pytest.mark.parametrize(
    "times", [pytest.param(12, id="some"), pytest.param(200, id="200", marks=pytest.mark.soak)]
)
def test_killed_at_random_moments(tmp_path: Path, times: int) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    killed = kill_writers(tmp_path, times, seed)
    asyncio.run(recover(tmp_path))
    records = {path.stem: RECORD.validate_json(path.read_bytes()) for path in tmp_path.glob("20*/*.json")}
    began, saved, missing_s = 0, 0, [0.0]
    said: dict[str, list[tuple[float, int]]] = {}
    for line in (tmp_path / "steps").read_text().splitlines():
        at, what, id, number = line.split()
        began += what == "began"
        saved += what == "saved"
        assert id in records, f"{id} left no record"
        if what == "said":
            said.setdefault(id, []).append((float(at), int(number)))
        if what == "saved":
            assert (records[id].ended, len(records[id].transcript)) == ("caller_gone", TURNS)
    for id, utterances in said.items():
        round = int(id[1:].split("l")[0])
        heard = {int(utterance.id[1:]) for utterance in records[id].transcript}
        missing_s += [killed[round] - at for at, number in utterances if number not in heard]
    print(
        f"{times} kills: {began} conversations, {saved} saved before, {began - saved} interrupted; "
        f"{len(missing_s) - 1} utterances missing, said at most {1000 * max(missing_s):.0f} ms before"
    )
    assert saved > times
    assert max(missing_s) <= 1.0
    assert filed(tmp_path) == records
    assert not list(tmp_path.glob("open/*.json"))


def filed(dir: Path) -> dict[str, ConversationRecord]:
    """What the database holds, once it says itself that it is whole."""
    connection = sqlite3.connect(dir / FILE)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.execute("INSERT INTO utterance_words(utterance_words) VALUES ('integrity-check')")
        rows = connection.execute("SELECT id, record FROM conversations").fetchall()
    finally:
        connection.close()
    return {id: RECORD.validate_json(body) for id, body in rows}

"""A process that does with records what main does, until it is killed; it tells each step in a file."""

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path

from bridge.adapters.archive import Archive
from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.adapters.files import FileEvents, FileStore
from bridge.adapters.record_files import RecordFiles
from bridge.adapters.recovery import close_interrupted
from bridge.model.transcript import Utterance
from tests.store.made import record, without_handoff

TURNS = 8


def archive_of(dir: Path) -> Archive:
    return Archive(FileStore(dir), RecordFiles(dir), Database(url_of("", dir)), first_retry_s=0.05)


def run(dir: Path, round: int) -> None:
    """Until killed."""
    os.nice(5)
    asyncio.run(_run(dir, round))


async def _run(dir: Path, round: int) -> None:
    steps = os.open(dir / "steps", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    files, events = FileStore(dir), FileEvents(dir)
    await close_interrupted(files, dir / "events.jsonl")
    archive = archive_of(dir)
    archive.start()

    def step(what: str, id: str, number: int = 0) -> None:
        os.write(steps, f"{time.monotonic():.6f} {what} {id} {number}\n".encode())

    async def converse(line: int) -> None:
        for call in range(10_000):
            id = f"r{round}l{line}c{call}"
            whole = without_handoff(record(id, *(f"word {n} of {id}" for n in range(TURNS))))
            archive.begin(replace(whole, transcript=(), ended="completed"))
            step("began", id)
            for number, utterance in enumerate(whole.transcript):
                events.emit("utterance", id, {"at_s": utterance.end_s, **_told(utterance)})
                step("said", id, number)
                await asyncio.sleep(0.004)
            await archive.save(whole)
            step("saved", id)

    await asyncio.gather(*(converse(line) for line in range(3)))


def _told(utterance: Utterance) -> dict[str, object]:
    return {
        "id": utterance.id, "speaker": utterance.speaker, "text": utterance.text,
        "start_s": utterance.start_s, "end_s": utterance.end_s, "during": utterance.during,
    }  # fmt: skip

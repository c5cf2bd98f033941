"""Filling a store with simulated conversations; what truly happened goes to a file of its own."""

import heapq
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from bridge.adapters.db.database import Database, written
from bridge.adapters.db.rows import rows_of
from bridge.measuring.fate import DAY_S, Fate, fate
from bridge.measuring.staged import staged
from bridge.model.record import ConversationRecord
from bridge.records.measured import measured

BEGAN_S: Final = 1_767_225_600.0
"""2026-01-01"""
MONTHS: Final = 8
BATCH: Final = 250
WORSE: Final = 0.08
"""in the last month the bot fails so much more often: what the alerts are for"""
SITE: Final = "simulated"


class Happened(NamedTuple):
    record: ConversationRecord
    fate: Fate


def conversations(n: int, seed: int) -> Iterator[Happened]:
    """In the order in which they begin; who is not helped calls again. The same for the same seed."""
    chance = random.Random(seed)
    length_s = MONTHS * 30.4 * DAY_S
    fresh = int(n * 0.83) + 1
    calls = [(BEGAN_S + chance.random() * length_s, f"49{30_000_000 + number}") for number in range(fresh)]
    heapq.heapify(calls)
    for number in range(n):
        started_s, caller = (
            heapq.heappop(calls) if calls else (BEGAN_S + length_s, f"49{90_000_000 + number}")
        )
        late = started_s > BEGAN_S + length_s - 30.4 * DAY_S
        one = fate(f"s{seed}-{number:07}", caller, started_s, chance, WORSE if late else 0.0)
        record = staged(one, chance)
        if one.again_s is not None:
            heapq.heappush(calls, (started_s + one.seconds + one.again_s, caller))
        yield Happened(record, one)


async def simulate(
    database: Database, n: int, seed: int, truth: Path | None, told: Callable[[int], None] = lambda done: None
) -> None:
    """Raises `DatabaseError` and OSError. What is there of the same seed is replaced."""
    await database.prepare()
    file = truth.open("w", encoding="utf-8") if truth else None
    try:
        batch: list[ConversationRecord] = []
        for done, happened in enumerate(conversations(n, seed), 1):
            batch.append(happened.record)
            _note(file, happened.fate)
            if len(batch) == BATCH or done == n:
                await _store(database, tuple(batch))
                batch.clear()
                told(done)
    finally:
        if file:
            file.close()


def _note(file: TextIO | None, happened: Fate) -> None:
    if file:
        file.write(json.dumps(happened.truth()) + "\n")


async def _store(database: Database, records: tuple[ConversationRecord, ...]) -> None:
    rows = [(record.id, [*rows_of(record, SITE), *measured(record)]) for record in records]
    await database.change(lambda connection: [written(connection, id, each) for id, each in rows])

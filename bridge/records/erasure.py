"""One caller out of everything the bridge keeps, with the proof that nothing is left."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from bridge.adapters.callback_files import CALLBACK
from bridge.adapters.codec import MARK
from bridge.adapters.db.database import Database
from bridge.adapters.db.errors import DatabaseError
from bridge.adapters.event_log import blank_lines, drop_lines
from bridge.adapters.mqtt.retained import Retained
from bridge.adapters.mqtt.topics import Topics
from bridge.adapters.number import number_of
from bridge.adapters.record_files import read_record
from bridge.adapters.webhooks import spool
from bridge.config import Settings

PARTY: Final = re.compile(rb'"(?:caller|called)":\s*"([^"]*)"')
LEAST_DIGITS: Final = 7
"""a shorter number stands in any file by chance: it is looked for where numbers stand, not everywhere"""
SPOOLS: Final = ("webhooks.sqlite", "crm.sqlite")
DATABASES: Final = ("handoff.sqlite", "keys.sqlite", *SPOOLS)
T = TypeVar("T")
Erase = Callable[[], Awaitable[int]]


class ErasureError(Exception):
    """A place could not be reached. The message names it, with cause and cure."""

    code = "erase_failed"


class Erasure:
    """`prepare`, `erase`, then `left`: all of them may be done again."""

    def __init__(self, settings: Settings, database: Database, caller: str) -> None:
        self.number = number_of(caller)
        self._settings, self._database = settings, database
        self._dir = settings.records.dir
        self._mqtt = Retained(settings.mqtt, Topics(settings.site)) if settings.mqtt.host else None
        self.ids: list[str] = []
        self.open: list[str] = []
        """conversations that still go on, or were cut off and wait for the next start"""

    async def prepare(self) -> None:
        """Which conversations are his, by the database and by the files. Raises `ErasureError`."""
        try:
            await self._database.prepare()
            ids = await self._database.of_number(self.number)
        except DatabaseError as error:
            raise ErasureError(f"records.db: not reached ({error}). Cure: erase when it is up.") from None
        files = await asyncio.to_thread(lambda: list(self._records()))
        self.open = [path.stem for path in files if path.parent.name == "open"]
        found = dict.fromkeys([*ids, *(path.stem for path in files), *self._callbacks()])
        self.ids = [id for id in found if id not in self.open]

    def _records(self) -> Iterator[Path]:
        for path in (*self._dir.glob("????-??-??/*.json"), *self._dir.glob("open/*.json")):
            body = path.read_bytes()
            if body.startswith(MARK):
                record = read_record(path, self._database.codec)
                parties = [record.caller, record.called] if record else []
            else:
                parties = [party.decode("utf-8", "replace") for party in PARTY.findall(body)]
            if any(number_of(party) == self.number for party in parties):
                yield path

    def _callbacks(self) -> dict[str, Path]:
        """By the id of the conversation in which they were promised."""
        found = {}
        for path in (self._dir / "callbacks").glob("*.json"):
            callback = CALLBACK.validate_json(path.read_bytes())
            if number_of(callback.number) == self.number:
                found[callback.id] = path
        return found

    async def erase(self) -> dict[str, int]:
        """How much was erased, by place. The files go first: from them the database would be filled again.
        Raises `ErasureError`."""
        places: dict[str, Erase] = {
            "record files": self._off(self._erase_records),
            "recordings": self._off(self._erase_audio),
            "callbacks": self._off(self._erase_callbacks),
            "events": self._off(lambda: blank_lines(self._dir / "events.jsonl", self._mine)),
            "review files": self._off(self._erase_reviews),
            "webhooks and CRM": self._off(self._erase_spools),
            "keys": self._off(lambda: self._database.codec.destroy(self.ids)),
            "database": self._erase_rows,
            "mqtt": self._erase_retained,
        }
        return {place: await self._at(place, erase) for place, erase in places.items()}

    async def left(self) -> dict[str, int]:
        """Everything is searched for his number and his conversations. Empty: nothing is left.
        Raises `ErasureError`."""
        found = {f"file {name}": count for name, count in (await asyncio.to_thread(self._in_files)).items()}
        needles = [needle.decode() for needle in self._needles]
        rows = await self._at("database", lambda: self._database.holding(needles)) if needles else {}
        rows_by_number = await self._at("database", lambda: self._database.of_number(self.number))
        found |= {f"database {table}": count for table, count in rows.items()}
        if gone_on := [id for id in rows_by_number if id not in self.open]:
            found["database conversations"] = len(gone_on)
        if self._mqtt and self.ids:
            kept = self._mqtt.kept
            if topics := await self._at("mqtt", lambda: kept(self.ids)):
                found["mqtt"] = len(topics)
        if self.open:
            found["conversations that still go on"] = len(self.open)
        return found

    # -- places

    @staticmethod
    def _off(work: Callable[[], int]) -> Erase:
        return lambda: asyncio.to_thread(work)

    @staticmethod
    async def _at(place: str, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await work()
        except (OSError, sqlite3.Error, DatabaseError) as error:
            raise ErasureError(f"{place}: {error}. Cure: see to it, and erase once more.") from None

    @property
    def _needles(self) -> list[bytes]:
        ids = [id.encode() for id in self.ids]
        return [*ids, self.number.encode()] if len(self.number) >= LEAST_DIGITS else ids

    def _mine(self, line: bytes) -> bool:
        return any(needle in line for needle in self._needles)

    def _erase_records(self) -> int:
        paths = [p for id in self.ids for p in self._dir.glob(f"????-??-??/{id}.*")]
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def _erase_audio(self) -> int:
        count = 0
        for id in self.ids:
            recordings = self._dir / "audio" / id
            if recordings.is_dir():
                count += sum(1 for path in recordings.rglob("*") if path.is_file())
                shutil.rmtree(recordings)
        return count

    def _erase_callbacks(self) -> int:
        callbacks = self._callbacks()
        for path in callbacks.values():
            path.unlink(missing_ok=True)
        return len(callbacks)

    def _erase_reviews(self) -> int:
        return sum(drop_lines(path, self._mine) for path in self._reviews())

    def _reviews(self) -> Iterator[Path]:
        yield from (self._settings.review.dir or self._dir / "review").glob("*.jsonl")

    def _erase_spools(self) -> int:
        return sum(spool.erase(self._dir / name, self._needles) for name in SPOOLS)

    async def _erase_rows(self) -> int:
        count = await self._database.erase(self.ids)
        await self._database.scrub()
        return count

    async def _erase_retained(self) -> int:
        return await self._mqtt.clear(self.ids) if self._mqtt and self.ids else 0

    # -- the proof

    def _in_files(self) -> dict[str, int]:
        """Files with his number or one of his conversations in them, and how often. The databases' files are
        searched for the number alone: they keep the ids of what was erased."""
        found: dict[str, int] = {}
        outside = [] if self._settings.review.dir is None else list(self._reviews())
        for path in (*sorted(self._dir.rglob("*")), *outside):
            if not path.is_file():
                continue
            if any(id in (path.stem, path.parent.name) for id in self.ids):
                found[str(path)] = 1
                continue
            needles = self._needles
            if path.name.startswith(DATABASES):
                needles = [needle for needle in needles if needle == self.number.encode()]
            body = path.read_bytes()
            if path.stem not in self.open and (count := sum(body.count(needle) for needle in needles)):
                found[str(path)] = count
        for path in self._callbacks().values():
            found[str(path)] = 1
        return found

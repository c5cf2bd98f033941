"""Where records go: first the disk, then the database; neither is ever waited for by a call."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any, Final

import structlog

from bridge.adapters.db.database import Database
from bridge.adapters.db.errors import DatabaseAway, DatabaseError
from bridge.adapters.files import FileStore
from bridge.adapters.record_files import RecordFiles, read_record
from bridge.model.record import ConversationRecord

log = structlog.get_logger()
FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 60.0
STARTING: Final = "not tried yet"
LAST_TRY_S: Final = 3.0
"""at the end of the process"""


class Archive:
    """Keeps `bridge.ports.Store`.

    A record is on the disk before anything else, and the database is filled from there: what was not filed
    when the process ended is found by the next one. While the disk refuses, records wait in memory (the
    conversation stays marked as open, so that a death now still leaves what the event log tells), and go to
    the database from there.
    """

    def __init__(
        self,
        files: FileStore,
        there: RecordFiles,
        database: Database,
        *,
        first_retry_s: float = FIRST_RETRY_S,
    ) -> None:
        self._files, self._there, self._database = files, there, database
        self._first_retry_s = first_retry_s
        self._unwritten: dict[str, ConversationRecord] = {}
        self._due: dict[str, Path | ConversationRecord] = {}
        self._disk_news, self._db_news = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._cause = STARTING
        self._counts: Counter[str] = Counter()

    # -- the port

    def begin(self, record: ConversationRecord) -> None:
        self._files.begin(record)

    async def save(self, record: ConversationRecord) -> None:
        """Never raises, and waits for one write to the disk at most."""
        try:
            self._due[record.id] = await self._files.save(record)
        except OSError as error:
            self._counts["disk_failed"] += 1
            log.error("ALARM record not on disk, kept in memory", record=record.id, error=error.strerror)
            self._unwritten[record.id] = self._due[record.id] = record
            self._disk_news.set()
        self._db_news.set()

    # -- life

    def start(self) -> None:
        """Within the running loop."""
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._file())]

    async def close(self) -> None:
        """One last try; what the database lacks then stays on the disk for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._write_all()
        if not self._cause:
            try:
                async with asyncio.timeout(LAST_TRY_S):
                    await self._file_all()
            except (DatabaseError, TimeoutError):
                log.warning("records not filed, the next start does", waiting=len(self._due))
        for id in self._unwritten:
            log.error("ALARM record lost but for its events: the disk refuses", record=id)
        await self._database.close()

    def describe(self) -> dict[str, Any]:
        """`alarm`: something waits that should not; `waiting` for the database, `unwritten` for the disk."""
        return {
            "database": self._cause or "up",
            "alarm": bool(self._unwritten or self._cause not in ("", STARTING)),
            "waiting": len(self._due),
            "unwritten": len(self._unwritten),
            **{name: self._counts[name] for name in ("filed", "refused", "disk_failed", "database_failed")},
        }

    # -- the disk, once it has refused

    async def _write(self) -> None:
        tries = 0
        while True:
            await self._disk_news.wait()
            self._disk_news.clear()
            while self._unwritten:
                await asyncio.sleep(self._retry_s(tries))
                tries = 0 if await self._write_all() else tries + 1

    async def _write_all(self) -> bool:
        """Whether the disk took all."""
        for id, record in list(self._unwritten.items()):
            try:
                path = await self._files.save(record)
            except OSError:
                self._counts["disk_failed"] += 1
                return False
            del self._unwritten[id]
            if id in self._due:
                self._due[id] = path
            log.info("record on disk after all", record=id)
        return True

    # -- the database

    async def _file(self) -> None:
        """For ever: prepare, then what is due."""
        tries, prepared = 0, False
        while True:
            try:
                if not prepared:
                    await self._prepare()
                    prepared = True
                await self._file_all()
            except DatabaseError as error:
                self._away(error)
                await asyncio.sleep(self._retry_s(tries))
                tries += 1
                continue
            except Exception as error:
                self._away(DatabaseAway(type(error).__name__))
                await asyncio.sleep(LONGEST_RETRY_S)
                continue
            tries = 0
            if self._cause:
                log.info("database is up", filed=self._counts["filed"])
                self._cause = ""
            await self._db_news.wait()
            self._db_news.clear()

    async def _prepare(self) -> None:
        await self._database.prepare()
        paths = await self._there.paths()
        for id in await self._database.lacking(paths):
            self._due.setdefault(id, paths[id])

    async def _file_all(self) -> None:
        while self._due:
            id = next(iter(self._due))
            what = self._due[id]
            record = (
                await asyncio.to_thread(read_record, what, self._there.codec)
                if isinstance(what, Path)
                else what
            )
            if record is not None:  # else it was erased, or cannot be read and the log says so
                await self._file_one(record)
            self._due.pop(id, None)

    async def _file_one(self, record: ConversationRecord) -> None:
        """One that can never be filed is counted and passed over; it stays on the disk."""
        try:
            await self._database.write(record)
            self._counts["filed"] += 1
        except DatabaseAway:
            raise
        except Exception as error:
            self._counts["refused"] += 1
            log.error("ALARM record refused by the database", record=record.id, error=type(error).__name__)

    def _away(self, error: DatabaseError) -> None:
        self._counts["database_failed"] += 1
        if not self._cause or self._counts["database_failed"] == 1:
            log.error("ALARM database away, records wait on disk", code=error.code, cause=str(error))
        self._cause = str(error) or error.code

    def _retry_s(self, tries: int) -> float:
        wait_s: float = min(LONGEST_RETRY_S, self._first_retry_s * 2.0 ** min(tries, 10))
        return wait_s

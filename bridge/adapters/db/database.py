"""Records in the database: written whole or not at all, found again."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Executable, String, delete, func, insert, or_, select, tuple_

from bridge.adapters.db.engine import WRITES, open_engine, told_apart
from bridge.adapters.db.migrate import upgrade
from bridge.adapters.db.rows import RECORD, Derive, Rows, rows_of
from bridge.adapters.db.schema import ALL
from bridge.adapters.db.tables import CONVERSATIONS, ERASURES
from bridge.model.record import ConversationRecord

T = TypeVar("T")
PAGE: Final = 100
"""whole records in memory at once"""
AT_ONCE: Final = 500
"""ids in one question; SQLite takes 32,766 values"""


class Database:
    """All methods raise `DatabaseAway` where a later try may go; `write` also `DatabaseRefused`.

    `derive`: rows of other tables for a record, written in its transaction.
    """

    def __init__(
        self, url: URL, *, site: str = "default", timeout_s: float = 5.0, derive: Sequence[Derive] = ()
    ) -> None:
        self.url = url
        self._site, self._derive, self._timeout_s = site, derive, timeout_s
        self._engine = open_engine(url, timeout_s=timeout_s)
        self._writer = self._engine.execution_options(**{WRITES: True})

    async def prepare(self) -> None:
        """Make the tables, or bring them to this version. Raises `DatabaseNewer`.

        In a thread with a loop of its own: reading the migrations takes a while, and calls may be up."""
        await asyncio.to_thread(self._make)

    def _make(self) -> None:
        if self.url.get_backend_name() == "sqlite":
            with told_apart():
                path = Path(self.url.database or "")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)  # it holds numbers
        asyncio.run(self._prepare())

    async def _prepare(self) -> None:
        apart = Database(self.url, timeout_s=self._timeout_s)
        try:
            await apart.change(upgrade)
        finally:
            await apart.close()

    async def write(self, record: ConversationRecord) -> bool:
        """In place of what was there of it. False: it has been erased and stays so."""
        rows = await asyncio.to_thread(self._rows, record)
        return await self.change(lambda connection: written(connection, record.id, rows))

    def _rows(self, record: ConversationRecord) -> list[Rows]:
        derived = (derive(record) for derive in self._derive)
        return [*rows_of(record, self._site), *chain.from_iterable(derived)]

    async def lacking(self, ids: Iterable[str]) -> list[str]:
        """Those that are neither there nor erased, in their order."""
        asked = list(ids)
        known: set[str] = set()
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            there = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id.in_(some))
            erased = select(ERASURES.c.conversation).where(ERASURES.c.conversation.in_(some))
            known.update(await self.read(partial(_ids, query=there.union(erased))))
        return [id for id in asked if id not in known]

    async def find(self, id: str) -> ConversationRecord | None:
        query = select(CONVERSATIONS.c.record).where(CONVERSATIONS.c.id == id)
        body = await self.read(lambda c: c.execute(query).scalar_one_or_none())
        return RECORD.validate_json(body) if body is not None else None

    async def between(self, since_s: float, until_s: float) -> AsyncIterator[tuple[str, ConversationRecord]]:
        """(site, record) of those that began in that time (seconds since 1970), in that order."""
        c = CONVERSATIONS.c
        last: tuple[float, str] = (since_s, "")
        while True:
            query = (
                select(c.started_s, c.id, c.site, c.record)
                .where(tuple_(c.started_s, c.id) > last, c.started_s < until_s)
                .order_by(c.started_s, c.id)
                .limit(PAGE)
            )
            page = await self.read(partial(_rows_of, query=query))
            for _, _, site, body in page:
                yield site, RECORD.validate_json(body)
            if len(page) < PAGE:
                return
            last = (page[-1][0], page[-1][1])

    async def of_number(self, number: str) -> list[str]:
        """Conversations with that caller, or in which he was called back; `number` as `number_of` has it."""
        c = CONVERSATIONS.c
        query = select(c.id).where((c.caller == number) | (c.called == number)).order_by(c.started_s)
        return list(await self.read(partial(_ids, query=query)))

    async def erase(self, ids: Iterable[str]) -> int:
        """They go, with all rows of theirs, and do not come back. How many were there."""
        gone = list(ids)
        return await self.change(lambda connection: _erased(connection, gone))

    async def holding(self, needles: Sequence[str]) -> dict[str, int]:
        """Rows by table that hold one of these texts anywhere. Ids of what was erased do not count."""
        return await self.read(lambda connection: _holding(connection, needles))

    async def scrub(self) -> None:
        """What was deleted is not in SQLite's files either. PostgreSQL's are its administrator's."""
        if self.url.get_backend_name() == "sqlite":
            await asyncio.to_thread(_scrubbed, self.url.database or "")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """`work` in one transaction."""
        with told_apart():
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)

    async def change(self, work: Callable[[Connection], T]) -> T:
        """`work` in one transaction that keeps all of it or nothing."""
        with told_apart():
            async with self._writer.begin() as connection:
                return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


def _rows_of(connection: Connection, query: Executable) -> Sequence[Any]:
    return connection.execute(query).all()


def _ids(connection: Connection, query: Executable) -> Sequence[str]:
    return connection.execute(query).scalars().all()


def written(connection: Connection, id: str, rows: Iterable[Rows]) -> bool:
    """The rows of one record, in place of what was there. False: it has been erased and stays so."""
    if connection.execute(select(ERASURES).where(ERASURES.c.conversation == id)).first():
        return False
    connection.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.id == id))
    for table, values in rows:
        if values:
            connection.execute(insert(table), values)
    return True


def _holding(connection: Connection, needles: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in ALL.sorted_tables:
        texts = [column for column in table.c if isinstance(column.type, String)]
        if table is ERASURES or not texts:
            continue
        hits = or_(*(column.contains(needle, autoescape=True) for column in texts for needle in needles))
        if count := connection.execute(select(func.count()).select_from(table).where(hits)).scalar_one():
            found[table.name] = count
    return found


def _scrubbed(path: str) -> None:
    """The index of words keeps deleted ones until its parts are merged, the log until it is cut."""
    with told_apart(), closing(sqlite3.connect(path, isolation_level=None, timeout=10.0)) as db:
        db.execute("PRAGMA secure_delete=ON")
        db.execute("INSERT INTO utterance_words(utterance_words) VALUES ('optimize')")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _erased(connection: Connection, ids: list[str]) -> int:
    count = 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        count += connection.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.id.in_(some))).rowcount
        connection.execute(delete(ERASURES).where(ERASURES.c.conversation.in_(some)))
        connection.execute(insert(ERASURES), [{"conversation": id, "at_s": time.time()} for id in some])
    return count

"""Records in the database: written whole or not at all, found again."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import URL, Connection, Executable, delete, insert, select

from bridge.adapters.db.engine import WRITES, open_engine, told_apart
from bridge.adapters.db.migrate import upgrade
from bridge.adapters.db.rows import RECORD, Derive, Rows, rows_of
from bridge.adapters.db.tables import CONVERSATIONS, ERASURES
from bridge.model.record import ConversationRecord

T = TypeVar("T")
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
        return await self.change(lambda connection: _written(connection, record.id, rows))

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

    async def erase(self, ids: Iterable[str]) -> int:
        """They go, with all rows of theirs, and do not come back. How many were there."""
        gone = list(ids)
        return await self.change(lambda connection: _erased(connection, gone))

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


def _ids(connection: Connection, query: Executable) -> Sequence[str]:
    return connection.execute(query).scalars().all()


def _written(connection: Connection, id: str, rows: Iterable[Rows]) -> bool:
    if connection.execute(select(ERASURES).where(ERASURES.c.conversation == id)).first():
        return False
    connection.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.id == id))
    for table, values in rows:
        if values:
            connection.execute(insert(table), values)
    return True


def _erased(connection: Connection, ids: list[str]) -> int:
    count = 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        count += connection.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.id.in_(some))).rowcount
        connection.execute(delete(ERASURES).where(ERASURES.c.conversation.in_(some)))
        connection.execute(insert(ERASURES), [{"conversation": id, "at_s": time.time()} for id in some])
    return count

"""The report and the answers of callers, for the API of a running bridge."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, delete, insert, select

from bridge.adapters.db.database import Database
from bridge.adapters.db.errors import DatabaseError
from bridge.adapters.db.measures import SURVEYS
from bridge.adapters.db.tables import CONVERSATIONS
from bridge.adapters.db.totals import Span
from bridge.measuring.report import report
from bridge.ports import LedgerAway

T = TypeVar("T")
KEPT_S: Final = 60.0
"""a report is not made anew sooner"""
QUERY_S: Final = 60.0
MOST_KEPT: Final = 8


class DatabaseLedger:
    """Keeps `bridge.ports.Ledger`. Works in a thread with a loop of its own: a report takes seconds of CPU,
    and calls are up."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._kept: dict[Span, tuple[float, dict[str, Any]]] = {}
        self._one = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "measures")
        self._runner = asyncio.Runner()

    async def report(self, *, since_s: float, until_s: float, days: float) -> dict[str, Any]:
        span = Span(since_s=since_s, until_s=until_s, days=days)
        async with self._one:
            made_s, told = self._kept.get(span, (float("-inf"), {}))
            if time.monotonic() - made_s > KEPT_S:
                told = await self._apart(lambda database: report(database, span))
                self._kept = dict(list(self._kept.items())[-MOST_KEPT:])
                self._kept[span] = (time.monotonic(), told)
        return told

    async def answered(self, conversation: str, score: int, channel: str) -> bool:
        def note(connection: Connection) -> bool:
            known = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id == conversation)
            if connection.execute(known).first() is None:
                return False
            connection.execute(delete(SURVEYS).where(SURVEYS.c.conversation == conversation))
            answer = {"conversation": conversation, "score": score, "channel": channel, "at_s": time.time()}
            connection.execute(insert(SURVEYS), [answer])
            return True

        return await self._apart(lambda database: database.change(note))

    async def close(self) -> None:
        """Waits for what is under way."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._runner.close)
        self._thread.shutdown()

    async def _apart(self, work: Callable[[Database], Awaitable[T]]) -> T:
        async def run() -> T:
            database = Database(self._url, timeout_s=QUERY_S)
            try:
                return await work(database)
            finally:
                await database.close()

        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, lambda: self._runner.run(run()))
        except DatabaseError as error:
            raise LedgerAway(str(error)) from None

"""`bridge.ports.Knowledge` over the database, in a thread of its own: never on the event loop."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import structlog

from bridge.adapters.knowledge.meaning import Meaning
from bridge.adapters.knowledge.ranking import Ranking
from bridge.adapters.knowledge.shelf import connected, passage_at
from bridge.model.knowledge import Snippet

log = structlog.get_logger()


class Library:
    """Opened at the first search. A question that cannot be answered in time is dropped, and counted."""

    def __init__(self, path: Path, model: Path | None, *, deadline_s: float = 1.0) -> None:
        self._path, self._model, self._deadline_s = path, model, deadline_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="knowledge")
        self._db: sqlite3.Connection | None = None
        self._ranking: Ranking | None = None
        self._failed = self._late = self._asked = 0
        self._longest_s = 0.0

    async def search(self, question: str, *, limit: int = 3) -> tuple[Snippet, ...]:
        loop = asyncio.get_running_loop()
        self._asked += 1
        began = loop.time()
        try:
            async with asyncio.timeout(self._deadline_s):
                return await loop.run_in_executor(self._thread, self.search_now, question, limit)
        except TimeoutError:
            self._late += 1
        except (sqlite3.Error, OSError, RuntimeError) as error:
            self._failed += 1
            log.warning("knowledge cannot be searched", error=type(error).__name__)
        finally:
            self._longest_s = max(self._longest_s, loop.time() - began)
        return ()

    def search_now(self, question: str, limit: int = 3) -> tuple[Snippet, ...]:
        """In the calling thread; only one may. Raises `sqlite3.Error`."""
        if not self._path.exists():
            return ()
        if self._ranking is None:
            self._db = connected(self._path)
            self._ranking = Ranking(self._db, Meaning(self._model) if self._model else None)
        assert self._db
        self._ranking.refresh()
        found = ((passage_at(self._db, id), score) for id, score in self._ranking.best(question, limit))
        return tuple(Snippet(passage=one, score=round(score, 4)) for one, score in found if one)

    def warm(self) -> None:
        """Load what the first search would wait for."""
        self._thread.submit(self.search_now, "warm up", 1)

    def describe(self) -> dict[str, Any]:
        """For /healthz."""
        return {
            "asked": self._asked, "late": self._late, "failed": self._failed,
            "longest_ms": round(1000 * self._longest_s), "meaning": self._model is not None,
        }  # fmt: skip

    async def close(self) -> None:
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that it took."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)

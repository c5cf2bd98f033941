"""Once a day: what has been kept as long as the configuration says goes, each kind by its own days."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

import structlog

from bridge.adapters.db.database import Database
from bridge.adapters.db.errors import DatabaseError
from bridge.adapters.db.old_rows import OldRows
from bridge.adapters.files import FileEvents
from bridge.adapters.old_files import OldFiles
from bridge.config.records import Keep, Records
from bridge.model.record import ConversationRecord

log = structlog.get_logger()
DAY_S: Final = 86_400.0
FIRST_S: Final = 60.0
"""after the start: let the calls come first"""
AGAIN_S: Final = 900.0
"""after a disk or a database refused"""


class Sweep:
    def __init__(
        self,
        records: Records,
        database: Database,
        events: FileEvents,
        forget: Callable[[ConversationRecord], ConversationRecord],
        *,
        site: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keep, self._events, self._now = records.keep, events, now
        self._files = OldFiles(records.dir, forget)
        self._rows = OldRows(database, site, forget)
        self._counts: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Within the running loop. Without any number of days there is nothing to do."""
        if self._keep != Keep():
            self._task = asyncio.create_task(self._daily())

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def describe(self) -> dict[str, Any]:
        """Done away with since the start, by kind; `failed` sweeps were tried again."""
        return dict(self._counts)

    async def _daily(self) -> None:
        wait_s = FIRST_S
        while True:
            await asyncio.sleep(wait_s)
            wait_s = DAY_S if await self.sweep() else AGAIN_S

    async def sweep(self) -> bool:
        """Now. False: something was in the way; what could be done is done."""
        keep, whole = self._keep, True
        audio = min((d for d in (keep.audio_days, keep.record_days) if d is not None), default=None)
        work: list[tuple[str, int | None, Callable[[float], Any]]] = [
            ("recordings", audio, lambda at: asyncio.to_thread(self._files.drop_audio, at)),
            ("record_files", keep.record_days, lambda at: self._off(self._files.drop_records, at)),
            ("records", keep.record_days, lambda at: self._rows.drop(_midnight(at))),
            ("transcript_files", keep.transcript_days, lambda at: self._off(self._files.forget_words, at)),
            ("transcripts", keep.transcript_days, lambda at: self._rows.forget_words(_midnight(at))),
            ("event_bytes", keep.event_days, lambda at: asyncio.to_thread(self._events.thin, _iso(at))),
        ]
        for kind, days, do in work:
            if days is None:
                continue
            try:
                self._counts[kind] += await do(self._now() - days * DAY_S)
            except (OSError, DatabaseError) as error:
                whole = False
                self._counts["failed"] += 1
                log.error("retention not kept, tried again", kind=kind, error=type(error).__name__)
        return whole

    async def _off(self, work: Callable[[date], int], at_s: float) -> int:
        return await asyncio.to_thread(work, datetime.fromtimestamp(at_s, UTC).date())


def _midnight(at_s: float) -> float:
    """Before it, in UTC: rows and files go by the same day."""
    return at_s - at_s % DAY_S


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

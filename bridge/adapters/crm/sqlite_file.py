"""Customers in a SQLite database that somebody else fills; opened for reading only."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from bridge.adapters.crm.source import CrmTrouble, Key, record_of_row
from bridge.model.crm import CrmRecord

STEPS: Final = 10_000
"""instructions of SQLite between two looks at the clock"""


class SqliteFile:
    """Keeps `CrmSource`. A query that takes longer than `deadline_s` is broken off."""

    def __init__(self, path: Path, query: str, deadline_s: float) -> None:
        self._path, self._query, self._deadline_s = path, query, deadline_s

    async def find(self, key: Key) -> CrmRecord | None:
        try:
            return await asyncio.to_thread(self.look_up, key)
        except sqlite3.Error as error:
            raise CrmTrouble(f"sqlite: {type(error).__name__}") from None

    async def close(self) -> None: ...

    def look_up(self, key: Key) -> CrmRecord | None:
        """Raises sqlite3.Error."""
        until = time.monotonic() + self._deadline_s
        address = f"file:{quote(str(self._path.absolute()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=self._deadline_s)) as db:
            db.row_factory = sqlite3.Row
            db.set_progress_handler(lambda: int(time.monotonic() > until), STEPS)
            row = db.execute(self._query, {"caller": key.caller, "given": key.given}).fetchone()
        return record_of_row({name: row[name] for name in row.keys()}) if row else None  # noqa: SIM118

"""Customers in a CSV file with a header line; read again when it has changed."""

import asyncio
import csv
from pathlib import Path
from typing import Final

from bridge.adapters.crm.customers import international
from bridge.adapters.crm.source import CrmTrouble, Key, record_of_row
from bridge.model.crm import CrmRecord

LARGEST: Final = 200_000_000
"""bytes; a longer file belongs into a database"""


class CsvError(ValueError):
    """The message names the file, the cause and the cure."""


class CsvFile:
    """Keeps `CrmSource`. Held in memory, found by number however it is written."""

    def __init__(self, path: Path, column: str, country: str) -> None:
        self._path, self._column, self._country = path, column, country
        self._stamp: tuple[int, int] | None = None
        self._rows: dict[str, dict[str, str]] = {}
        self._reading = asyncio.Lock()

    async def find(self, key: Key) -> CrmRecord | None:
        async with self._reading:
            try:
                await asyncio.to_thread(self.read)
            except (OSError, CsvError, UnicodeDecodeError, csv.Error) as error:
                raise CrmTrouble(f"csv: {type(error).__name__}") from None
        row = self._rows.get(key.caller)
        return record_of_row(row) if row else None

    async def close(self) -> None: ...

    def read(self) -> int:
        """Read the file where it has changed; how many customers. Raises `CsvError`, OSError, csv.Error,
        UnicodeDecodeError."""
        stat = self._path.stat()
        if self._stamp == (stat.st_mtime_ns, stat.st_size):
            return len(self._rows)
        if stat.st_size > LARGEST:
            raise CsvError(f"{self._path}: larger than {LARGEST} bytes. Cure: use crm.kind sqlite.")
        with self._path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if self._column not in (reader.fieldnames or ()):
                known = ", ".join(reader.fieldnames or ()) or "none"
                raise CsvError(
                    f"{self._path}: no column {self._column}. Cure: set crm.column to one of: {known}."
                )
            rows = {self._key(row): self._kept(row) for row in reader if row.get(self._column)}
        self._rows, self._stamp = rows, (stat.st_mtime_ns, stat.st_size)
        return len(rows)

    def _key(self, row: dict[str, str]) -> str:
        given = row[self._column].strip()
        return international(given, self._country) or given

    def _kept(self, row: dict[str, str]) -> dict[str, str]:
        """Cells beyond the header line have no name, and the number is known already."""
        return {name: value for name, value in row.items() if name and name != self._column}

"""Files whose time is over."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from bridge.adapters.files import FileStore
from bridge.adapters.record_files import read_record
from bridge.model.record import ConversationRecord

WORDLESS: Final = (b'"transcript": []', b'"vault": null', b'"brief": null')
"""all three stand in the file of a record whose words are gone"""


class OldFiles:
    """Each method tells how many files it has done away with, or rewritten. Raises OSError."""

    def __init__(self, dir: Path, forget: Callable[[ConversationRecord], ConversationRecord]) -> None:
        self._dir, self._forget = dir, forget
        self._store = FileStore(dir)

    def forget_words(self, before: date) -> int:
        """Records that began before that day keep what became of them, and not what was said."""
        count = 0
        for day in self._days(before):
            for path in day.glob("*.json"):
                body = path.read_bytes()
                if all(mark in body for mark in WORDLESS):
                    continue
                if (record := read_record(path)) is not None:
                    self._store.replace(self._forget(record))
                    count += 1
        return count

    def drop_records(self, before: date) -> int:
        count = 0
        for day in self._days(before):
            count += sum(1 for _ in day.glob("*.json"))
            shutil.rmtree(day)
        return count

    def drop_audio(self, before_s: float) -> int:
        """Recordings of conversations in which nothing has been recorded since (seconds since 1970)."""
        count = 0
        for recordings in (self._dir / "audio").glob("*"):
            files = [path for path in recordings.rglob("*") if path.is_file()]
            newest = max((path.stat().st_mtime for path in (*files, recordings)), default=0.0)
            if newest < before_s:
                shutil.rmtree(recordings)
                count += len(files)
        return count

    def _days(self, before: date) -> Iterator[Path]:
        for day in sorted(self._dir.glob("????-??-??")):
            try:
                old = date.fromisoformat(day.name) < before
            except ValueError:
                continue
            if old:
                yield day

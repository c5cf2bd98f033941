"""Reading the records that `FileStore` wrote."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import structlog

from bridge.adapters.codec import CLEAR, Codec
from bridge.model.record import ConversationRecord
from bridge.ports import RecordPage

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
log = structlog.get_logger()


class RecordFiles:
    """Keeps `bridge.ports.Records`: DIR/YYYY-MM-DD/ID.json, by day and by the time of writing."""

    def __init__(self, dir: Path, codec: Codec = CLEAR) -> None:
        self._dir, self.codec = dir, codec

    async def find(self, id: str) -> ConversationRecord | None:
        """An id is letters, digits, - and _: whatever else is asked for is no path of ours."""
        return await asyncio.to_thread(self._find, id) if ID.fullmatch(id) else None

    async def recent(self, *, before: str | None, limit: int) -> RecordPage:
        return await asyncio.to_thread(self._recent, before, limit)

    async def paths(self) -> dict[str, Path]:
        """Of every record there is, by id, oldest first."""
        return await asyncio.to_thread(self._paths)

    def _paths(self) -> dict[str, Path]:
        return {path.stem: path for day in reversed(self._days()) for path in sorted(day.glob("*.json"))}

    def _find(self, id: str) -> ConversationRecord | None:
        for day in self._days():
            if (path := day / f"{id}.json").is_file():
                return read_record(path, self.codec)
        return None

    def _recent(self, before: str | None, limit: int) -> RecordPage:
        found: list[ConversationRecord] = []
        last = None
        for key, path in self._files():
            if before is not None and key >= before:
                continue
            if len(found) == limit:
                return RecordPage(records=tuple(found), next=last)
            if record := read_record(path, self.codec):
                found.append(record)
                last = key
        return RecordPage(records=tuple(found))

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Newest first, with keys that sort like them."""
        for day in self._days():
            written = [(path.stat().st_mtime_ns, path) for path in day.glob("*.json")]
            for at, path in sorted(written, reverse=True):
                yield f"{day.name}/{at:020d}/{path.stem}", path

    def _days(self) -> list[Path]:
        return sorted((path for path in self._dir.glob("????-??-??") if path.is_dir()), reverse=True)


def read_record(path: Path, codec: Codec = CLEAR) -> ConversationRecord | None:
    """None for one that is gone or cannot be read; the log says which."""
    try:
        return codec.load(path.stem, path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.error("record not read", file=path.name, cause=type(error).__name__)
        return None

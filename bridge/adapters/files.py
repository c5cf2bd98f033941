"""Records and events as files: one JSON file a conversation, one JSON line an event."""

import asyncio
import json
import os
import queue
import threading
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import structlog
from pydantic import TypeAdapter

from bridge.model.record import ConversationRecord

log = structlog.get_logger()
RECORD = TypeAdapter(ConversationRecord)
BACKLOG = 10_000


class SystemClock:
    """Keeps `bridge.ports.Clock`."""

    def utc(self) -> str:
        return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def token(self) -> str:
        return token_hex(16)


class FileStore:
    """DIR/YYYY-MM-DD/ID.json, whole or not at all; DIR/open/ while live."""

    def __init__(self, dir: Path) -> None:
        self._dir = dir
        self.open_dir = dir / "open"

    def begin(self, record: ConversationRecord) -> None:
        """A small file, so that a successor finds who was in a call; a disk that refuses costs only that."""
        try:
            self.open_dir.mkdir(parents=True, exist_ok=True)
            (self.open_dir / f"{record.id}.json").write_bytes(RECORD.dump_json(record))
        except OSError as error:
            log.error("conversation not marked as open", error=error.strerror)

    async def save(self, record: ConversationRecord) -> Path:
        """On the disk when it returns; where. Raises OSError."""
        return await asyncio.to_thread(self._write, record, RECORD.dump_json(record, indent=1))

    def _write(self, record: ConversationRecord, body: bytes) -> Path:
        day = self._dir / record.started_at[:10]
        day.mkdir(parents=True, exist_ok=True)
        path = day / f"{record.id}.json"
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        (self.open_dir / f"{record.id}.json").unlink(missing_ok=True)
        return path


class FileEvents:
    """Keeps `bridge.ports.EventSink`: DIR/events.jsonl, written by a thread, never waited for."""

    def __init__(self, dir: Path) -> None:
        dir.mkdir(parents=True, exist_ok=True)
        self._path = dir / "events.jsonl"
        self._queue: queue.Queue[bytes | None] = queue.Queue(BACKLOG)
        self._seq = 0
        self.dropped = 0
        self._thread = threading.Thread(target=self._write, name="events", daemon=True)
        self._thread.start()

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        self._seq += 1
        line = {"v": 1, "seq": self._seq, "ts": _now(), "type": kind, "conversation": conversation, **body}
        try:
            self._queue.put_nowait(json.dumps(line, default=str).encode() + b"\n")
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join(timeout=5)

    def _write(self) -> None:
        with self._path.open("ab", buffering=0) as file:
            while (line := self._queue.get()) is not None:
                try:
                    file.write(line)
                except OSError:
                    self.dropped += 1


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

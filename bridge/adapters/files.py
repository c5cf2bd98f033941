"""Records and events as files: one JSON file a conversation, one JSON line an event."""

import asyncio
import json
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import structlog
from pydantic import TypeAdapter

from bridge.adapters.event_log import cut_off
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
            unfinished = self.open_dir / f"{record.id}.part"
            unfinished.write_bytes(RECORD.dump_json(record))
            unfinished.rename(self.open_dir / f"{record.id}.json")
        except OSError as error:
            log.error("conversation not marked as open", error=error.strerror)

    async def save(self, record: ConversationRecord) -> Path:
        """On the disk when it returns; where. Raises OSError."""
        return await asyncio.to_thread(self._write, record, RECORD.dump_json(record, indent=1))

    def replace(self, record: ConversationRecord) -> None:
        """At once, and whole or not at all. Raises OSError."""
        self._write(record, RECORD.dump_json(record, indent=1))

    def closed(self, stub: ConversationRecord) -> bool:
        """A record is there already: the process died before it could say so. Then the mark goes."""
        if not self._path(stub).exists():
            return False
        self._unmark(stub)
        return True

    def _path(self, record: ConversationRecord) -> Path:
        return self._dir / record.started_at[:10] / f"{record.id}.json"

    def _unmark(self, record: ConversationRecord) -> None:
        (self.open_dir / f"{record.id}.json").unlink(missing_ok=True)

    def _write(self, record: ConversationRecord, body: bytes) -> Path:
        path = self._path(record)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync(path.parent)
        self._unmark(record)
        return path


def _sync(dir: Path) -> None:
    """That a name is in it outlives the power too."""
    handle = os.open(dir, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class FileEvents:
    """Keeps `bridge.ports.EventSink`: DIR/events.jsonl, written by a thread, never waited for."""

    def __init__(self, dir: Path) -> None:
        dir.mkdir(parents=True, exist_ok=True)
        self._path = dir / "events.jsonl"
        self._queue: queue.Queue[bytes | Callable[[], None] | None] = queue.Queue(BACKLOG)
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

    def thin(self, before: str) -> int:
        """Cut off what was told before that moment (ISO 8601, UTC); how many bytes. Waits for the thread
        that writes. Raises OSError: the file is as it was."""
        done: Future[int] = Future()

        def work() -> None:
            try:
                done.set_result(cut_off(self._path, before))
            except OSError as error:
                done.set_exception(error)

        self._queue.put(work)
        return done.result()

    def _write(self) -> None:
        file = self._path.open("ab", buffering=0)
        while (line := self._queue.get()) is not None:
            if callable(line):
                line()
                file.close()
                file = self._path.open("ab", buffering=0)
                continue
            try:
                file.write(line)
            except OSError:
                self.dropped += 1
        file.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

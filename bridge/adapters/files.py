"""Records and events as files: one JSON file a conversation, one JSON line an event."""

import asyncio
import json
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import structlog

from bridge.adapters.codec import CLEAR, Codec
from bridge.adapters.codec import RECORD as RECORD
from bridge.adapters.event_log import cut_off
from bridge.model.record import ConversationRecord

log = structlog.get_logger()
BACKLOG = 10_000


class SystemClock:
    """Keeps `bridge.ports.Clock`."""

    def utc(self) -> str:
        return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def token(self) -> str:
        return token_hex(16)


class FileStore:
    """DIR/YYYY-MM-DD/ID.json, whole or not at all; DIR/open/ while live."""

    def __init__(self, dir: Path, codec: Codec = CLEAR) -> None:
        self._dir, self.codec = dir, codec
        self.open_dir = dir / "open"

    def begin(self, record: ConversationRecord) -> None:
        """A small file, so that a successor finds who was in a call; a disk that refuses costs only that."""
        try:
            self.open_dir.mkdir(parents=True, exist_ok=True)
            unfinished = self.open_dir / f"{record.id}.part"
            unfinished.write_bytes(self.codec.dump(record))
            unfinished.rename(self.open_dir / f"{record.id}.json")
        except OSError as error:
            log.error("conversation not marked as open", error=error.strerror)

    async def save(self, record: ConversationRecord) -> Path:
        """On the disk when it returns; where. Raises OSError."""
        return await asyncio.to_thread(self._write, record)

    def replace(self, record: ConversationRecord) -> None:
        """At once, and whole or not at all. Raises OSError."""
        self._write(record)

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

    def _write(self, record: ConversationRecord) -> Path:
        body = self.codec.dump(record)
        self.codec.keep(record.id)
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

    def __init__(self, dir: Path, codec: Codec = CLEAR) -> None:
        self._codec = codec
        dir.mkdir(parents=True, exist_ok=True)
        self._path = dir / "events.jsonl"
        self._queue: queue.Queue[Callable[[], bytes] | Callable[[], None] | None] = queue.Queue(BACKLOG)
        self._seq = 0
        self.dropped = 0
        self._thread = threading.Thread(target=self._write, name="events", daemon=True)
        self._thread.start()

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        self._seq += 1
        head = {"v": 1, "seq": self._seq, "ts": _now(), "type": kind, "conversation": conversation}
        try:
            self._queue.put_nowait(partial(self._line, head, dict(body)))
        except queue.Full:
            self.dropped += 1

    def _line(self, head: dict[str, Any], body: dict[str, Any]) -> bytes:
        """In the thread that writes: sealing may wait for the disk."""
        sealed = self._codec.seal_event(str(head["conversation"]), body)
        return json.dumps(head | sealed, default=str).encode() + b"\n"

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
        while (work := self._queue.get()) is not None:
            try:
                if line := work():
                    file.write(line)
                else:  # the file is another one now
                    file.close()
                    file = self._path.open("ab", buffering=0)
            except Exception as error:  # it must not be the last line that is written
                self.dropped += 1
                log.error("event not written", error=type(error).__name__)
        file.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""The ASR workers as main sees them: which are alive, and which stream each recognises."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from pydantic import ValidationError

from asr.codec import decode_event
from asr.types import StreamEvent

log = structlog.get_logger()

PING_S = 0.3
HUNG_AFTER_S = 1.7
"""a busy machine may keep a decode waiting for a second; the replay ring holds ten"""


@dataclass(slots=True, kw_only=True)
class AsrWorker:
    name: str
    pid: int
    pcm: str
    engine: str
    model_sha256: str
    final_model_sha256: str
    writer: asyncio.StreamWriter
    streams: set[str] = field(default_factory=set)
    answered: float = 0.0


class AsrWorkers:
    """Keeps `bridge.app.listening.AsrPool`. `deliver` gets every stream event, `lost` each dead worker."""

    def __init__(self, deliver: Callable[[StreamEvent], None], lost: Callable[[str], None]) -> None:
        self._deliver, self._lost = deliver, lost
        self._workers: dict[str, AsrWorker] = {}
        self.ready = asyncio.Event()

    def assign(self, stream: str) -> tuple[str, str] | None:
        """The least busy worker."""
        if not self._workers:
            return None
        worker = min(self._workers.values(), key=lambda w: (len(w.streams), w.name))
        worker.streams.add(stream)
        return worker.name, worker.pcm

    def release(self, stream: str) -> None:
        for worker in self._workers.values():
            worker.streams.discard(stream)

    def expect(self, stream: str, kind: str) -> None:
        """Tell the stream's worker what the speaker was asked, so that it waits as long as that needs."""
        line = json.dumps({"op": "expect", "stream": stream, "kind": kind}).encode() + b"\n"
        for worker in self._workers.values():
            if stream in worker.streams:
                worker.writer.write(line)

    def describe(self) -> dict[str, str]:
        worker = next(iter(self._workers.values()), None)
        if worker is None:
            return {"engine": "none", "model_sha256": ""}
        return {
            "engine": worker.engine,
            "model_sha256": worker.model_sha256,
            "final_model_sha256": worker.final_model_sha256,
        }

    async def attach(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: dict[str, Any]
    ) -> None:
        """Serve one worker's connection to its end; a hung worker is killed and its streams move on."""
        worker = AsrWorker(
            name=hello["name"], pid=hello["pid"], pcm=hello["pcm"], engine=hello["engine"],
            model_sha256=hello["model_sha256"], final_model_sha256=hello["final_model_sha256"],
            writer=writer, answered=_now(),
        )  # fmt: skip
        self._workers[worker.name] = worker
        self.ready.set()
        watch = asyncio.create_task(self._watch(worker))
        try:
            async for line in reader:
                worker.answered = _now()
                self._read(line)
        except (ConnectionError, asyncio.LimitOverrunError, ValueError):
            log.warning("asr connection broken", worker=worker.name)
        finally:
            watch.cancel()
            self._drop(worker)

    def _read(self, line: bytes) -> None:
        if line.startswith(b'{"op"'):
            return
        try:
            self._deliver(decode_event(line))
        except ValidationError:
            log.error("asr event not understood")

    async def _watch(self, worker: AsrWorker) -> None:
        """Any line is a sign of life; a stopped process sends none."""
        count = 0
        while True:
            count += 1
            worker.writer.write(json.dumps({"op": "ping", "id": count}).encode() + b"\n")
            await asyncio.sleep(PING_S)
            if _now() - worker.answered > HUNG_AFTER_S:
                log.error("asr worker hangs", worker=worker.name)
                self._drop(worker)
                os.kill(worker.pid, signal.SIGKILL)  # our own process; the supervisor starts another
                return

    def _drop(self, worker: AsrWorker) -> None:
        if self._workers.get(worker.name) is worker:
            del self._workers[worker.name]
            self._lost(worker.name)
        if not self._workers:
            self.ready.clear()


def _now() -> float:
    return asyncio.get_running_loop().time()

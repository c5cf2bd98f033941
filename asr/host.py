"""The owner loop of an ASR worker: sockets and requests. Decoding has its own threads (`asr.scheduler`)."""

import contextlib
import json
import logging
import os
import resource
import selectors
import signal
import socket
import time
from dataclasses import asdict
from typing import Any, Final

from asr.codec import encode_event
from asr.control import RETRY_S, ControlLine
from asr.intake import Intake
from asr.outbox import Outbox
from asr.recognizer import Recognizer
from asr.scheduler import DecodeQueue, Job, Priority
from asr.types import Partial, StreamEvent
from asr.worker_config import WorkerConfig

STOP_S: Final = 1.5
"""what streams get to be decided in, and control to be told, after SIGTERM"""
_PACKETS_A_TURN = 64
_log = logging.getLogger("asr.worker")


class _Connection:
    """One accepted PCM socket. The answer may come from the decode thread; the loop sends it."""

    def __init__(self, peer: socket.socket, host: "Host") -> None:
        self.peer = peer
        self.host = host
        self.answer: bytes | None = None
        self.intake = Intake(host.recognizer, host.tell, self._answer, host.opened)

    def _answer(self, packet: bytes) -> None:
        self.answer = packet
        self.host.wake()

    def ready(self, mask: int) -> None:
        for _ in range(_PACKETS_A_TURN):
            try:
                packet = self.peer.recv(65_536)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self.intake.hung_up()
                self.host.forget(self)
                return
            self.intake.packet(packet)


class Host:
    """Serves until SIGTERM or SIGINT. Construct it in the main thread, with the model loaded."""

    def __init__(self, config: WorkerConfig, recognizer: Recognizer, queue: DecodeQueue) -> None:
        self.recognizer = recognizer
        self._queue = queue
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = socket.socketpair()
        for end in (self._wake_in, self._wake_out):
            end.setblocking(False)
        self._selector.register(self._wake_in, selectors.EVENT_READ, self._woken)
        self._outbox = Outbox(self.wake)
        self._connections: set[_Connection] = set()
        self._expected: dict[str, str] = {}
        """what is asked of each speaker, by stream"""
        self._streams = self._gap_samples = 0
        self._stop_asked = 0
        self._stop_at: float | None = None
        self._pcm_path = config.pcm
        self._listener = self._listen()
        self._control = ControlLine(
            config.control, self._hello(config), self._outbox, self._selector, self._request
        )

    def serve(self) -> None:
        """Returns after SIGTERM, when all streams are decided and main was told, or `STOP_S` later."""
        signal.set_wakeup_fd(self._wake_out.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        while not self._finished(time.monotonic()):
            self._control.tick(time.monotonic())
            self._control.pump()
            waiting = not self._control.connected or self._stop_at is not None
            for key, mask in self._selector.select(RETRY_S / 4 if waiting else None):
                key.data(mask)
            self._send_answers()
            if self._stop_asked and self._stop_at is None:
                self._stop()
        self._pcm_path.unlink(missing_ok=True)

    def tell(self, event: StreamEvent) -> None:
        """To main. From any thread."""
        self._outbox.put(encode_event(event), droppable=isinstance(event.event, Partial))

    def opened(self, intake: Intake) -> None:
        """A stream begins; what its speaker was asked may have been told before."""
        if kind := self._expected.get(intake.stream):
            intake.expect(kind)

    def wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # then it is full of wake-ups already
            self._wake_out.send(b"\0")

    def forget(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return
        self._connections.discard(connection)
        self._expected.pop(connection.intake.stream, None)
        self._gap_samples += connection.intake.gap_samples
        self._selector.unregister(connection.peer)
        connection.peer.close()

    def _listen(self) -> socket.socket:
        self._pcm_path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.setblocking(False)
        listener.bind(str(self._pcm_path))
        self._pcm_path.chmod(0o600)
        listener.listen(128)
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        return listener

    def _hello(self, config: WorkerConfig) -> dict[str, Any]:
        return {
            "kind": "asr",
            "name": config.name,
            "pid": os.getpid(),
            "pcm": str(config.pcm),
            "engine": self.recognizer.name,
            "model_sha256": self.recognizer.model_sha256,
            "final_model_sha256": self.recognizer.final_model_sha256,
            "rate_ok": [8000, 16000],
        }

    def _accept(self, mask: int) -> None:
        try:
            peer, _ = self._listener.accept()
        except OSError:
            return
        peer.setblocking(False)
        connection = _Connection(peer, self)
        self._connections.add(connection)
        self._streams += 1
        self._selector.register(peer, selectors.EVENT_READ, connection.ready)

    def _woken(self, mask: int) -> None:
        try:
            while self._wake_in.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _send_answers(self) -> None:
        for connection in [one for one in self._connections if one.answer is not None]:
            assert connection.answer is not None
            try:
                connection.peer.send(connection.answer)
            except OSError:
                _log.info("peer left before its CLOSED")
            self.forget(connection)

    def _request(self, request: dict[str, Any]) -> None:
        """A ping goes through the decode thread, so that a hang there is silence here."""
        match request:
            case {"op": "ping", "id": number}:
                pong = json.dumps({"op": "pong", "id": number}).encode() + b"\n"
                self._queue.submit(Job(object(), Priority.PROBE, lambda: self._outbox.put(pong)))
            case {"op": "expect", "stream": str(stream), "kind": str(kind)}:
                self._expect(stream, kind)
            case {"op": "stats"}:
                self._outbox.put(json.dumps({"op": "stats", **self._stats()}).encode() + b"\n")
            case _:
                _log.warning("unknown request on the control line")

    def _expect(self, stream: str, kind: str) -> None:
        self._expected[stream] = kind
        for connection in self._connections:
            if connection.intake.stream == stream:
                connection.intake.expect(kind)

    def _stats(self) -> dict[str, Any]:
        open_gaps = sum(connection.intake.gap_samples for connection in self._connections)
        return {
            "streams": len(self._connections),
            "streams_total": self._streams,
            "waiting": len(self._queue),
            "hop_ms": self._queue.hop_ms,
            **asdict(self._queue.counts),
            "gap_samples": self._gap_samples + open_gaps,
            "dropped_partials": self._outbox.dropped_partials,
            "dropped_finals": self._outbox.dropped_finals,
            "control_connections": self._control.connections,
            "cpu_s": round(time.process_time(), 3),
            "max_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }

    def _asked_to_stop(self, number: int, frame: object) -> None:
        # may interrupt anything, also code that holds a lock: only a mark, the wake-up fd does the rest
        self._stop_asked += 1
        if self._stop_asked > 1:
            self._stop_at = 0.0

    def _stop(self) -> None:
        self._stop_at = time.monotonic() + STOP_S
        self._selector.unregister(self._listener)
        self._listener.close()
        for connection in tuple(self._connections):
            connection.intake.close()

    def _finished(self, now: float) -> bool:
        if self._stop_at is None:
            return False
        deciding = any(connection.intake.stream for connection in self._connections)
        return now >= self._stop_at or (not deciding and self._control.idle)

"""The worker's line to main: connects, says who it is, sends events, takes requests; main may come and go."""

import json
import selectors
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from asr.outbox import Outbox

RETRY_S: Final = 0.2
_MAX_REQUEST = 65_536


class ControlLine:
    """Driven by the owner loop: `tick` often, `pump` when there is something to send, `ready` on I/O.

    A line that was not wholly written when main went away is sent again, whole, to the next main.
    """

    def __init__(
        self,
        path: Path,
        hello: dict[str, Any],
        outbox: Outbox,
        selector: selectors.BaseSelector,
        on_request: Callable[[dict[str, Any]], None],
    ) -> None:
        self._path = path
        self._hello = json.dumps(hello).encode() + b"\n"
        self._outbox = outbox
        self._selector = selector
        self._on_request = on_request
        self._socket: socket.socket | None = None
        self._pending = b""
        self._pending_is_hello = False
        self._received = b""
        self._retry_at = 0.0
        self.connections = 0

    @property
    def connected(self) -> bool:
        return self._socket is not None

    @property
    def idle(self) -> bool:
        """Nothing left to send, or nobody to send it to."""
        return self._socket is None or (not self._pending and not len(self._outbox))

    def tick(self, now: float) -> None:
        """Connect when it is time to."""
        if self._socket is not None or now < self._retry_at:
            return
        self._retry_at = now + RETRY_S
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.setblocking(False)
        try:
            line.connect(str(self._path))
        except OSError:
            line.close()
            return
        self._socket = line
        self._pending, self._pending_is_hello, self._received = self._hello, True, b""
        self.connections += 1
        self._selector.register(line, selectors.EVENT_READ | selectors.EVENT_WRITE, self.ready)

    def pump(self) -> None:
        """Write what can be written now."""
        while self._socket is not None:
            if not self._pending and not self._next_line():
                self._watch(selectors.EVENT_READ)
                return
            try:
                written = self._socket.send(self._pending)
            except BlockingIOError:
                self._watch(selectors.EVENT_READ | selectors.EVENT_WRITE)
                return
            except OSError:
                self.drop()
                return
            self._pending = self._pending[written:]
            if not self._pending:
                self._line_sent()

    def ready(self, mask: int) -> None:
        if mask & selectors.EVENT_READ:
            self._receive()
        if mask & selectors.EVENT_WRITE:
            self.pump()

    def drop(self) -> None:
        if self._socket is None:
            return
        self._selector.unregister(self._socket)
        self._socket.close()
        self._socket = None
        self._pending = b""
        self._retry_at = time.monotonic() + RETRY_S

    def _next_line(self) -> bool:
        line = self._outbox.head()
        if line is None:
            return False
        self._pending, self._pending_is_hello = line, False
        return True

    def _line_sent(self) -> None:
        if not self._pending_is_hello:
            self._outbox.sent()

    def _watch(self, events: int) -> None:
        if self._socket is not None:
            self._selector.modify(self._socket, events, self.ready)

    def _receive(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.drop()
            return
        *lines, self._received = (self._received + data).split(b"\n")
        if len(self._received) > _MAX_REQUEST:
            self.drop()
            return
        for line in lines:
            self._request(line)

    def _request(self, line: bytes) -> None:
        try:
            request = json.loads(line)
        except ValueError:
            request = None
        if isinstance(request, dict):
            self._on_request(request)

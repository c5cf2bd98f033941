"""A line-wise Unix stream connection that never blocks: polled between two turns of the SIP stack."""

import logging
import socket
import time
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

RETRY_S: Final = 0.2
LONGEST_LINE_BYTES: Final = 1 << 20
UNSENT_LIMIT_BYTES: Final = 4 << 20


class Link:
    """Connects, and connects again. `on_up` sends the first lines, `on_down` is told of a break.

    A break found while sending is told of only when all that the other side said before has been read: its
    last lines never follow the news of its end.
    """

    def __init__(
        self, path: str, on_up: Callable[[], None], on_down: Callable[[], None] = lambda: None
    ) -> None:
        self._path = path
        self._on_up = on_up
        self._on_down = on_down
        self._socket: socket.socket | None = None
        self._unsent = bytearray()
        self._unread = bytearray()
        self._retry_at = 0.0
        self._broken: str | None = None

    @property
    def up(self) -> bool:
        return self._socket is not None

    def send(self, line: bytes) -> None:
        """Post one line, newline included; dropped while the link is down."""
        if self._socket is None or self._broken:
            return
        self._unsent += line
        self._flush()
        if len(self._unsent) > UNSENT_LIMIT_BYTES:
            self._broken = "the other side does not read"

    def poll(self) -> list[bytes]:
        """Lines that came in; connects when it is time to."""
        if self._socket is None:
            self._connect()
            return []
        if self._unsent and not self._broken:
            self._flush()
        return self._receive()

    def close(self, linger_s: float = 0.5) -> None:
        """Send what is left, then close."""
        sock, self._socket = self._socket, None
        if sock is None:
            return
        try:
            sock.settimeout(linger_s)
            sock.sendall(self._unsent)
        except OSError as error:
            log.warning("last lines lost: %s", error)
        sock.close()

    def _connect(self) -> None:
        now = time.monotonic()
        if now < self._retry_at:
            return
        self._retry_at = now + RETRY_S
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            sock.connect(self._path)
        except OSError:
            sock.close()
            return
        self._socket = sock
        self._unsent.clear()
        self._unread.clear()
        self._broken = None
        self._on_up()

    def _flush(self) -> None:
        if self._socket is None:
            return
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError as error:
            self._broken = str(error)

    def _receive(self) -> list[bytes]:
        if self._socket is None:
            return []
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            if self._broken:
                self._drop(self._broken)
            return []
        except OSError as error:
            self._drop(str(error))
            return []
        if not data:
            self._drop("closed by the other side")
            return []
        self._unread += data
        *lines, rest = self._unread.split(b"\n")
        self._unread = rest
        if len(rest) > LONGEST_LINE_BYTES:
            self._drop("a line without an end")
            return []
        return [bytes(line) for line in lines if line]

    def _drop(self, why: str) -> None:
        if self._socket is None:
            return
        log.warning("link down: %s", why)
        self._socket.close()
        self._socket = None
        self._retry_at = time.monotonic() + RETRY_S
        self._on_down()

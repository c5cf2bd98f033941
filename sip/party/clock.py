"""Wire times: kernel receive stamps, as `time.monotonic()` so that all processes of a machine agree."""

import socket
import struct
import time
from typing import Any, Final

from sip.party.address import Address

_SO_TIMESTAMPNS: Final = 35  # Linux; Python does not name it
_TIMESPEC: Final = struct.Struct("@qq")
_ANCILLARY: Final = socket.CMSG_SPACE(_TIMESPEC.size)


def bind_udp(ip: str, port: int) -> socket.socket:
    """A non-blocking UDP socket that stamps what it receives."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.setblocking(False)
        sock.bind((ip, port))
    except OSError:
        sock.close()
        raise
    return sock


def receive(sock: socket.socket) -> tuple[bytes, Address, float] | None:
    """The next datagram, its sender and the moment it arrived; None when there is none."""
    try:
        raw, ancillary, _, source = sock.recvmsg(65_535, _ANCILLARY)
    except (BlockingIOError, InterruptedError, ConnectionRefusedError):
        return None
    return raw, (source[0], source[1]), _arrival(ancillary)


def _arrival(ancillary: list[Any]) -> float:
    now = time.monotonic()
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(data[: _TIMESPEC.size])
            age = time.time() - (seconds + nanoseconds * 1e-9)
            if 0 <= age < 5:  # a stepped wall clock would lie
                return now - float(age)
    return now

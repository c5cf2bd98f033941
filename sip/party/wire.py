"""The SIP socket of a party: stamped, logged, captured, and lossy on request."""

import asyncio
import time
from collections.abc import Callable

from sip.party.address import Address
from sip.party.capture import Capture, Direction, WireRecord
from sip.party.clock import bind_udp, receive
from sip.party.message import Message, MessageError, parse

OnMessage = Callable[[Message, Address, float], None]
_LOGGED = 20_000


class Wire:
    def __init__(self, ip: str, port: int, on_message: OnMessage, capture: Capture | None) -> None:
        self._socket = bind_udp(ip, port)
        self.address: Address = self._socket.getsockname()
        self.log: list[WireRecord] = []
        self.unread: list[bytes] = []
        """datagrams that were no SIP"""
        self.lose: Callable[[Direction, Message], bool] = lambda direction, message: False
        """True for a message that shall be lost; it is logged all the same"""
        self._on_message = on_message
        self._capture = capture
        asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def send(self, message: Message, target: Address) -> None:
        raw = message.to_bytes()
        at = time.monotonic()
        self._note("out", target, raw, at)
        if not self.lose("out", message):
            self.send_raw(raw, target)

    def send_raw(self, raw: bytes, target: Address) -> None:
        """Bytes as they are: for malformed ones."""
        if self._socket.fileno() >= 0:
            try:
                self._socket.sendto(raw, target)
            except OSError:  # nobody listens there; a timer will find out
                return

    def _readable(self) -> None:
        for _ in range(50):
            got = receive(self._socket)
            if got is None:
                return
            raw, source, at = got
            self._note("in", source, raw, at)
            try:
                message = parse(raw)
            except MessageError:
                self.unread.append(raw)
                continue
            if not self.lose("in", message):
                self._on_message(message, source, at)

    def _note(self, direction: Direction, peer: Address, raw: bytes, at: float) -> None:
        if len(self.log) < _LOGGED:
            self.log.append(WireRecord(at=at, direction=direction, peer=peer, raw=raw))
        if self._capture:
            ends = (self.address, peer) if direction == "out" else (peer, self.address)
            self._capture.write(at, *ends, raw)

    def close(self) -> None:
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()

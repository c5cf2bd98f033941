"""A registrar on a raw socket: challenges, accepts, refuses, or keeps silent, as told."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from sip.party.address import Address, parse_name_addr, parse_via
from sip.party.auth import Credentials, authorize
from sip.party.clock import bind_udp
from sip.party.message import Message, parse, request, response

REALM = "pbx"


@dataclass(frozen=True, slots=True)
class Seen:
    """One REGISTER as it came."""

    at: float
    message: Message
    source: Address
    answer: int
    """0: none was given"""

    @property
    def expires_s(self) -> int:
        return expires_of(self.message)


def expires_of(register: Message) -> int:
    return int(register.get("Expires") or parse_name_addr(register.get("Contact")).params["expires"])


@dataclass(slots=True)
class Pbx(asyncio.DatagramProtocol):
    """`async with Pbx("127.0.1.1") as pbx`. `status` is the answer to a rightful REGISTER, 0 for silence."""

    ip: str
    credentials: Credentials = field(default_factory=lambda: Credentials(user="trunk", password="s3cret"))
    status: int = 200
    granted_s: int = 60
    least_s: int = 0
    """423 to whoever asks for less"""
    seen: list[Seen] = field(default_factory=list)
    bindings: dict[str, str] = field(default_factory=dict)
    """Contact by address of record"""
    _nonces: set[str] = field(default_factory=set)
    _transport: asyncio.DatagramTransport | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        sock = bind_udp(self.ip, 5060)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=sock)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._transport
        self._transport.close()

    async def until(self, condition: Callable[[], object], timeout_s: float = 10.0) -> None:
        """Until it holds; looked at after every REGISTER. Raises `TimeoutError`."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def registered(self, timeout_s: float = 10.0) -> None:
        await self.until(lambda: self.bindings, timeout_s)

    def accepted(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.answer == 200]

    def forget(self) -> None:
        """As after a restart that kept nothing."""
        self.bindings.clear()
        self._nonces.clear()

    def datagram_received(self, data: bytes, source: Address) -> None:
        message = parse(data)
        if message.is_request and message.method == "REGISTER":
            status = self.status and self._judge(message)
            self.seen.append(Seen(time.monotonic(), message, source, status))
            if status:
                self._answer(message, status)
            self._changed.set()

    def _judge(self, message: Message) -> int:
        if not self._rightful(message):
            return 401 if self.status < 300 else self.status
        return 423 if 0 < expires_of(message) < self.least_s else self.status

    def _rightful(self, message: Message) -> bool:
        """Is its Authorization what we would have written with the same nonces?"""
        given = message.get("Authorization")
        nonce = _field(given, "nonce")
        if nonce not in self._nonces:
            return False
        ours = request("REGISTER", _field(given, "uri"))
        challenge = Message("SIP/2.0 401 Unauthorized", [("WWW-Authenticate", _challenge(nonce))])
        authorize(ours, challenge, self.credentials)
        mine = ours.get("Authorization")
        return all(_field(given, name) == _field(mine, name) for name in ("username", "response"))

    def _answer(self, message: Message, status: int) -> None:
        answer = response(message, status, "pbx")
        if status == 401:
            nonce = secrets.token_hex(8)
            self._nonces.add(nonce)
            answer.add("WWW-Authenticate", _challenge(nonce))
        elif status == 423:
            answer.add("Min-Expires", str(self.least_s))
        elif status == 200:
            aor = parse_name_addr(message.get("To")).raw_uri
            contact = parse_name_addr(message.get("Contact")).raw_uri
            if self.seen[-1].expires_s == 0:
                self.bindings.pop(aor, None)
            else:
                self.bindings[aor] = contact
                answer.add("Contact", f"<{contact}>;expires={self.granted_s}")
        assert self._transport
        self._transport.sendto(answer.to_bytes(), parse_via(message.get_list("Via")[0]).reply_address())


def _challenge(nonce: str) -> str:
    return f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5'


def _field(header: str, name: str) -> str:
    """A parameter of a Digest header."""
    for part in header.partition(" ")[2].split(","):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value.strip('"')
    return ""

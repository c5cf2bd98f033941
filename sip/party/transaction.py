"""SIP transactions over UDP (RFC 3261 section 17): retransmission, and the answers to it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sip.party.address import Address, parse_via
from sip.party.message import Message, MessageError, request, response

Send = Callable[[Message, Address], None]
OnResponse = Callable[[Message], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """RFC 3261 section 17.1.1.1; tests shrink them."""

    t1_s: float = 0.5
    t2_s: float = 4.0
    invite_s: float = 180.0
    """Timer C: how long an INVITE that got a provisional may ring"""

    @property
    def timeout_s(self) -> float:
        return 64 * self.t1_s


class TransactionTimeout(Exception):
    """No final response within 64*T1; RFC 3261 section 8.1.3.1 treats it as a 408."""


class ServerTransaction:
    """One received request. `respond` may be called with provisionals, then once with a final."""

    def __init__(self, message: Message, source: Address, at: float, send: Send, timers: Timers) -> None:
        self.request = message
        self.source = source
        self.at = at
        self.final: Message | None = None
        self._last: Message | None = None
        self._send = send
        self._timers = timers
        self._acked = asyncio.Event()
        self._repeat: asyncio.Task[None] | None = None

    def respond(self, message: Message, on_no_ack: Callable[[], None] | None = None) -> None:
        if self.final is not None:
            return
        self._last = message
        self._send_last()
        if message.status >= 200:
            self.final = message
            if self.request.method == "INVITE":
                self._repeat = asyncio.create_task(self._repeat_final(on_no_ack))

    def reply(self, status: int, tag: str = "", reason: str = "") -> None:
        self.respond(response(self.request, status, tag, reason))

    def repeated(self) -> None:
        """The request came again: so goes the response."""
        if self._last is not None:
            self._send_last()

    def acked(self) -> None:
        self._acked.set()

    def close(self) -> None:
        if self._repeat is not None:
            self._repeat.cancel()

    def _send_last(self) -> None:
        assert self._last is not None
        try:
            target = parse_via(self.request.get("Via").split(",")[0]).reply_address()
        except MessageError:
            target = self.source
        self._send(self._last, target)

    async def _repeat_final(self, on_no_ack: Callable[[], None] | None) -> None:
        """Timers G and H, and the same for a 2xx (section 13.3.1.4), until the ACK."""
        interval, left = self._timers.t1_s, self._timers.timeout_s
        while left > 0:
            try:
                await asyncio.wait_for(self._acked.wait(), min(interval, left))
                return
            except TimeoutError:
                left -= interval
                interval = min(2 * interval, self._timers.t2_s)
                self._send_last()
        if on_no_ack is not None:
            on_no_ack()


class Transactions:
    """All transactions of one socket, matched by branch (RFC 3261 section 17.2.3)."""

    def __init__(self, send: Send, timers: Timers, on_request: Callable[[ServerTransaction], None]) -> None:
        self._send = send
        self._timers = timers
        self._on_request = on_request
        self._clients: dict[tuple[str, str], asyncio.Queue[Message]] = {}
        self._servers: dict[tuple[str, str, str], ServerTransaction] = {}
        self._acks: dict[tuple[str, str], tuple[Message, Address]] = {}

    async def run(
        self, message: Message, target: Address, on_provisional: OnResponse | None = None
    ) -> Message:
        """Send a request, retransmit it, return its final response. Raises `TransactionTimeout`."""
        key = (parse_via(message.get("Via")).branch, message.method)
        responses = self._clients[key] = asyncio.Queue()
        try:
            final = await self._run(message, target, responses, on_provisional)
        finally:
            self._later(self._timers.timeout_s, lambda: self._clients.pop(key, None))
        if message.method == "INVITE" and final.status >= 300:
            self.keep_ack(key[0], ack_of_refusal(message, final), target)
        return final

    async def _run(
        self,
        message: Message,
        target: Address,
        responses: asyncio.Queue[Message],
        on_provisional: OnResponse | None,
    ) -> Message:
        loop = asyncio.get_running_loop()
        interval, deadline, provisional = self._timers.t1_s, loop.time() + self._timers.timeout_s, False
        invite = message.method == "INVITE"
        self._send(message, target)
        while (left := deadline - loop.time()) > 0:
            try:
                got = await asyncio.wait_for(
                    responses.get(), left if invite and provisional else min(interval, left)
                )
            except TimeoutError:
                if not (invite and provisional):
                    self._send(message, target)
                    interval = 2 * interval if invite else min(2 * interval, self._timers.t2_s)
                continue
            if got.status >= 200:
                return got
            if invite and not provisional:
                deadline = loop.time() + self._timers.invite_s
            provisional, interval = True, self._timers.t2_s
            if on_provisional is not None:
                on_provisional(got)
        raise TransactionTimeout

    def keep_ack(self, branch: str, ack: Message, target: Address) -> None:
        """Send an ACK, and again each time the final response to that INVITE comes again."""
        key = (branch, "INVITE")
        self._acks[key] = (ack, target)
        self._send(ack, target)
        self._later(self._timers.timeout_s, lambda: self._acks.pop(key, None))

    def receive(self, message: Message, source: Address, at: float) -> None:
        if not message.is_request:
            self._receive_response(message)
            return
        via = parse_via(message.get_list("Via")[0])
        name = "INVITE" if message.method == "ACK" else message.method
        key = (via.branch or message.call_id + message.get("CSeq"), via.sent_by, name)
        known = self._servers.get(key)
        if known is not None and message.method == "ACK":
            known.acked()
        elif known is not None:
            known.repeated()
        else:
            note_source(message, source)
            transaction = ServerTransaction(message, source, at, self._send, self._timers)
            if message.method != "ACK":
                self._servers[key] = transaction
                self._later(
                    self._timers.timeout_s + self._timers.invite_s, lambda: self._servers.pop(key, None)
                )
            self._on_request(transaction)

    def cancelled(self, cancel: Message) -> ServerTransaction | None:
        """The INVITE a CANCEL is about (RFC 3261 section 9.2)."""
        via = parse_via(cancel.get_list("Via")[0])
        return self._servers.get((via.branch, via.sent_by, "INVITE"))

    def close(self) -> None:
        for transaction in self._servers.values():
            transaction.close()

    def _receive_response(self, message: Message) -> None:
        try:
            key = (parse_via(message.get_list("Via")[0]).branch, message.cseq[1])
        except (MessageError, IndexError):
            return
        if message.status >= 200 and key in self._acks:
            self._send(*self._acks[key])
        elif key in self._clients:
            self._clients[key].put_nowait(message)

    def _later(self, delay_s: float, forget: Callable[[], object]) -> None:
        asyncio.get_running_loop().call_later(delay_s, forget)


def note_source(message: Message, source: Address) -> None:
    """Put received and rport into the top Via (RFC 3261 section 18.2.1, RFC 3581)."""
    vias = message.get_list("Via")
    via = parse_via(vias[0])
    if via.host != source[0] or "rport" in via.params:
        via.params["received"] = source[0]
    if "rport" in via.params:
        via.params["rport"] = str(source[1])
    message.set_list("Via", [str(via), *vias[1:]])


def ack_of_refusal(invite: Message, final: Message) -> Message:
    """ACK for a non-2xx: same branch, To of the response (RFC 3261 section 17.1.1.3)."""
    ack = request("ACK", invite.uri)
    ack.add("Via", invite.get("Via"))
    ack.add("Max-Forwards", "70")
    for route in invite.get_all("Route"):
        ack.add("Route", route)
    ack.add("From", invite.get("From"))
    ack.add("To", final.get("To"))
    ack.add("Call-ID", invite.call_id)
    ack.add("CSeq", f"{invite.cseq[0]} ACK")
    return ack

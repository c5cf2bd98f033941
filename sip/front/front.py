"""The front itself: one UDP socket, every datagram either answered, forwarded or met with silence."""

import asyncio
import logging
import time
from collections import Counter
from typing import Any, Final

from sip.front.config import FrontConfig
from sip.front.dispatch import Dispatch, Rules, stable_tag
from sip.front.farewell import Farewells
from sip.front.forwarding import (
    Place,
    Refused,
    check_hops,
    mark_source,
    next_uri,
    pop_own_route,
    pop_own_via,
    prepare,
    reply_address,
    stamp,
)
from sip.front.guard import AllowList, FloodGuard
from sip.front.names import Names
from sip.front.outgoing import Outgoing
from sip.front.pool import Pool, Worker
from sip.front.probes import Probes
from sip.hep import Capture
from sip.party.address import Address, Uri, parse_address, parse_name_addr
from sip.party.clock import bind_udp
from sip.party.message import Message, MessageError, parse, response

log = logging.getLogger(__name__)

_ALLOW: Final = "INVITE, ACK, CANCEL, OPTIONS, BYE"
_GATHER_S: Final = 1.0
"""so long after our start an INVITE that finds nobody waits for its retransmission: workers are coming"""
_RETURN_S: Final = 5.0
"""after a restart workers need a moment to say hello again"""


class Front(asyncio.DatagramProtocol):
    """`start` binds the port; `worker_joined`, `worker_lost` and `drain` come from the control socket."""

    def __init__(self, config: FrontConfig) -> None:
        self.config = config
        self.us = Place(config.advertised)
        self.pool = Pool()
        self.counters: Counter[str] = Counter()
        self._allow = AllowList(config)
        self._guard = FloodGuard(config.flood)
        self._names = Names()
        rules = Rules(config.record_route, config.retry_after_s, config.t1_s)
        self.dispatch = Dispatch(self._send, self.us, self.pool, rules)
        self.farewells = Farewells(self._send_to_uri, self.us, config.t1_s)
        self.outgoing = Outgoing(self._send_to_uri, self.farewells, self.us, config.t1_s)
        self.probes = Probes(self._send_to_uri, self.us, config.t1_s)
        self._capture: Capture | None = None
        if config.capture is not None:
            self._capture = Capture(parse_address(config.capture.collector), config.capture.agent_id)
        self._transport: asyncio.DatagramTransport | None = None
        self._started_at = time.monotonic()

    async def start(self) -> None:
        """Raises `OSError` when the port is taken."""
        sock = bind_udp(*self.config.bound)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=sock)

    def close(self) -> None:
        self.dispatch.ledger.close()
        self.outgoing.close()
        self.farewells.close()
        self._names.close()
        if self._capture is not None:
            self._capture.close()
        if self._transport is not None:
            self._transport.close()

    # -- control ---------------------------------------------------------------------------------

    def worker_lost(self, worker: Worker) -> None:
        """Its connection ended: whatever it still had is taken care of here."""
        self.pool.leave(worker)
        legs = list(worker.legs.values())
        try:
            legs += self.dispatch.worker_lost(worker)
        except MessageError as error:
            log.error("an answered call of a dead worker cannot be ended: %s", error)
        if legs:
            log.error("worker %s died with %d legs", worker.name, len(legs))
        for leg in legs:
            self.farewells.say(leg)
        self.outgoing.worker_lost(worker)

    def drain(self, on: bool) -> None:
        """Take no new calls; OPTIONS says so."""
        self.dispatch.draining = on

    def may_join(self, worker: Worker) -> bool:
        return self._allow.is_worker(worker.address)

    def status(self) -> dict[str, Any]:
        return {
            "draining": self.dispatch.draining,
            "workers": self.pool.counts(),
            "pending_invites": len(self.dispatch.ledger),
            "outgoing_invites": len(self.outgoing),
            "byes": {
                "waiting": len(self.farewells),
                "sent": self.farewells.sent,
                "unanswered": self.farewells.unanswered,
            },
            "refused": self.dispatch.refused,
            "redispatched": self.dispatch.redispatched,
            "sources": self._guard.sources,
            "counters": dict(self.counters),
        }

    # -- datagrams -------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, source: Address) -> None:
        self.counters["received"] += 1
        if not self._allow.allows(source):
            self.counters["unknown_source"] += 1
            return
        if not data.strip(b"\r\n\0"):
            return  # keep-alive
        if self._capture is not None and not self._allow.is_worker(source):
            self._capture.sip(data, source, self.us.address)
        try:
            message = parse(data)
            if message.is_request:
                self._request(message, source)
            else:
                self._response(message, source)
        except MessageError:
            self.counters["malformed"] += 1
        except Exception:
            self.counters["errors"] += 1
            log.exception("a datagram of %d bytes", len(data))

    def error_received(self, error: Exception) -> None:
        self.counters["unreachable"] += 1  # the peer is gone; timers of ours or of others find out

    def _request(self, message: Message, source: Address) -> None:
        try:
            if self._allow.is_worker(source):
                self._from_worker(message, source)
            else:
                self._from_outside(message, source)
        except Refused as refusal:
            self._reply(message, refusal.status)

    def _from_worker(self, message: Message, source: Address) -> None:
        """Outwards, wherever the worker says."""
        stamp(message, source)
        check_hops(message, self.us)
        mark_source(message, None)
        pop_own_route(message, self.us)
        target = next_uri(message)
        begins = not parse_name_addr(message.get("To")).tag
        prepare(message, self.us, record_route=begins and self.config.record_route)
        if begins and message.method == "INVITE":
            self.outgoing.sent(message, source)
        elif message.method == "BYE":
            self.outgoing.ended(message.call_id)
        self._send_to_uri(message, target)

    def _from_outside(self, message: Message, source: Address) -> None:
        tagged = bool(parse_name_addr(message.get("To")).tag)
        if message.method == "CANCEL" or tagged:
            stamp(message, source)
            self._follow(message, source)
        elif not self._guard.take(source[0]):
            self.counters["flood"] += 1
        elif message.method == "INVITE":
            stamp(message, source)
            check_hops(message, self.us)
            if self._gathered():
                self.dispatch.invite(message, source)
        elif message.method == "OPTIONS":
            stamp(message, source)
            self._reply(message, 503 if self.dispatch.draining else 200)
        elif message.method != "ACK":
            stamp(message, source)
            self._reply(message, 405)

    def _gathered(self) -> bool:
        return time.monotonic() > self._started_at + _GATHER_S or any(self.pool.counts().values())

    def _follow(self, message: Message, source: Address) -> None:
        """A request about something that has begun."""
        if message.method == "CANCEL" and self.dispatch.cancel(message, source):
            return
        if message.method == "ACK" and self.dispatch.ack(message, source):
            return
        check_hops(message, self.us)
        mark_source(message, None)
        pop_own_route(message, self.us)
        target = self._worker_address(next_uri(message))
        if target is None:
            raise Refused(481)
        prepare(message, self.us, record_route=False)
        self._send(message, target)

    def _worker_address(self, uri: Uri) -> Address | None:
        """Where `uri` points, when a worker is there."""
        try:
            address = uri.address
        except MessageError:
            return None
        if not self._allow.is_worker(address):
            return None
        returning = time.monotonic() < self._started_at + _RETURN_S
        return address if returning or self.pool.at(address) is not None else None

    def _response(self, message: Message, source: Address) -> None:
        branch = pop_own_via(message, self.us)
        if branch is None or self.farewells.answered(branch, message):
            return
        if self.probes.answered(branch, message) or self.outgoing.response(branch, message):
            return
        target = reply_address(message)
        if self._allow.is_worker(source):
            if message.cseq[1] != "INVITE" or self.dispatch.response(message, source):
                self._send(message, target)
        elif self._allow.is_worker(target):
            self._send(message, target)
        else:
            self.counters["stray_response"] += 1

    def _reply(self, message: Message, status: int) -> None:
        """A stateless answer of our own; ACK never gets one."""
        if message.method == "ACK":
            return
        answer = response(message, status, stable_tag(message))
        if message.method == "OPTIONS" or status == 405:
            answer.add("Allow", _ALLOW)
            answer.add("Accept", "application/sdp")
        if status == 503:
            answer.add("Retry-After", str(self.config.retry_after_s))
        self._send(answer, reply_address(message))

    def _send_to_uri(self, message: Message, target: Uri) -> None:
        self._names.resolve(target, lambda address: self._send_out(message, address))

    def _send_out(self, message: Message, target: Address) -> None:
        if target == self.us.address:
            self.counters["to_ourselves"] += 1
        else:
            self._send(message, target)

    def _send(self, message: Message, target: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            data = message.to_bytes()
            self._transport.sendto(data, target)
            if self._capture is not None and not self._allow.is_worker(target):
                self._capture.sip(data, self.us.address, target)

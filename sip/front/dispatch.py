"""Which worker gets an INVITE, and what the caller's side is told when none can keep it."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sip.front.farewell import REASON
from sip.front.forwarding import Place, mark_source, prepare, reply_address
from sip.front.ledger import Entry, Ledger
from sip.front.pool import Pool, Tombstone, Worker
from sip.party.address import Address, parse_name_addr
from sip.party.message import Message, MessageError, request, response
from sip.party.transaction import ack_of_refusal

log = logging.getLogger(__name__)

_TRIES: Final = 3
_T2_S: Final = 4.0
_WORST_CSEQ: Final = 0x10000
"""above whatever a worker's stack may have begun with"""

Send = Callable[[Message, Address], None]


@dataclass(frozen=True, slots=True)
class Rules:
    record_route: bool
    retry_after_s: int
    t1_s: float


class Dispatch:
    """The life of each INVITE from outside until its final response."""

    def __init__(self, send: Send, us: Place, pool: Pool, rules: Rules) -> None:
        self._send = send
        self._us = us
        self._pool = pool
        self._rules = rules
        self.ledger = Ledger(64 * rules.t1_s)
        self.draining = False
        self.redispatched = 0
        self.refused = 0

    # -- from outside ----------------------------------------------------------------------------

    def invite(self, message: Message, source: Address) -> None:
        """A new INVITE, or one that came again."""
        entry = self.ledger.find(message)
        if entry is None:
            entry = self.ledger.open(message, source)
            if entry is None:
                self._send(self._refusal(message, 503), reply_address(message))
                return
            self._send(response(message, 100), reply_address(message))
            self._assign(entry)
        elif entry.own_final is not None:
            self._send(entry.own_final, reply_address(entry.invite))
        elif entry.worker is not None and self._pool.alive(entry.worker):
            self._forward(entry.invite, entry.worker, entry.source)

    def cancel(self, message: Message, source: Address) -> bool:
        """CANCEL of an INVITE that began here; False for one inside a dialog, which goes its own way."""
        entry = self.ledger.find(message)
        if entry is None:
            if parse_name_addr(message.get("To")).tag:
                return False
            self._send(response(message, 481, stable_tag(message)), reply_address(message))
        elif entry.worker is not None and entry.own_final is None and self._pool.alive(entry.worker):
            entry.cancel = message
            self._forward(message, entry.worker, source)
        else:
            self._send(response(message, 200, stable_tag(message)), reply_address(message))
        return True

    def ack(self, message: Message, source: Address) -> bool:
        """A non-2xx ACK is hop by hop: ours, or the worker's. False for any other ACK."""
        entry = self.ledger.find(message)
        if entry is None or entry.final is None or entry.final < 300:
            return False
        if entry.own_final is not None:
            entry.stop_timers()
        elif entry.worker is not None:
            self._forward(message, entry.worker, source)
        return True

    # -- from workers ----------------------------------------------------------------------------

    def response(self, message: Message, source: Address) -> bool:
        """A worker's answer to an INVITE, our Via already off. False when it must not go out."""
        entry = self.ledger.find(message)
        if entry is None:
            return True  # inside a dialog, or from before a restart
        if entry.worker is None or source != entry.worker.address or entry.own_final is not None:
            return False
        if not entry.heard:
            entry.heard = True
            entry.stop_timers()
        if message.status == 100:
            return False  # the caller has ours
        if message.status == 503 and not entry.tagged and entry.tries < _TRIES and entry.final is None:
            self._acknowledge(entry, message)
            self._assign(entry)
            return False
        entry.tagged = True
        if message.status >= 200:
            entry.answer = message if message.status < 300 else None
            self.ledger.finished(entry, message.status)
        return True

    def worker_lost(self, worker: Worker) -> list[Tombstone]:
        """Move its unanswered calls, refuse those that cannot move; answered ones that left no tombstone."""
        for entry in self.ledger.of_worker(worker):
            if entry.cancel is not None:
                self._refuse(entry, 487)
            elif entry.tagged:
                self._refuse(entry, 500)
            else:
                self._assign(entry)
        return [
            _tombstone(entry.invite, entry.answer)
            for entry in self.ledger.answered_by(worker)
            if entry.answer is not None and entry.key.call_id not in worker.legs
        ]

    # -- inside ----------------------------------------------------------------------------------

    def _assign(self, entry: Entry) -> None:
        """Give the INVITE to an idle worker, or refuse it."""
        entry.stop_timers()
        worker = None if self.draining or entry.tries >= _TRIES else self._pool.reserve()
        if worker is None:
            self._refuse(entry, 503)
            return
        entry.worker, entry.heard = worker, False
        entry.tries += 1
        self.redispatched += entry.tries > 1
        self._forward(entry.invite, worker, entry.source)
        loop, t1 = asyncio.get_running_loop(), self._rules.t1_s
        entry.timers = [
            loop.call_later(t1, self._nudge, entry),
            loop.call_later(3 * t1, self._give_up, entry),
        ]

    def _nudge(self, entry: Entry) -> None:
        """Having sent 100 ourselves, we owe the worker the retransmission."""
        if entry.worker is not None and not entry.heard:
            self._forward(entry.invite, entry.worker, entry.source)

    def _give_up(self, entry: Entry) -> None:
        """Not one word from the worker: it hangs. Another gets the call, it gets a CANCEL."""
        if entry.worker is None or entry.heard:
            return
        log.error("worker %s does not answer an INVITE", entry.worker.name)
        self._forward(_cancel_for(entry.invite), entry.worker, entry.source)
        self._assign(entry)

    def _forward(self, message: Message, worker: Worker, source: Address) -> None:
        copy = message.copy()
        mark_source(copy, source)
        prepare(copy, self._us, record_route=self._rules.record_route)
        self._send(copy, worker.address)

    def _acknowledge(self, entry: Entry, refusal: Message) -> None:
        """The ACK for a refusal that we keep to ourselves."""
        assert entry.worker is not None
        copy = entry.invite.copy()
        prepare(copy, self._us, record_route=False)
        copy.set_list("Via", copy.get_list("Via")[:1])
        self._send(ack_of_refusal(copy, refusal), entry.worker.address)

    def _refusal(self, message: Message, status: int) -> Message:
        answer = response(message, status, stable_tag(message))
        if status == 503:
            self.refused += 1
            answer.add("Retry-After", str(self._rules.retry_after_s))
        elif status == 500:
            answer.add("Reason", REASON)
        return answer

    def _refuse(self, entry: Entry, status: int) -> None:
        """Our own final response, again and again until the ACK (timers G and H)."""
        entry.own_final = self._refusal(entry.invite, status)
        self.ledger.finished(entry, status)
        self._repeat_final(entry, self._rules.t1_s, 64 * self._rules.t1_s)

    def _repeat_final(self, entry: Entry, interval_s: float, left_s: float) -> None:
        assert entry.own_final is not None
        self._send(entry.own_final, reply_address(entry.invite))
        if left_s > 0:
            loop = asyncio.get_running_loop()
            following = min(2 * interval_s, max(_T2_S, self._rules.t1_s))
            entry.timers = [
                loop.call_later(interval_s, self._repeat_final, entry, following, left_s - interval_s)
            ]


def stable_tag(message: Message) -> str:
    """A To-tag that retransmissions get again."""
    text = f"{message.call_id} {message.get('From')} {message.cseq[0]}"
    return "hf" + hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def _cancel_for(invite: Message) -> Message:
    cancel = request("CANCEL", invite.uri)
    cancel.headers = [pair for pair in invite.headers if pair[0].lower() in ("via", "from", "to", "call-id")]
    cancel.add("CSeq", f"{invite.cseq[0]} CANCEL")
    cancel.add("Max-Forwards", invite.get("Max-Forwards", "70"))
    return cancel


def _tombstone(invite: Message, answer: Message) -> Tombstone:
    """What the worker had no time to post: it died between its 200 and the ACK."""
    caller, called = parse_name_addr(invite.get("From")), parse_name_addr(answer.get("To"))
    contacts = invite.get_list("Contact")
    if not contacts:
        raise MessageError("INVITE without Contact")
    return Tombstone(
        call_id=invite.call_id,
        local_tag=called.tag,
        remote_tag=caller.tag,
        local_uri=called.raw_uri,
        remote_uri=caller.raw_uri,
        remote_target=parse_name_addr(contacts[0]).raw_uri,
        route_set=tuple(invite.get_list("Record-Route")),
        cseq=_WORST_CSEQ,
    )

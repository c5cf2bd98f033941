"""INVITEs of our workers on their way: a telephone that a dead worker was ringing must stop ringing."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sip.front.farewell import Farewells, SendTo, ack_for
from sip.front.forwarding import Place, next_uri
from sip.front.pool import Tombstone, Worker
from sip.party.address import Address, Uri, parse_name_addr, parse_via
from sip.party.message import Message, MessageError
from sip.party.transaction import ack_of_refusal

log = logging.getLogger(__name__)

_RINGING_LIMIT_S: Final = 300.0
_LIMIT: Final = 4_096
_LATER_REQUESTS: Final = 0x100
"""more than a worker can have sent in a dialog whose tombstone it had no time to post"""


@dataclass(slots=True, eq=False)
class Ringing:
    """One INVITE as it was sent, our Via on top, until a while after its final response."""

    invite: Message
    target: Uri
    worker: Address
    provisional: bool = False
    answer: Message | None = None
    """the 2xx"""
    cancelled: bool = False
    """a CANCEL of its worker has been answered: only the final response is owed"""
    orphaned: bool = False
    said_goodbye: bool = False
    expiry: asyncio.TimerHandle | None = None


class Outgoing:
    """`sent` and `response` watch what passes; `worker_lost` ends what the worker no longer can."""

    def __init__(self, send: SendTo, farewells: Farewells, us: Place, t1_s: float) -> None:
        self._send, self._farewells, self._us = send, farewells, us
        self._keep_s = 64 * t1_s
        self._ringing: dict[str, Ringing] = {}

    def __len__(self) -> int:
        return len(self._ringing)

    def sent(self, invite: Message, worker: Address) -> None:
        """A worker's INVITE goes out, for the first time or again."""
        branch = parse_via(invite.get_list("Via")[0]).branch
        if branch in self._ringing or len(self._ringing) >= _LIMIT:
            return
        self._ringing[branch] = Ringing(invite, next_uri(invite), worker)
        self._expire(branch, _RINGING_LIMIT_S)

    def ended(self, call_id: str) -> None:
        """Its worker has sent BYE itself."""
        for branch, entry in list(self._ringing.items()):
            if entry.invite.call_id == call_id:
                self._forget(branch)

    def response(self, branch: str, message: Message) -> bool:
        """A response to one of them, our Via off; True when its worker is gone and we took it."""
        entry = self._ringing.get(branch)
        if entry is None or message.cseq[1] != "INVITE":
            if entry is not None and message.cseq[1] == "CANCEL":
                entry.cancelled = True
            return False
        if message.status < 200:
            if entry.orphaned and not entry.provisional:
                self._farewells.cancel(entry.invite, entry.target)
            entry.provisional = True
        elif message.status < 300:
            entry.answer = message
            self._expire(branch, self._keep_s)
            if entry.orphaned:
                self._end(entry, message)
        elif entry.orphaned:
            self._send(ack_of_refusal(_ours_alone(entry.invite), message), entry.target)
        else:
            self._forget(branch)
        return entry.orphaned

    def worker_lost(self, worker: Worker) -> None:
        """CANCEL what rings; ACK and BYE what was answered so late that no tombstone was posted."""
        for branch, entry in list(self._ringing.items()):
            if entry.worker != worker.address or entry.orphaned:
                continue
            entry.orphaned = True
            if entry.answer is None:
                if (
                    entry.provisional and not entry.cancelled
                ):  # else at the first provisional: section 9.1 forbids it before
                    self._farewells.cancel(entry.invite, entry.target)
            elif entry.invite.call_id in worker.legs or entry.invite.call_id in worker.past:
                self._forget(branch)
            else:
                self._end(entry, entry.answer)

    def close(self) -> None:
        for branch in list(self._ringing):
            self._forget(branch)

    def _end(self, entry: Ringing, answer: Message) -> None:
        """Each 2xx gets its ACK, the dialog one BYE."""
        try:
            leg = _tombstone(entry.invite, answer)
            ack = ack_for(leg, entry.invite.cseq[0], self._us)
            self._send(ack, next_uri(ack))
        except MessageError as error:
            log.error("no BYE for a leg of a dead worker: %s", error)
            return
        if not entry.said_goodbye:
            entry.said_goodbye = True
            self._farewells.say(leg)

    def _expire(self, branch: str, delay_s: float) -> None:
        entry = self._ringing[branch]
        if entry.expiry is not None:
            entry.expiry.cancel()
        forget: Callable[[], None] = lambda: self._forget(branch)  # noqa: E731
        entry.expiry = asyncio.get_running_loop().call_later(delay_s, forget)

    def _forget(self, branch: str) -> None:
        entry = self._ringing.pop(branch, None)
        if entry is not None and entry.expiry is not None:
            entry.expiry.cancel()


def _ours_alone(invite: Message) -> Message:
    """ACK to a refusal goes hop by hop: only our Via."""
    copy = invite.copy()
    copy.set_list("Via", copy.get_list("Via")[:1])
    return copy


def _tombstone(invite: Message, answer: Message) -> Tombstone:
    """The dialog as its caller keeps it (section 12.1.2)."""
    us, them = parse_name_addr(invite.get("From")), parse_name_addr(answer.get("To"))
    contacts = answer.get_list("Contact")
    if not contacts:
        raise MessageError("2xx without Contact")
    return Tombstone(
        call_id=invite.call_id,
        local_tag=us.tag,
        remote_tag=them.tag,
        local_uri=us.raw_uri,
        remote_uri=them.raw_uri,
        remote_target=parse_name_addr(contacts[0]).raw_uri,
        route_set=tuple(reversed(answer.get_list("Record-Route"))),
        cseq=invite.cseq[0] + _LATER_REQUESTS,
    )

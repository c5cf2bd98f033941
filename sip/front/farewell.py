"""BYE and CANCEL for the legs of a dead worker (RFC 3261 sections 15.1 and 9.1), until each is answered."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Final

from sip.front.forwarding import MAGIC, Place, next_uri, pop_own_route
from sip.front.pool import Tombstone
from sip.party.address import Uri
from sip.party.message import Message, MessageError, request

log = logging.getLogger(__name__)

_BRANCH: Final = f"{MAGIC}hf-bye-"
_T2_S: Final = 4.0
Q850_TEMPORARY_FAILURE: Final = 41
REASON: Final = f'Q.850;cause={Q850_TEMPORARY_FAILURE};text="worker lost"'

SendTo = Callable[[Message, Uri], None]


def bye_for(leg: Tombstone, us: Place) -> Message:
    """The BYE its worker would have sent, with the reason it could not."""
    bye = _in_dialog("BYE", leg, leg.cseq + 1, us)
    bye.add("Reason", REASON)
    return bye


def ack_for(leg: Tombstone, cseq: int, us: Place) -> Message:
    """The ACK of a 2xx that its worker did not live to send (section 13.2.2.4)."""
    return _in_dialog("ACK", leg, cseq, us)


def cancel_for(invite: Message) -> Message:
    """The CANCEL of an INVITE as it was sent: the same target, top Via and Route (section 9.1)."""
    cancel = request("CANCEL", invite.uri)
    cancel.add("Via", invite.get_list("Via")[0])
    cancel.add("Max-Forwards", "70")
    for name in ("Route", "From", "To", "Call-ID"):
        for value in invite.get_all(name):
            cancel.add(name, value)
    cancel.add("CSeq", f"{invite.cseq[0]} CANCEL")
    cancel.add("Reason", REASON)
    return cancel


def _in_dialog(method: str, leg: Tombstone, cseq: int, us: Place) -> Message:
    message = request(method, leg.remote_target)
    message.add("Via", f"SIP/2.0/UDP {us.sent_by};rport;branch={_BRANCH}{secrets.token_hex(8)}")
    message.add("Max-Forwards", "70")
    for route in leg.route_set:
        message.add("Route", route)
    message.add("From", f"{_bracketed(leg.local_uri)};tag={leg.local_tag}")
    message.add("To", f"{_bracketed(leg.remote_uri)};tag={leg.remote_tag}")
    message.add("Call-ID", leg.call_id)
    message.add("CSeq", f"{cseq} {method}")
    pop_own_route(message, us)
    return message


def _bracketed(uri: str) -> str:
    return uri if "<" in uri else f"<{uri}>"


class Farewells:
    """The BYEs and CANCELs under way, by branch and method."""

    def __init__(self, send: SendTo, us: Place, t1_s: float) -> None:
        self._send = send
        self._us = us
        self._t1_s = t1_s
        self._waiting: dict[tuple[str, str], asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent = 0
        self.unanswered = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def say(self, leg: Tombstone) -> None:
        """BYE a confirmed dialog."""
        try:
            bye = bye_for(leg, self._us)
            self._begin(bye, next_uri(bye))
        except MessageError as error:
            log.error("no BYE for a leg of a dead worker: %s", error)

    def cancel(self, invite: Message, target: Uri) -> None:
        """CANCEL an INVITE that has had a provisional response and no final one."""
        self._begin(cancel_for(invite), target)

    def answered(self, branch: str, message: Message) -> bool:
        """A response came; True when it was to one of these."""
        done = self._waiting.get((branch, message.cseq[1]))
        if done is not None and message.status >= 200:
            done.set()
        return done is not None or branch.startswith(_BRANCH)

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _begin(self, message: Message, target: Uri) -> None:
        branch = message.get("Via").rpartition("branch=")[2]
        self.sent += 1
        task = asyncio.create_task(self._repeat((branch, message.method), message, target))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _repeat(self, key: tuple[str, str], message: Message, target: Uri) -> None:
        """Timers E and F (section 17.1.2.2)."""
        answered = self._waiting[key] = asyncio.Event()
        interval, left = self._t1_s, 64 * self._t1_s
        try:
            while left > 0:
                self._send(message, target)
                try:
                    await asyncio.wait_for(answered.wait(), min(interval, left))
                    return
                except TimeoutError:
                    left -= interval
                    interval = min(2 * interval, max(_T2_S, self._t1_s))
            self.unanswered += 1
            log.warning("a %s for a dead worker's leg was never answered", message.method)
        finally:
            self._waiting.pop(key, None)

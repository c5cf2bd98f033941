"""BYE for the legs of a worker that died (RFC 3261 section 15.1), until each is answered."""

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

SendTo = Callable[[Message, Uri], None]


def bye_for(leg: Tombstone, us: Place) -> Message:
    """The BYE its worker would have sent, with the reason it could not."""
    bye = request("BYE", leg.remote_target)
    bye.add("Via", f"SIP/2.0/UDP {us.sent_by};rport;branch={_BRANCH}{secrets.token_hex(8)}")
    bye.add("Max-Forwards", "70")
    for route in leg.route_set:
        bye.add("Route", route)
    bye.add("From", f"{_bracketed(leg.local_uri)};tag={leg.local_tag}")
    bye.add("To", f"{_bracketed(leg.remote_uri)};tag={leg.remote_tag}")
    bye.add("Call-ID", leg.call_id)
    bye.add("CSeq", f"{leg.cseq + 1} BYE")
    bye.add("Reason", f'Q.850;cause={Q850_TEMPORARY_FAILURE};text="worker lost"')
    pop_own_route(bye, us)
    return bye


def _bracketed(uri: str) -> str:
    return uri if "<" in uri else f"<{uri}>"


class Farewells:
    """The BYEs under way, by branch."""

    def __init__(self, send: SendTo, us: Place, t1_s: float) -> None:
        self._send = send
        self._us = us
        self._t1_s = t1_s
        self._waiting: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent = 0
        self.unanswered = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def say(self, leg: Tombstone) -> None:
        try:
            bye = bye_for(leg, self._us)
            target = next_uri(bye)
        except MessageError as error:
            log.error("no BYE for a leg of a dead worker: %s", error)
            return
        branch = bye.get("Via").rpartition("branch=")[2]
        self._waiting[branch] = asyncio.Event()
        task = asyncio.create_task(self._repeat(branch, bye, target))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def answered(self, branch: str, status: int) -> bool:
        """A response came; True when it was to one of these."""
        if not branch.startswith(_BRANCH):
            return False
        done = self._waiting.get(branch)
        if done is not None and status >= 200:
            done.set()
        return True

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _repeat(self, branch: str, bye: Message, target: Uri) -> None:
        """Timers E and F (section 17.1.2.2)."""
        interval, left = self._t1_s, 64 * self._t1_s
        self.sent += 1
        try:
            while left > 0:
                self._send(bye, target)
                try:
                    await asyncio.wait_for(self._waiting[branch].wait(), min(interval, left))
                    return
                except TimeoutError:
                    left -= interval
                    interval = min(2 * interval, max(_T2_S, self._t1_s))
            self.unanswered += 1
            log.warning("a BYE for a dead worker's leg was never answered")
        finally:
            self._waiting.pop(branch, None)

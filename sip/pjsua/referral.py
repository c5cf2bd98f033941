"""The bot's own REFER: accepted, reported, and its implicit subscription served (RFC 3515)."""

import logging
import time
from collections.abc import Callable
from typing import Final

import pjsua2 as pj

from sip.events import Event, TransferRequested
from sip.message import Message, uri_of
from sip.pjsua.leg import PjsuaLeg, with_headers
from sip.types import Edge, is_bot

log = logging.getLogger(__name__)

CALLER: Final = "caller"
TRYING: Final = (100, "Trying")
DONE: Final = (200, "OK")
GIVEN_UP: Final = (503, "Service Unavailable")
EXPIRES_S: Final = 300


class Referrals:
    """One at a time. It has succeeded once caller and somebody other than the bot hear each other, and has
    failed once caller and bot do again after having been apart."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self._leg: PjsuaLeg | None = None
        self._parted = False

    def takes(self, leg: PjsuaLeg | None, refer: Message) -> bool:
        """Whether this REFER is the bot's, well formed, and the only one under way.

        Not on a leg that we have sent a REFER on: pjsip's subscription would take our NOTIFY for its own, and
        read the Event header, which pjsua2 made a plain string, as a struct that it is not.
        """
        targets = refer.all("refer-to")
        if leg is None or not is_bot(leg.leg) or not leg.answered or leg.we_referred:
            return False
        return self._leg is None and len(targets) == 1

    def open(self, leg: PjsuaLeg, refer: Message) -> None:
        """The 202 has gone out."""
        self._leg, self._parted, leg.referred_us = leg, False, True
        self._post(
            TransferRequested(
                leg=leg.leg,
                target=uri_of(refer.first("refer-to")),
                headers=tuple((n, v) for n, v in refer.headers if _worth_reporting(n)),
                at=time.monotonic(),
            )
        )
        self._notify(TRYING, final=False)

    def edges(self, edges: tuple[Edge, ...]) -> None:
        """The mixer has a new table: see what has become of the referral."""
        if self._leg is None:
            return
        bot = self._leg.leg
        heard = {speaker for speaker, listener in edges if listener == CALLER}
        hears = {listener for speaker, listener in edges if speaker == CALLER}
        joined = heard & hears
        if joined - {bot}:
            self.close(DONE)
        elif bot not in joined:
            self._parted = True
        elif self._parted:
            self.close(GIVEN_UP)

    def close(self, outcome: tuple[int, str] = GIVEN_UP) -> None:
        """The final NOTIFY; without effect when none is owed."""
        if self._leg is not None:
            self._notify(outcome, final=True)
            self._leg = None

    def forget(self, leg: PjsuaLeg) -> None:
        """The bot's dialog, and the subscription with it, is over."""
        if self._leg is leg:
            self._leg = None

    def _notify(self, outcome: tuple[int, str], final: bool) -> None:
        if self._leg is None or self._leg.over:
            return
        state = "terminated;reason=noresource" if final else f"active;expires={EXPIRES_S}"
        prm = with_headers(pj.CallSendRequestParam(), (("Event", "refer"), ("Subscription-State", state)))
        prm.method = "NOTIFY"
        prm.txOption.contentType = "message/sipfrag"
        prm.txOption.msgBody = f"SIP/2.0 {outcome[0]} {outcome[1]}\r\n"
        try:
            self._leg.sendRequest(prm)
        except pj.Error as error:
            log.warning("NOTIFY could not be sent: %s", error.reason)


def _worth_reporting(name: str) -> bool:
    return name.lower().startswith("x-") or name.lower() in ("referred-by", "user-to-user")

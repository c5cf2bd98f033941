"""Requests inside a dialog that pjsua is not left alone with: the bot's REFER, digits by INFO, and what still
comes when the dialog is over."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from sip.events import Event, TransferProgress
from sip.message import Message, info_digit, tag_of
from sip.pjsua.leg import PjsuaLeg
from sip.pjsua.referral import Referrals
from sip.timers import Timers
from sip.types import DtmfMethod, LegId

OK: Final = 200
ACCEPTED: Final = 202
BAD_REQUEST: Final = 400
NO_SUCH_DIALOG: Final = 481


class InDialog:
    """`answer` gives the status the gate answers with; what follows is done in the loop, behind it."""

    def __init__(
        self,
        legs: Mapping[LegId, PjsuaLeg],
        referrals: Referrals,
        timers: Timers,
        digit: Callable[[PjsuaLeg, str, DtmfMethod], None],
        post: Callable[[Event], None],
    ) -> None:
        self._legs, self._referrals, self._timers = legs, referrals, timers
        self._digit, self._post = digit, post
        self._over: dict[str, LegId | None] = {}
        """Call-ID of each dialog that has ended; the leg, where a NOTIFY is still owed to its REFER"""

    def ended(self, leg: PjsuaLeg) -> None:
        self._over[leg.dialog.call_id] = leg.leg if leg.awaits_notify else None

    def answer(self, request: Message) -> int | None:
        """None leaves the request to pjsua."""
        call_id, tag = request.first("call-id"), tag_of(request.first("from"))
        if call_id in self._over:
            return self._behind_the_end(call_id, request)
        legs = (leg for leg in self._legs.values() if leg.dialog.call_id == call_id)
        leg = next((leg for leg in legs if leg.dialog.remote_tag == tag), None)
        if leg is None:
            return None
        if request.method == "REFER" and self._referrals.takes(leg, request):
            self._timers.after(0, lambda: self._referrals.open(leg, request))
            return ACCEPTED
        if request.method == "INFO" and request.media_type == "application/dtmf":
            return self._info(leg, request)
        return None

    def _info(self, leg: PjsuaLeg, info: Message) -> int:
        digit = info_digit(info.body)
        if digit is None:
            return BAD_REQUEST
        self._timers.after(0, lambda: self._digit(leg, digit, DtmfMethod.INFO))
        return OK

    def _behind_the_end(self, call_id: str, request: Message) -> int:
        """Nothing of it may reach pjsua: the dialog may linger there and refer to a call slot that another
        call has, which aborts. The NOTIFY of a REFER may come behind the BYE (RFC 5057 section 4.1)."""
        leg = self._over[call_id]
        if request.method == "BYE":
            return OK
        if request.method != "NOTIFY" or leg is None:
            return NO_SUCH_DIALOG
        told = Message.parse(request.body)
        reason = told.start.partition(" ")[2].partition(" ")[2]
        final = request.first("subscription-state").lower().startswith("terminated")
        if final:
            self._over[call_id] = None
        self._post(
            TransferProgress(leg=leg, status=told.status, reason=reason, final=final, at=time.monotonic())
        )
        return OK

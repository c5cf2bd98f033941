"""One SIP dialog on pjsua2. Callbacks turn what happened into plain facts for the host and return."""

import functools
import logging
import time
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol

import pjsua2 as pj

from sip.events import Event, LegAnswered, LegEnded, LegMedia, LegRinging, TransferProgress
from sip.message import Message
from sip.pjsua.dialog import Dialog
from sip.tap import Tap
from sip.types import Cause, DtmfMethod, Header, LegId

log = logging.getLogger(__name__)

NO_CALL = -1
_SRTP_ACTIVE = "SRTP status: Active"

P = ParamSpec("P")


class LegHost(Protocol):
    """The engine as a leg sees it."""

    def post(self, event: Event) -> None: ...
    def media_changed(self, leg: "PjsuaLeg") -> None: ...
    def digit(self, leg: "PjsuaLeg", digit: str, method: DtmfMethod) -> None: ...
    def dialog_changed(self, leg: "PjsuaLeg") -> None: ...
    def transfer_progress(self, leg: "PjsuaLeg", status: int, final: bool) -> None: ...
    def ended(self, leg: "PjsuaLeg") -> None: ...


def contained(callback: Callable[P, None]) -> Callable[P, None]:
    """An exception must not cross into C++: log it without its text, which may name people."""

    @functools.wraps(callback)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except Exception as error:
            frame = error.__traceback__
            while frame is not None and frame.tb_next is not None:
                frame = frame.tb_next
            where = f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame else "?"
            log.error("%s: %s in %s", callback.__name__, type(error).__name__, where)

    return guarded


class PjsuaLeg(pj.Call):
    """A leg, from its INVITE to its end. Only the engine thread touches it."""

    is_sip = True

    def __init__(
        self, account: pj.Account, leg: LegId, host: LegHost, tap: Tap, call_id: int = NO_CALL
    ) -> None:
        super().__init__(account, call_id)
        self.leg = leg
        self.host = host
        self.tap = tap
        self.inbound = call_id != NO_CALL
        self.dialog = Dialog(inbound=self.inbound)
        self.peer = ""
        self.media: pj.AudioMedia | None = None
        self.confirmed = False
        self.answered = False
        self.over = False
        self.by_us = False
        self.no_answer = False
        self.we_referred = False
        self.awaits_notify = False
        self.referred_us = False
        self.provisional = False
        self.remote_hold = False
        self.receiving = False
        self.sending = False
        self.q850: int | None = None
        self._told_ringing: tuple[int, bool] | None = None
        self._told_media: tuple[bool, bool] | None = None

    # what the mixer may use

    @property
    def may_speak(self) -> bool:
        """Early media goes to the tap, never into the mix."""
        return self.confirmed and self.media is not None

    @property
    def may_listen(self) -> bool:
        return self.media is not None and (self.inbound or self.confirmed)

    # callbacks of pjsua2

    @contained
    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED and not self.confirmed:
            self.confirmed = True
            self.dialog.complete = bool(self.dialog.local_tag and self.dialog.remote_tag)
            self.host.dialog_changed(self)
            self.host.media_changed(self)
            self._tell_answered()
            self._tell_media()
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.finish(info.lastStatusCode, info.lastReason)

    @contained
    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()
        self.media, self.receiving, self.sending, self.remote_hold = None, False, False, False
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status != pj.PJSUA_CALL_MEDIA_NONE:
                self.remote_hold = media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
                self.receiving = bool(media.dir & pj.PJMEDIA_DIR_DECODING)
                self.sending = bool(media.dir & pj.PJMEDIA_DIR_ENCODING)
                self.media = self._audio(media.index)
                break
        self.host.media_changed(self)
        self._tell_answered()
        self._tell_media()

    @contained
    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        state = prm.e.body.tsxState
        if state.type == pj.PJSIP_EVENT_RX_MSG:
            self._received(Message.parse(state.src.rdata.wholeMsg), state.tsx.role)
        elif state.type == pj.PJSIP_EVENT_TX_MSG:
            self._sent(Message.parse(state.src.tdata.wholeMsg))

    @contained
    def onDtmfEvent(self, prm: pj.OnDtmfEventParam) -> None:
        if prm.flags == 0 or prm.method == pj.PJSUA_DTMF_METHOD_SIP_INFO:
            info = prm.method == pj.PJSUA_DTMF_METHOD_SIP_INFO
            self.host.digit(self, prm.digit, DtmfMethod.INFO if info else DtmfMethod.RFC4733)

    @contained
    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        status, final = int(prm.statusCode), bool(prm.finalNotify)
        self.awaits_notify = self.awaits_notify and not final
        self.host.post(
            TransferProgress(
                leg=self.leg, status=status, reason=str(prm.reason), final=final, at=time.monotonic()
            )
        )
        self.host.transfer_progress(self, status, final)

    @contained
    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        prm.statusCode = pj.PJSIP_SC_DECLINE

    @contained
    def onCallReplaceRequest(self, prm: pj.OnCallReplaceRequestParam) -> None:
        prm.statusCode, prm.reason = pj.PJSIP_SC_DECLINE, "Decline"

    # what messages say

    def _received(self, message: Message, role: int) -> None:
        if message.q850 is not None and message.method in ("BYE", "CANCEL", "INVITE"):
            self.q850 = message.q850
        if message.method == "INVITE" and role == pj.PJSIP_ROLE_UAC:
            self._invite_answered(message)

    def _invite_answered(self, response: Message) -> None:
        status = response.status
        if 100 <= status < 200:
            self.provisional = True
        if 180 <= status < 200 and not self.confirmed:
            told = (status, response.has_sdp)
            if told != self._told_ringing:
                self._told_ringing = told
                self.host.post(
                    LegRinging(leg=self.leg, status=status, early_media=told[1], at=time.monotonic())
                )
        elif 200 <= status < 300:
            self.dialog.success_received(response)
            if self.confirmed:
                self.host.dialog_changed(self)

    def _sent(self, message: Message) -> None:
        if message.status:
            if message.method == "INVITE" and 200 <= message.status < 300:
                self.dialog.success_sent(message)
        elif self.dialog.request_sent(message.cseq):
            self.host.dialog_changed(self)

    # facts for the host

    def _audio(self, index: int) -> pj.AudioMedia | None:
        try:
            return self.getAudioMedia(index)
        except pj.Error:
            return None

    def _tell_answered(self) -> None:
        if self.answered or not self.confirmed or self.media is None:
            return
        self.answered = True
        codec, srtp = self._stream()
        self._told_media = (True, False)
        self.host.post(LegAnswered(leg=self.leg, codec=codec, srtp=srtp, peer=self.peer, at=time.monotonic()))

    def _tell_media(self) -> None:
        active = self.media is not None and self.receiving and self.sending and not self.remote_hold
        told = (active, self.remote_hold)
        if self.answered and not self.over and told != self._told_media:
            self._told_media = told
            self.host.post(
                LegMedia(leg=self.leg, active=active, remote_hold=self.remote_hold, at=time.monotonic())
            )

    def _stream(self) -> tuple[str, bool]:
        """Codec, and whether SRTP is in force. The profile does not tell: RTP/AVP may carry keys as well."""
        try:
            return str(self.getStreamInfo(0).codecName), _SRTP_ACTIVE in self.dump(True, "")
        except pj.Error:
            return "", False

    def finish(self, status: int, reason: str) -> None:
        """The dialog is over, once."""
        if self.over:
            return
        self.over = True
        self.media = None
        if self.no_answer:
            status, reason = 408, "no answer"
        cause = Cause(status=status, reason=Message.parse(f"{reason}\n").start, q850=self.q850)
        self.host.ended(self)
        self.host.post(
            LegEnded(leg=self.leg, cause=cause, answered=self.answered, by_us=self.by_us, at=time.monotonic())
        )

    # what the engine asks of it

    def packets_received(self) -> int:
        """RTP packets so far; -1 while there is no stream to ask."""
        try:
            return int(self.getStreamStat(0).rtcp.rxStat.pkt)
        except pj.Error:
            return -1

    def end(self, status: int, reason: str, headers: tuple[Header, ...]) -> None:
        """Refuse, CANCEL or BYE."""
        self.by_us = True
        prm = with_headers(pj.CallOpParam(), headers)
        prm.statusCode = status
        prm.reason = reason
        try:
            self.hangup(prm)
        except pj.Error:
            log.info("hangup of a leg that had just ended")


def with_headers(prm: Any, headers: tuple[Header, ...]) -> Any:
    """Set the extra headers of a request."""
    vector = pj.SipHeaderVector()
    for name, value in headers:
        header = pj.SipHeader()
        header.hName, header.hValue = name, value
        vector.append(header)
    prm.txOption.headers = vector
    return prm

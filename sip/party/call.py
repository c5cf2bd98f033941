"""One dialog of a party with its audio: offer and answer, hold, digits, end."""

import asyncio
import secrets
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sip.party import sdp
from sip.party.behaviour import Headers
from sip.party.dialog import Dialog, contact_uri, new_tag, next_hop
from sip.party.dtmf import info_body
from sip.party.events import PartyError
from sip.party.g711 import Pcm
from sip.party.message import Message, MessageError, response
from sip.party.recorder import Recorder
from sip.party.rtp import RtpCounters
from sip.party.transaction import ServerTransaction

if TYPE_CHECKING:
    from sip.party.party import Party


class CallState(StrEnum):
    TRYING = "trying"
    RINGING = "ringing"
    CONFIRMED = "confirmed"
    ENDED = "ended"


def reason_header(q850: int | None, text: str) -> Headers:
    """RFC 3326."""
    return (("Reason", f'Q.850;cause={q850};text="{text}"'),) if q850 is not None else ()


class Call:
    """Made by `Party.dial` or by an INVITE; `invite` is that request, `answer_message` the 200."""

    def __init__(self, party: "Party", dialog: Dialog, *, outgoing: bool, codecs: tuple[str, ...]) -> None:
        self.party = party
        self.dialog = dialog
        self.outgoing = outgoing
        self.state = CallState.TRYING
        self.invite: Message | None = None
        self.answer_message: Message | None = None
        self.recorder = Recorder()
        self.remote: sdp.Audio | None = None
        self.rtp = party.open_rtp(self)
        self.early = asyncio.Event()
        """a response has come, so that CANCEL may go"""
        self._codecs = codecs
        self._hold = "sendrecv"
        self._session_id = secrets.randbits(31)
        self._session_version = 0
        self._transaction: ServerTransaction | None = None
        self._unacked: dict[int, ServerTransaction] = {}
        self._offering = False
        self._offered: sdp.Audio | None = None

    # -- what is heard and said ------------------------------------------------------------------

    @property
    def heard(self) -> Pcm:
        return self.recorder.heard

    @property
    def counters(self) -> RtpCounters:
        return self.rtp.counters

    @property
    def call_id(self) -> str:
        return self.dialog.call_id

    @property
    def codec(self) -> str:
        return self.rtp.codec

    @property
    def replaces(self) -> str:
        """The value by which another INVITE takes our place, as our peer sees it (RFC 3891 section 3)."""
        d = self.dialog
        return f"{d.call_id};to-tag={d.remote_tag};from-tag={d.local_tag}"

    # -- offer and answer (RFC 3264) -------------------------------------------------------------

    def offer(self) -> sdp.Audio:
        return sdp.offer(self.rtp.address, self._codecs, self._next_session(), self._hold)

    def take_offer(self, remote: sdp.Audio, at: float) -> sdp.Audio:
        """Answer a description of the other side's and apply both."""
        own = sdp.offer(self.rtp.address, self._codecs, self._next_session())
        local = sdp.answer(remote, own, self._hold)
        self.apply(local, remote, at)
        return local

    def apply(self, local: sdp.Audio, remote: sdp.Audio, at: float) -> None:
        before, self.remote = self.remote, remote
        self.rtp.configure(local, remote)
        if before is not None and before.held != remote.held:
            self.party.post("held" if remote.held else "resumed", at, self)

    def _next_session(self) -> tuple[int, int]:
        self._session_version += 1
        return self._session_id, self._session_version

    # -- the called side -------------------------------------------------------------------------

    def received(self, transaction: ServerTransaction) -> None:
        self.invite, self._transaction = transaction.request, transaction

    def ring(self, early_media: bool = False) -> None:
        """180, or 183 with an SDP answer and audio both ways at once."""
        self._respond(183 if early_media else 180, self._describe() if early_media else b"")
        self.state = CallState.RINGING

    def answer(self, headers: Headers = ()) -> None:
        """200; media runs from here on, and the 200 is repeated until the ACK."""
        self._respond(200, self._describe(), headers)
        self.confirmed(time.monotonic())

    def refuse(self, status: int, headers: Headers = ()) -> None:
        self._respond(status, b"", headers)
        self.end(time.monotonic(), by_us=True)

    def cancelled(self, at: float, data: dict[str, Any]) -> None:
        self._respond(487, b"")
        self.party.post("cancelled", at, self, **data)
        self.end(at, by_us=False, **data)

    def offer_later(self) -> bytes:
        """Our offer for a 200 to an INVITE without SDP; the ACK brings the answer."""
        self._offering = True
        self._offered = self.offer()
        return self._offered.to_bytes()

    def _describe(self) -> bytes:
        assert self.invite is not None
        if not self.invite.body:
            return self.offer_later()
        if self.remote is None:
            return self.take_offer(sdp.parse(self.invite.body), time.monotonic()).to_bytes()
        own = sdp.offer(self.rtp.address, self._codecs, (self._session_id, self._session_version))
        return sdp.answer(self.remote, own, self._hold).to_bytes()

    def _respond(self, status: int, body: bytes, headers: Headers = ()) -> None:
        if self._transaction is None or self._transaction.final is not None:
            raise PartyError("no INVITE waits for a response")
        self.respond(self._transaction, status, body, headers)

    def respond(
        self, transaction: ServerTransaction, status: int, body: bytes = b"", headers: Headers = ()
    ) -> None:
        """Any response in this dialog, with Contact and body."""
        message = response(transaction.request, status, self.dialog.local_tag)
        message.add("Contact", self.party.contact)
        message.add("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY")
        message.add("Supported", "replaces")
        for name, value in headers:
            message.add(name, value)
        if body:
            message.add("Content-Type", "application/sdp")
            message.body = body
        if transaction.request.method == "INVITE" and 200 <= status < 300:
            self._unacked[transaction.request.cseq[0]] = transaction
            self.answer_message = message
        transaction.respond(message, lambda: self.party.post("no_ack", time.monotonic(), self))

    def take_ack(self, ack: Message, at: float) -> None:
        transaction = self._unacked.pop(ack.cseq[0], None)
        if transaction is None:
            return
        transaction.acked()
        if self._offered is not None and ack.body:
            offered, self._offered, self._offering = self._offered, None, False
            try:
                self.apply(offered, sdp.parse(ack.body), at)
            except MessageError:
                self.party.spawn(self.hangup(q850=65, text="no usable answer"))
        self.party.post("acked", at, self)

    def confirmed(self, at: float) -> None:
        if self.state in (CallState.CONFIRMED, CallState.ENDED):
            return
        self.state = CallState.CONFIRMED
        self.party.post("answered", at, self, codec=self.codec)

    # -- requests inside the dialog --------------------------------------------------------------

    async def request(
        self, method: str, body: bytes = b"", content_type: str = "", headers: Headers = ()
    ) -> Message:
        """Send a request and return its final response; digest challenges are answered."""
        message = self.dialog.new_request(method, self.party.address, self.party.user)
        return await self._send(message, body, content_type, headers)

    async def _send(self, message: Message, body: bytes, content_type: str, headers: Headers) -> Message:
        for name, value in headers:
            message.add(name, value)
        if body:
            message.add("Content-Type", content_type)
            message.body = body
        final = await self.party.run(message, next_hop(message), self.dialog)
        if message.method == "INVITE" and final.status < 300:
            self.dialog.target = contact_uri(final) or self.dialog.target
            self.acknowledge(message, final)
        return final

    def acknowledge(self, invite: Message, final: Message, body: bytes = b"") -> None:
        """ACK a 2xx, and again whenever that 2xx comes again (RFC 3261 section 13.2.2.4)."""
        ack = self.dialog.new_request("ACK", self.party.address, self.party.user, invite.cseq[0])
        if body:
            ack.add("Content-Type", "application/sdp")
            ack.body = body
        branch = invite.get("Via").partition("branch=")[2].partition(";")[0]
        self.party.transactions.keep_ack(branch, ack, next_hop(ack))

    async def change(self, direction: str, method: str = "INVITE") -> Message:
        """re-INVITE or UPDATE with our direction; once more after a 491 (RFC 3261 section 14.1)."""
        before, self._hold = self._hold, direction
        for attempt in (1, 2):
            local = self.offer()
            self._offering = True
            try:
                final = await self.request(method, local.to_bytes(), "application/sdp")
            finally:
                self._offering = False
            if final.status != 491 or attempt == 2:
                break
            wait_s = 2.1 + secrets.randbelow(190) / 100 if self.outgoing else secrets.randbelow(200) / 100
            await asyncio.sleep(wait_s * self.party.timers.t1_s / 0.5)
        if final.status < 300:
            self.apply(local, sdp.parse(final.body), time.monotonic())
        else:
            self._hold = before
        return final

    @property
    def offering(self) -> bool:
        """Is an offer of ours unanswered?"""
        return self._offering

    async def hold(self, direction: str = "sendonly") -> Message:
        return await self.change(direction)

    async def resume(self) -> Message:
        return await self.change("sendrecv")

    async def press(
        self, digits: str, method: str = "rfc4733", duration_ms: int = 100, gap_ms: int = 60
    ) -> None:
        """Press keys. RFC 4733 packets take the place of audio from the next frame on."""
        if method == "rfc4733":
            self.rtp.press(digits, duration_ms, gap_ms)
            return
        for digit in digits:
            await self.request("INFO", info_body(digit, duration_ms), "application/dtmf-relay")

    async def hangup(self, q850: int | None = None, text: str = "", status: int = 603) -> None:
        """End the call in whatever phase: BYE, CANCEL, or refuse with `status`."""
        if self.state is CallState.CONFIRMED:
            self.end(time.monotonic(), by_us=True)
            await self.request("BYE", headers=reason_header(q850, text))
        elif self.state is not CallState.ENDED and self.outgoing:
            await self.party.cancel(self, reason_header(q850, text))
        elif self.state is not CallState.ENDED:
            self.refuse(status, reason_header(q850, text))

    def stop_rtp(self) -> None:
        """The telephone dies: no RTP any more, and no word about it."""
        self.rtp.sending = False

    def resume_rtp(self) -> None:
        self.rtp.sending = True

    def end(self, at: float, **data: Any) -> None:
        if self.state is CallState.ENDED:
            return
        self.state = CallState.ENDED
        self.party.close_rtp(self)
        self.party.post("ended", at, self, **data)

    def same_dialog_with_tag(self, answer: Message) -> None:
        """Take the dialog of a response: the first To-tag wins, a 2xx decides."""
        if answer.status < 300 and ";tag=" in answer.get("To").lower().replace(" ", ""):
            self.dialog.take_response(answer)


def new_dialog(party: "Party", uri: str, display: str) -> Dialog:
    name = f'"{display}" ' if display else ""
    return Dialog(
        call_id=f"{secrets.token_hex(10)}@{party.address[0]}",
        local=f"{name}<sip:{party.user}@{party.address[0]}>",
        local_tag=new_tag(),
        remote=f"<{uri.partition('?')[0]}>",
        target=uri.partition("?")[0],
        cseq=secrets.randbelow(1000) + 1,
    )

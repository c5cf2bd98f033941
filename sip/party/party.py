"""`Party`: a telephone, a PBX leg or a bot on its own loopback address."""

import asyncio
import time
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sip.party import inviting
from sip.party.address import Address, parse_address, parse_name_addr
from sip.party.auth import Credentials, authorize
from sip.party.behaviour import Headers, Obedience, Reception
from sip.party.call import Call, CallState, new_dialog
from sip.party.capture import Capture, WireRecord
from sip.party.dialog import Dialog, new_branch
from sip.party.dtmf import Digit
from sip.party.events import EventLog, PartyError, PartyEvent
from sip.party.g711 import Pcm
from sip.party.media import Clip, Media
from sip.party.message import Message, MessageError, request
from sip.party.recorder import Recorder
from sip.party.rtp import RtpSession
from sip.party.serving import reason_of, serve, serve_outside
from sip.party.transaction import ServerTransaction, Timers, Transactions, TransactionTimeout
from sip.party.wire import Wire


class Party:
    """`async with Party("127.0.20.1", user="alice") as alice: call = await alice.dial("sip:1@127.0.1.1")`."""

    def __init__(
        self,
        ip: str,
        sip_port: int = 0,
        rtp_port: int = 0,
        *,
        user: str = "party",
        name: str = "",
        proxy: str | None = None,
        credentials: Credentials | None = None,
        reception: Reception | None = None,
        obedience: Obedience | None = None,
        codecs: tuple[str, ...] = ("PCMU", "PCMA"),
        timers: Timers | None = None,
        pcap: Path | Capture | None = None,
    ) -> None:
        self.ip, self._sip_port, self._rtp_port = ip, sip_port, rtp_port
        self.user, self.name = user, name
        self.proxy: Address | None = parse_address(proxy) if proxy else None
        self.credentials = credentials
        self.reception = reception or Reception()
        self.obedience = obedience or Obedience()
        self.timers = timers or Timers()
        self.ear = Recorder()
        """all that was heard in the latest call of each moment"""
        self.calls: list[Call] = []
        self.events = EventLog()
        self.codecs = codecs
        self._capture = Capture(pcap) if isinstance(pcap, Path) else pcap
        self._own_capture = isinstance(pcap, Path)  # else several parties share it, and its maker closes it
        self._media = Media(self._clip_event)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._followed: dict[Call, asyncio.Queue[PartyEvent]] = {}

    # -- life ------------------------------------------------------------------------------------

    async def start(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self.wire = Wire(self.ip, self._sip_port, self._received, self._capture)
        self.transactions = Transactions(self.wire.send, self.timers, self._requested)
        self.address = self.wire.address
        self._media.start()
        return self

    async def close(self) -> None:
        """Hang up politely, one second at most, and let go of the sockets."""
        talking = [call for call in self.calls if call.state is not CallState.ENDED]
        if talking:
            await asyncio.wait([self.spawn(_quietly(call.hangup())) for call in talking], timeout=1.0)
        self.vanish()

    def vanish(self) -> None:
        """Be gone, without a word: sockets closed, calls as they are."""
        for task in self._tasks:
            task.cancel()
        self.transactions.close()
        self._media.stop()
        self.wire.close()
        if self._capture and self._own_capture:
            self._capture.close()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # -- doing -----------------------------------------------------------------------------------

    async def dial(
        self,
        uri: str,
        *,
        headers: Headers = (),
        via: str | Address | None = None,
        codecs: tuple[str, ...] | None = None,
        offer: bool = True,
    ) -> Call:
        """Send INVITE to `uri` (through `via` or the proxy) and return at once: wait for `answered`.

        `offer=False` leaves the SDP out, so that the callee must offer.
        """
        hop = parse_address(via) if isinstance(via, str) else via or self.proxy
        call = Call(self, new_dialog(self, uri, self.name), outgoing=True, codecs=codecs or self.codecs)
        self.calls.append(call)
        if hop is not None:
            call.dialog.route_set = [f"<sip:{hop[0]}:{hop[1]};lr>"]
        self.spawn(inviting.invite(call, headers, offer))
        return call

    async def cancel(self, call: Call, headers: Headers = ()) -> None:
        """CANCEL an INVITE of ours; `ended` follows, also when the 200 was faster."""
        await inviting.cancel(call, headers)

    async def register(self, registrar: str, expires_s: int = 300, contact: str | None = None) -> int:
        """REGISTER our Contact, or `contact` for somebody else's; returns and posts the status."""
        host = registrar.partition(":")[0]
        dialog = new_dialog(self, f"sip:{self.user}@{host}", self.name)
        message = request("REGISTER", f"sip:{registrar}")
        message.add("Via", f"SIP/2.0/UDP {self.address[0]}:{self.address[1]};rport;branch={new_branch()}")
        message.add("Max-Forwards", "70")
        message.add("From", f"<sip:{self.user}@{host}>;tag={dialog.local_tag}")
        message.add("To", f"<sip:{self.user}@{host}>")
        message.add("Call-ID", dialog.call_id)
        message.add("CSeq", f"{dialog.cseq} REGISTER")
        message.add("Contact", f"<{contact}>" if contact else self.contact)
        message.add("Expires", str(expires_s))
        final = await self.run(message, self.proxy or parse_address(registrar), dialog)
        self.post("registered", time.monotonic(), None, status=final.status)
        return final.status

    def play(self, pcm: Pcm, tag: str = "") -> float:
        """Say a clip after those already queued; returns when its first sample goes out (monotonic).

        `play_started` carries the true time. Raises when no call of ours has a voice.
        """
        if not self._media.live:
            raise PartyError("nobody to talk to")
        return self._media.mouth.say(pcm, tag).at

    def hush(self) -> None:
        """Drop what is queued and stop what is being said."""
        self._media.mouth.hush()

    def stop_rtp(self) -> None:
        """The telephone dies: RTP stops in all calls, signalling stays."""
        for call in self.calls:
            call.stop_rtp()

    async def wait(
        self,
        name: str,
        timeout: float = 5.0,  # noqa: ASYNC109
        call: Call | None = None,
        **where: Any,
    ) -> PartyEvent:
        """The next event `name` not yet waited for, with that data. Raises `TimeoutError`."""
        return await self.events.wait(name, timeout, call, where)

    # -- looking ---------------------------------------------------------------------------------

    @property
    def heard(self) -> Pcm:
        return self.ear.heard

    @property
    def log(self) -> list[WireRecord]:
        return self.wire.log

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@{self.address[0]}:{self.address[1]}>"

    @property
    def call(self) -> Call:
        """The latest call that is not over, else the latest."""
        alive = [call for call in self.calls if call.state is not CallState.ENDED]
        if not self.calls:
            raise PartyError("no call")
        return (alive or self.calls)[-1]

    @property
    def worst_late_s(self) -> float:
        """How late the worst 20 ms frame left: above some milliseconds the machine, not the peer, is slow."""
        return self._media.worst_late_s

    # -- for the parts of a party ----------------------------------------------------------------

    def post(self, name: str, at: float, call: Call | None, **data: Any) -> None:
        event = PartyEvent(name, at, call, data)
        self.events.post(event)
        if call in self._followed:
            self._followed[call].put_nowait(event)

    async def next_of(self, call: Call) -> PartyEvent:
        """Events of one call for an inner reader; takes nothing away from `wait`."""
        if call not in self._followed:
            self._followed[call] = asyncio.Queue()
            for event in self.events.all:
                if event.call is call:
                    self._followed[call].put_nowait(event)
        return await self._followed[call].get()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def run(self, message: Message, hop: Address, dialog: Dialog, **more: Any) -> Message:
        """A client transaction, once more with credentials after 401 or 407."""
        final = await self.transactions.run(message, hop, **more)
        if final.status in (401, 407) and self.credentials is not None:
            dialog.cseq = max(dialog.cseq, message.cseq[0]) + 1
            message.set("CSeq", f"{dialog.cseq} {message.method}")
            message.set("Via", message.get("Via").partition("branch=")[0] + f"branch={new_branch()}")
            authorize(message, final, self.credentials)
            final = await self.transactions.run(message, hop, **more)
        return final

    def open_rtp(self, call: Call) -> RtpSession:
        port = self._rtp_port + 2 * len(self.calls) if self._rtp_port else 0
        session = RtpSession(
            self.ip,
            port,
            (call.recorder, self.ear),
            lambda name, digit: self._digit(name, call, digit),
            self._capture,
        )
        for earlier in self.calls:  # a telephone has one ear: the newest call is heard in it
            earlier.rtp.ears = (earlier.recorder,)
        self._media.add(session)
        return session

    def close_rtp(self, call: Call) -> None:
        self._media.remove(call.rtp)
        for other in reversed(self.calls):
            if other.state is not CallState.ENDED:
                other.rtp.ears = (other.recorder, self.ear)
                return

    def _received(self, message: Message, source: Address, at: float) -> None:
        try:
            self.transactions.receive(message, source, at)
        except MessageError:
            self.wire.unread.append(message.to_bytes())

    def _requested(self, transaction: ServerTransaction) -> None:
        message = transaction.request
        tagged = parse_name_addr(message.get("To")).tag
        call = next((c for c in self.calls if c.dialog.matches(message, "To")), None) if tagged else None
        if message.method == "ACK":
            if call is not None:
                call.take_ack(message, transaction.at)
        elif message.method == "CANCEL":
            self._cancelled(transaction)
        elif call is not None and call.state is not CallState.ENDED:
            serve(call, transaction)
        elif message.method == "INVITE" and not tagged:
            inviting.receive(self, transaction)
        else:
            serve_outside(self, transaction)

    def _cancelled(self, transaction: ServerTransaction) -> None:
        invite = self.transactions.cancelled(transaction.request)
        transaction.reply(481 if invite is None else 200, "cancel")
        if invite is None or invite.final is not None or self.reception.ignore_cancel:
            return
        for call in self.calls:
            if call.invite is invite.request:
                call.cancelled(transaction.at, reason_of(transaction.request))

    def _clip_event(self, name: str, clip: Clip, at: float) -> None:
        self._loop.call_soon_threadsafe(lambda: self.post(name, at, None, tag=clip.tag))

    def _digit(self, name: str, call: Call, digit: Digit) -> None:
        data = {"digit": digit.digit, "method": digit.method, "duration_ms": digit.duration_ms}
        self._loop.call_soon_threadsafe(lambda: self.post(name, digit.at, call, **data))


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (TransactionTimeout, PartyError, MessageError):
        return

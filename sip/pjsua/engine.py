"""The engine: the one thread that owns every pjsua2 object of the process."""

import gc
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import pjsua2 as pj

from sip.clips import ClipCache, comfort_tone
from sip.config import WorkerConfig
from sip.events import CallIncoming, CommandFailed, DtmfReceived, Event, LegLost
from sip.message import Message, display_of, uri_of
from sip.pjsua.endpoint import account_config, start_endpoint, trim_memory
from sip.pjsua.gate import Gate
from sip.pjsua.in_dialog import InDialog
from sip.pjsua.leg import PjsuaLeg, contained
from sip.pjsua.mixer import Mixer
from sip.pjsua.players import Player
from sip.pjsua.ports import SinkPort, fast_path_works
from sip.pjsua.referral import Referrals
from sip.pjsua.streams import Streams
from sip.pjsua.watchdog import CHECK_EVERY_S, Watchdog
from sip.recorder import RecordingWriter
from sip.tap import Tap
from sip.timers import Timer, Timers
from sip.types import COMFORT, MAX_LEGS, PLAYERS, DtmfMethod, LegId

if TYPE_CHECKING:
    from sip.pjsua.browsers import Browsers

log = logging.getLogger(__name__)

CALLER: Final = "caller"
SERVICE_EVERY_S: Final = 0.01
TIDY_EVERY_S: Final = 60.0
REPORTED_HEADERS: Final = frozenset(
    {"user-to-user", "p-asserted-identity", "diversion", "history-info", "identity"}
)
SOURCE_HEADER: Final = "x-handoff-source"


class Account(pj.Account):
    """Where INVITEs arrive."""

    def __init__(self, incoming: Callable[[pj.OnIncomingCallParam], None]) -> None:
        super().__init__()
        self._incoming = incoming

    @contained
    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        self._incoming(prm)


class Engine:
    """Legs, mixer, players and taps of one conversation. Every method is for the engine thread."""

    def __init__(
        self,
        config: WorkerConfig,
        post: Callable[[Event], None],
        tombstone: Callable[[dict[str, object]], None],
    ) -> None:
        self.config = config
        self.post = post
        self.timers = Timers(time.monotonic)
        self.legs: dict[LegId, PjsuaLeg] = {}
        self.past: set[LegId] = set()
        self.conversation: str | None = None
        self.accepting = False
        self.relay: dict[LegId, LegId] = {}
        self.clips = ClipCache(config.clock_rate)
        self.players: dict[str, Player] = {}
        self.streams = Streams(post)
        self.writer = RecordingWriter()
        self.mixer = Mixer(self._speaker, self._listener)
        self.referrals = Referrals(post)
        self.browsers: Browsers | None = None
        self._in_dialog = InDialog(self.legs, self.referrals, self.timers, self.digit, post)
        self.on_transfer_progress: Callable[[LegId, int, bool], None] = lambda leg, status, final: None
        self.no_answer: dict[LegId, Timer] = {}
        self._tombstone = tombstone
        self._watchdog = Watchdog(config.media_watchdog_s)
        self._sinks: dict[LegId, SinkPort] = {}
        self._ending: list[PjsuaLeg] = []
        self._dead: list[object] = []
        self._refused: list[pj.Call] = []
        self._sink_faults = 0
        self._serviced_at = 0.0
        self._watched_at = 0.0
        self._tidied_at = 0.0

    # life

    def start(self) -> None:
        """Raises `sip.pjsua.endpoint.PortTaken`, `sip.clips.ClipUnreadable`, or `pj.Error`."""
        comfort = self.config.comfort
        rate = self.config.clock_rate
        pcm = self.clips.get(str(comfort)) if comfort is not None else comfort_tone(rate)
        self.fast = fast_path_works()
        if not self.fast:
            log.warning("std::vector is not laid out as expected: frames are copied the slow way")
        self._endpoint = start_endpoint(self.config)
        if self.config.browser is not None:
            from sip.pjsua.browsers import Browsers  # 20 MB and a second that most workers do without

            self.browsers = Browsers(self.config.browser, self, self.legs, self.tap, self.fast)
            self.browsers.start()
        self.account = Account(self._incoming)
        self.account.create(account_config(self.config))
        self._gate = Gate(self._in_dialog.answer, self._turns_away)
        for name in PLAYERS:
            self.players[name] = Player(name, rate, self.fast, self.post, pcm if name == COMFORT else None)
        # A cycle collected on the clock's thread may hold a pj object, which aborts: collect only here.
        gc.disable()
        gc.collect()
        gc.freeze()

    def poll(self, wait_ms: int) -> None:
        """One turn: SIP, then what the media clock left to report, then timers."""
        self._endpoint.libHandleEvents(wait_ms)
        for player in self.players.values():
            player.report()
        now = time.monotonic()
        if now - self._serviced_at >= SERVICE_EVERY_S:
            self._serviced_at = now
            self.streams.service(now)
            if self.browsers is not None:
                self.browsers.service(now)
            self._free_dead()
        if now - self._watched_at >= CHECK_EVERY_S:
            self._watched_at = now
            for leg, silent_s in self._watchdog.check(list(self.legs.values()), now):
                self.post(LegLost(leg=leg, silent_s=round(silent_s, 3), at=now))
        if now - self._tidied_at >= TIDY_EVERY_S:
            self._tidied_at = now
            gc.collect()
            if not self.legs:
                trim_memory()
        self.timers.run()

    @property
    def quiet(self) -> bool:
        """No leg is left, every BYE and INVITE is answered, every stream is closed, every page told."""
        pages_told = self.browsers is None or self.browsers.idle
        return not self.legs and not self._gate.unanswered and self.streams.settled and pages_told

    def close(self) -> None:
        """Write the recordings out. The library is not torn down: the process ends right after."""
        faults = sum(player.port.faults for player in self.players.values()) + self._sink_faults
        if faults:
            log.error("%d frames of audio were lost to faults in the mixer's ports", faults)
        if not self.writer.close():
            log.error("a recording could not be finished in time")

    # the mixer's view

    def _speaker(self, name: str) -> pj.AudioMedia | None:
        if name in self.players:
            return self.players[name].port
        leg = self.legs.get(name)
        return leg.media if leg is not None and leg.may_speak else None

    def _listener(self, name: str) -> pj.AudioMedia | None:
        leg = self.legs.get(name)
        return leg.media if leg is not None and leg.may_listen else None

    # legs as their host

    def tap(self) -> Tap:
        return Tap(self.config.clock_rate)

    def media_changed(self, leg: PjsuaLeg) -> None:
        """A leg has got, changed or lost its media: put tap and edges back on."""
        self.mixer.forget(leg.leg)
        self._connect_tap(leg)
        self.mixer.apply()

    def _connect_tap(self, leg: PjsuaLeg) -> None:
        if leg.media is None:
            return
        sink = self._sinks.get(leg.leg)
        if sink is None:
            sink = SinkPort(f"tap-{leg.leg}", self.config.clock_rate, leg.tap.push, self.fast)
            self._sinks[leg.leg] = sink
        leg.media.startTransmit(sink)

    def dialog_changed(self, leg: PjsuaLeg) -> None:
        if leg.confirmed and leg.dialog.complete and not leg.over:
            self._tombstone(leg.dialog.tombstone())

    def tombstones(self) -> list[dict[str, object]]:
        """Every confirmed dialog, for a front that has come back."""
        return [leg.dialog.tombstone() for leg in self.legs.values() if leg.confirmed and leg.dialog.complete]

    def digit(self, leg: PjsuaLeg, digit: str, method: DtmfMethod) -> None:
        self.post(
            DtmfReceived(leg=leg.leg, digit=digit, method=method, duration_ms=None, at=time.monotonic())
        )
        other = self.legs.get(self.relay.get(leg.leg, ""))
        if other is not None and other.answered and other.is_sip:
            self.dial_digits(other, digit, method)

    def dial_digits(self, leg: PjsuaLeg, digits: str, method: DtmfMethod) -> None:
        prm = pj.CallSendDtmfParam()
        prm.digits = digits
        info = method is DtmfMethod.INFO
        prm.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if info else pj.PJSUA_DTMF_METHOD_RFC2833
        try:
            leg.sendDtmf(prm)
        except pj.Error as error:
            self.failed("send_dtmf", leg.leg, "sip_error", str(error.reason))

    def transfer_progress(self, leg: PjsuaLeg, status: int, final: bool) -> None:
        self.on_transfer_progress(leg.leg, status, final)

    def ended(self, leg: PjsuaLeg) -> None:
        """The leg is over: nothing of it stays in the mix. Freed later, from the loop."""
        if self.browsers is not None and not leg.is_sip:
            self.mixer.cut(leg.leg)
            self.browsers.unplug(leg, self._sinks.pop(leg.leg, None))
        if self.legs.get(leg.leg) is leg:
            del self.legs[leg.leg]
        self.past.add(leg.leg)
        self._in_dialog.ended(leg)
        timer = self.no_answer.pop(leg.leg, None)
        if timer is not None:
            timer.cancel()
        self.mixer.forget(leg.leg)
        self.mixer.apply()
        self._watchdog.forget(leg.leg)
        self.referrals.forget(leg)
        self.streams.close(leg.leg)
        recording, leg.tap.recording = leg.tap.recording, None
        if recording is not None:
            recording.close()
        sink = self._sinks.pop(leg.leg, None)
        if sink is not None:
            self._sink_faults += sink.faults
            self._dead.append(sink)
        self._ending.append(leg)
        if leg.dialog.complete:
            self._tombstone({"op": "leg_ended", "call_id": leg.dialog.call_id})

    def _free_dead(self) -> None:
        self._dead.clear()
        self._refused = [call for call in self._refused if _active(call)]
        self._ending = [leg for leg in self._ending if _active(leg)]

    # INVITEs

    def _incoming(self, prm: pj.OnIncomingCallParam) -> None:
        source, invite = str(prm.rdata.srcAddress), Message.parse(prm.rdata.wholeMsg)
        status = 503 if source != self.config.front else self._turns_away()
        if status is not None:
            self._refuse(prm.callId, status)
        else:
            self._take(prm.callId, invite, source)

    def _turns_away(self) -> int | None:
        """What a new call is refused with, if it is."""
        if not self.accepting:
            return 503
        return 486 if self.conversation is not None or self.legs else None

    def _refuse(self, call_id: int, status: int) -> None:
        call = pj.Call(self.account, call_id)
        self._refused.append(call)
        prm = pj.CallOpParam()
        prm.statusCode = status
        call.hangup(prm)

    def _take(self, call_id: int, invite: Message, source: str) -> None:
        leg = PjsuaLeg(self.account, CALLER, self, self.tap(), call_id)
        leg.dialog.invite_received(invite)
        leg.peer = invite.first(SOURCE_HEADER) or source
        self.legs[CALLER] = leg
        self.conversation = leg.dialog.call_id
        from_ = invite.first("from")
        self.post(
            CallIncoming(
                leg=CALLER,
                call_id=leg.dialog.call_id,
                from_uri=uri_of(from_),
                from_name=display_of(from_),
                to_uri=uri_of(invite.first("to")),
                source=leg.peer,
                headers=tuple((name, value) for name, value in invite.headers if _reported(name)),
                at=time.monotonic(),
            )
        )

    def room(self) -> bool:
        """Whether pjsua has a call slot left, legs that are still saying goodbye included."""
        return len(self.legs) + sum(_active(leg) for leg in self._ending) < MAX_LEGS

    def failed(self, command: str, leg: LegId | None, code: str, message: str) -> None:
        self.post(CommandFailed(command=command, leg=leg, code=code, message=message, at=time.monotonic()))


def _reported(name: str) -> bool:
    name = name.lower()
    return name != SOURCE_HEADER and (name.startswith("x-") or name in REPORTED_HEADERS)


def _active(call: pj.Call) -> bool:
    try:
        return bool(call.isActive())
    except pj.Error:
        return False

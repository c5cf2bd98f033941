"""The user agent of the twin: its legs, who hears whom, and the events."""

import asyncio
from collections.abc import AsyncIterator, Callable

from sip import commands as c
from sip import events as e
from sip.memory.far import Far
from sip.memory.leg import MemoryLeg
from sip.memory.orders import Orders
from sip.memory.players import Players, Playing
from sip.types import COMFORT, Cause, DtmfMethod, Edge, Header, LegId

OnDial = Callable[[Far, c.Dial | c.RingBrowser], None]
CALLER_PEER = "127.0.0.9:5060"
PAGE_AWAY_S, PAGE_LOST_S = 1.0, 3.0


class MemoryUserAgent:
    """Keeps `sip.agent.UserAgent`. Not thread-safe; lives on one asyncio loop.

    `far(leg)` is the other end of a leg, `heard_by(leg)` who is heard there now; `on_dial` is called with the
    far end of each leg dialled, `on_hearing` whenever who hears whom may have changed.
    """

    def __init__(
        self,
        id: str = "memory",
        *,
        on_dial: OnDial | None = None,
        media_watchdog_s: float = 5.0,
        clock_rate: int = 8000,
    ) -> None:
        self._id = id
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[e.Event | None] = asyncio.Queue()
        self._on_dial = on_dial or (lambda far, dial: None)
        self._media_watchdog_s = media_watchdog_s
        self._orders = Orders(self)
        self.clock_rate = clock_rate
        self.players = Players(clock_rate, self.post, lambda: self.on_hearing())
        self.legs: dict[LegId, MemoryLeg] = {}
        self.fars: dict[LegId, Far] = {}
        self.edges: frozenset[Edge] = frozenset()
        self.relay: dict[LegId, LegId] = {}
        self.commands: list[tuple[float, c.Command]] = []
        self.digits_sent: list[tuple[LegId, str]] = []
        self.streams: dict[LegId, c.Listen] = {}
        self.finished = False
        self.on_hearing: Callable[[], None] = lambda: None

    @property
    def id(self) -> str:
        return self._id

    @property
    def playing(self) -> dict[str, Playing]:
        return self.players.playing

    def now(self) -> float:
        return self._loop.time()

    def send(self, command: c.Command) -> None:
        if self.finished:
            return
        self.commands.append((self.now(), command))
        self._orders.carry_out(command)
        self.on_hearing()

    async def events(self) -> AsyncIterator[e.Event]:
        while (event := await self._queue.get()) is not None:
            yield event

    # the world around it

    def call(self, *, from_uri: str = "sip:100@127.0.0.9", to_uri: str = "sip:900@127.0.0.1",
             headers: tuple[Header, ...] = ()) -> Far:  # fmt: skip
        """An INVITE arrives; the returned far end is the caller."""
        far = self._add(MemoryLeg("caller", from_uri, inbound=True, peer=CALLER_PEER, headers=headers))
        self.post(
            e.CallIncoming(
                leg="caller", call_id=f"{self._id}@memory", from_uri=from_uri, from_name="",
                to_uri=to_uri, source=CALLER_PEER, headers=headers, at=self.now(),
            )
        )  # fmt: skip
        return far

    def far(self, leg: LegId) -> Far:
        return self.fars[leg]

    def die(self) -> None:
        """The worker process is killed."""
        for leg in self.legs.values():
            leg.stop_timers()
            leg.phase = "ended"
        self.post(e.WorkerLost(at=self.now()))
        self._close()

    def heard_by(self, leg: LegId) -> set[str]:
        """Speakers that reach `leg` now: answered legs, playing players, and comfort, which loops."""
        listener = self.legs.get(leg)
        if listener is None or not listener.may_listen:
            return set()
        return {speaker for speaker, to in self.edges if to == leg and self._sounds(speaker)}

    def _sounds(self, speaker: str) -> bool:
        if speaker in self.legs:
            return self.legs[speaker].answered
        return speaker == COMFORT or speaker in self.playing

    # what happens to legs

    def post(self, event: e.Event) -> None:
        if not self.finished:
            self._queue.put_nowait(event)

    def dial(self, leg: MemoryLeg, command: c.Dial | c.RingBrowser) -> None:
        leg.no_answer = self._loop.call_later(command.no_answer_s, self._no_answer, leg)
        self._on_dial(self._add(leg), command)

    def _no_answer(self, leg: MemoryLeg) -> None:
        self.end(leg, Cause(status=408, reason="no answer"), by_us=True)

    def answered(self, leg: MemoryLeg) -> None:
        leg.stop_timers()
        leg.phase = "answered"
        codec = "opus" if leg.browser else "PCMU"
        self.post(e.LegAnswered(leg=leg.id, codec=codec, srtp=leg.browser, peer=leg.peer, at=self.now()))
        self.on_hearing()

    def watch(self, leg: MemoryLeg) -> None:
        """The RTP watchdog: one verdict a leg, and it rests while the peer holds us."""
        if leg.watchdog:
            leg.watchdog.cancel()
            leg.watchdog = None
        if leg.silent and not leg.remote_hold and not leg.lost:
            if leg.browser:
                leg.watchdog = self._loop.call_later(PAGE_AWAY_S, self._away, leg)
            else:
                leg.watchdog = self._loop.call_later(self._media_watchdog_s, self._lost, leg)

    def _away(self, leg: MemoryLeg) -> None:
        """A page that sends nothing is waited for, on hold."""
        leg.remote_hold = True
        self.post(e.LegMedia(leg=leg.id, active=False, remote_hold=True, at=self.now()))
        leg.watchdog = self._loop.call_later(PAGE_LOST_S, self._lost, leg)

    def offered(self, leg: MemoryLeg, sdp: str) -> None:
        """A page's offer: its answer to the ringing, or its return."""
        self.post(e.BrowserAnswer(leg=leg.id, sdp=f"answer to {sdp}", at=self.now()))
        if not leg.answered:
            self.answered(leg)
            return
        was_away, leg.remote_hold, leg.silent, leg.lost = leg.remote_hold, False, False, False
        self.watch(leg)
        if was_away:
            self.post(e.LegMedia(leg=leg.id, active=True, remote_hold=False, at=self.now()))

    def _lost(self, leg: MemoryLeg) -> None:
        leg.lost = True
        self.post(e.LegLost(leg=leg.id, silent_s=self._media_watchdog_s, at=self.now()))

    def end(self, leg: MemoryLeg, cause: Cause, *, by_us: bool) -> None:
        if not leg.live:
            return
        leg.stop_timers()
        was_answered, leg.phase = leg.answered, "ended"
        self.streams.pop(leg.id, None)
        self.post(e.LegEnded(leg=leg.id, cause=cause, answered=was_answered, by_us=by_us, at=self.now()))
        self.on_hearing()

    def transfer_progress(self, leg: MemoryLeg, status: int, *, final: bool) -> None:
        leg.awaits_notify = not final
        self.post(e.TransferProgress(leg=leg.id, status=status, reason="", final=final, at=self.now()))

    def digit(self, leg: MemoryLeg, digit: str, method: DtmfMethod) -> None:
        """A digit came in: reported, and relayed in the method it came in."""
        self.post(e.DtmfReceived(leg=leg.id, digit=digit, method=method, duration_ms=None, at=self.now()))
        other = self.legs.get(self.relay.get(leg.id, ""))
        if other is not None and other.answered and not other.browser:
            self.send_digits(other, digit, method)

    def send_digits(self, leg: MemoryLeg, digits: str, method: DtmfMethod) -> None:
        self.digits_sent.extend((leg.id, digit) for digit in digits)
        self.fars[leg.id].digits.extend((digit, method) for digit in digits)

    def finish(self) -> None:
        """Everybody is hung up, and the events end."""
        for leg in list(self.legs.values()):
            self.end(leg, Cause(status=200, reason="finished"), by_us=True)
        self._close()

    def _add(self, leg: MemoryLeg) -> Far:
        self.legs[leg.id] = leg
        far = self.fars[leg.id] = Far(self, leg)
        return far

    def _close(self) -> None:
        self.finished = True
        self.players.close()
        self._queue.put_nowait(None)

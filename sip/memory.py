"""The in-memory twin of the SIP worker: same commands and events, no sockets, no audio, for virtual time.

`far(leg)` is the person or machine at the other end of a leg; `heard_by(leg)` who is heard there now.
"""

import asyncio
import wave
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import singledispatchmethod

from sip import commands as c
from sip import events as e
from sip.types import COMFORT, MAX_LEGS, Cause, DtmfMethod, Edge, Header, LegId

OnDial = Callable[["Far", c.Dial], None]


@dataclass(slots=True)
class MemoryLeg:
    id: LegId
    uri: str
    inbound: bool
    phase: str = "dialing"  # dialing, ringing, answered, ended
    timer: asyncio.TimerHandle | None = None
    headers: tuple[Header, ...] = ()


@dataclass(slots=True)
class Playing:
    tag: str
    path: str
    started: float
    timer: asyncio.TimerHandle | None


@dataclass(slots=True)
class Far:
    """The other end of one leg, to be driven by a test or a behaviour."""

    ua: "MemoryUserAgent"
    leg: MemoryLeg
    refer_replies: list[tuple[int, bool]] = field(default_factory=lambda: [(100, False), (200, True)])

    def ring(self, *, status: int = 180, early_media: bool = False) -> None:
        if self.leg.phase in ("dialing", "ringing"):
            self.leg.phase = "ringing"
            self.ua.post(
                e.LegRinging(leg=self.leg.id, status=status, early_media=early_media, at=self.ua.now())
            )

    def answer(self) -> None:
        if self.leg.phase in ("dialing", "ringing"):
            self.ua.answered(self.leg)

    def refuse(self, status: int, reason: str = "") -> None:
        if self.leg.phase in ("dialing", "ringing"):
            self.ua.end(self.leg, Cause(status=status, reason=reason), by_us=False)

    def hang_up(self, *, q850: int | None = 16) -> None:
        if self.leg.phase != "ended":
            status = 200 if self.leg.phase == "answered" else 487
            self.ua.end(self.leg, Cause(status=status, reason="BYE", q850=q850), by_us=False)

    def vanish(self, silent_s: float = 5.0) -> None:
        """RTP stops and nothing is said; the watchdog notices."""
        if self.leg.phase == "answered":
            self.ua.post(e.LegLost(leg=self.leg.id, silent_s=silent_s, at=self.ua.now()))

    def press(self, digit: str, method: DtmfMethod = DtmfMethod.RFC4733) -> None:
        if self.leg.phase == "answered":
            self.ua.digit(self.leg, digit, method)

    def hold(self, on: bool) -> None:
        if self.leg.phase == "answered":
            self.ua.post(e.LegMedia(leg=self.leg.id, active=not on, remote_hold=on, at=self.ua.now()))

    def refer(self, target: str, headers: tuple[Header, ...] = ()) -> None:
        """The peer asks us to transfer it: only ever honoured on the bot's leg."""
        if self.leg.phase == "answered" and self.leg.id.startswith("bot"):
            self.ua.post(
                e.TransferRequested(leg=self.leg.id, target=target, headers=headers, at=self.ua.now())
            )


class MemoryUserAgent:
    """Keeps `sip.agent.UserAgent`. Not thread-safe; lives on one asyncio loop."""

    def __init__(self, id: str = "memory", *, on_dial: OnDial | None = None) -> None:
        self._id = id
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[e.Event | None] = asyncio.Queue()
        self._on_dial = on_dial or (lambda far, dial: None)
        self.legs: dict[LegId, MemoryLeg] = {}
        self.fars: dict[LegId, Far] = {}
        self.edges: frozenset[Edge] = frozenset()
        self.playing: dict[str, Playing] = {}
        self.relay: dict[LegId, LegId] = {}
        self.commands: list[tuple[float, c.Command]] = []
        self.digits_sent: list[tuple[LegId, str]] = []
        self.streams: dict[str, c.Listen] = {}
        self.finished = False
        self.on_hearing: Callable[[], None] = lambda: None

    @property
    def id(self) -> str:
        return self._id

    def now(self) -> float:
        return self._loop.time()

    def send(self, command: c.Command) -> None:
        if self.finished:
            return
        self.commands.append((self.now(), command))
        self._do(command)
        self.on_hearing()

    async def events(self) -> AsyncIterator[e.Event]:
        while (event := await self._queue.get()) is not None:
            yield event

    def call(self, *, from_uri: str = "sip:100@127.0.0.9", to_uri: str = "sip:900@127.0.0.1",
             headers: tuple[Header, ...] = ()) -> Far:  # fmt: skip
        """An INVITE arrives; the returned far end is the caller."""
        leg = MemoryLeg(id="caller", uri=from_uri, inbound=True, headers=headers)
        far = self._add(leg)
        self.post(
            e.CallIncoming(
                leg="caller", call_id=f"{self._id}@memory", from_uri=from_uri, from_name="",
                to_uri=to_uri, source="127.0.0.9:5060", headers=headers, at=self.now(),
            )
        )  # fmt: skip
        return far

    def far(self, leg: LegId) -> Far:
        return self.fars[leg]

    def die(self) -> None:
        """The worker process is killed."""
        for leg in self.legs.values():
            self._cancel_timer(leg)
            leg.phase = "ended"
        self.post(e.WorkerLost(at=self.now()))
        self._close()

    def heard_by(self, leg: LegId) -> set[str]:
        """Speakers that reach `leg` now: answered legs, playing players, and comfort, which loops."""
        return {s for s, listener in self.edges if listener == leg and self._sounds(s)}

    def _sounds(self, speaker: str) -> bool:
        if speaker in self.legs:
            return self.legs[speaker].phase == "answered"
        return speaker == COMFORT or speaker in self.playing

    def post(self, event: e.Event) -> None:
        if not self.finished:
            self._queue.put_nowait(event)

    def answered(self, leg: MemoryLeg) -> None:
        self._cancel_timer(leg)
        leg.phase = "answered"
        peer = leg.uri.partition("@")[2] or "127.0.0.9:5060"
        self.post(e.LegAnswered(leg=leg.id, codec="PCMU", srtp=False, peer=peer, at=self.now()))
        self.on_hearing()

    def end(self, leg: MemoryLeg, cause: Cause, *, by_us: bool) -> None:
        if leg.phase == "ended":
            return
        self._cancel_timer(leg)
        was_answered = leg.phase == "answered"
        leg.phase = "ended"
        self.edges = frozenset(edge for edge in self.edges if leg.id not in edge)
        self.post(e.LegEnded(leg=leg.id, cause=cause, answered=was_answered, by_us=by_us, at=self.now()))
        self.on_hearing()

    def digit(self, leg: MemoryLeg, digit: str, method: DtmfMethod) -> None:
        self.post(e.DtmfReceived(leg=leg.id, digit=digit, method=method, duration_ms=100, at=self.now()))
        if (to := self.relay.get(leg.id)) and to in self.legs and self.legs[to].phase == "answered":
            self.digits_sent.append((to, digit))

    def _add(self, leg: MemoryLeg) -> Far:
        self.legs[leg.id] = leg
        far = self.fars[leg.id] = Far(self, leg)
        return far

    def _cancel_timer(self, leg: MemoryLeg) -> None:
        if leg.timer:
            leg.timer.cancel()
            leg.timer = None

    def _close(self) -> None:
        self.finished = True
        for playing in self.playing.values():
            if playing.timer:
                playing.timer.cancel()
        self._queue.put_nowait(None)

    def _fail(self, command: c.Command, leg: LegId | None, code: str) -> None:
        self.post(e.CommandFailed(command=command.type, leg=leg, code=code, message=code, at=self.now()))

    def _live(self, leg: LegId) -> MemoryLeg | None:
        found = self.legs.get(leg)
        return found if found and found.phase != "ended" else None

    # -- commands

    @singledispatchmethod
    def _do(self, command: c.Command) -> None:
        """Commands without an effect in memory (Ring, Preload, Record, Posture) are only remembered."""

    @_do.register
    def _(self, command: c.Answer) -> None:
        leg = self._live(command.leg)
        if leg and leg.phase != "answered":
            self.answered(leg)

    @_do.register
    def _(self, command: c.Dial) -> None:
        if sum(leg.phase != "ended" for leg in self.legs.values()) >= MAX_LEGS:
            return self._fail(command, command.leg, "leg_limit")
        if not command.uri.startswith("sip:"):
            return self._fail(command, command.leg, "bad_uri")
        leg = MemoryLeg(id=command.leg, uri=command.uri, inbound=False, headers=command.headers)
        leg.timer = self._loop.call_later(command.no_answer_s, self._no_answer, leg)
        self._on_dial(self._add(leg), command)

    def _no_answer(self, leg: MemoryLeg) -> None:
        self.end(leg, Cause(status=408, reason="no answer"), by_us=True)

    @_do.register
    def _(self, command: c.Hangup) -> None:
        if leg := self._live(command.leg):
            status = command.status or (200 if leg.phase == "answered" else 487)
            self.end(leg, Cause(status=status, reason=command.text, q850=command.q850), by_us=True)

    @_do.register
    def _(self, command: c.Hear) -> None:
        self.edges = frozenset(command.edges)

    @_do.register
    def _(self, command: c.Play) -> None:
        self._stop(command.player)
        try:
            with wave.open(command.path) as clip:
                seconds = clip.getnframes() / clip.getframerate() - command.start_ms / 1000
        except (OSError, wave.Error, EOFError):
            return self._fail(command, None, "clip_unreadable")
        timer = None
        if not command.loop:
            timer = self._loop.call_later(max(seconds, 0.0), self._stop, command.player, True)
        self.playing[command.player] = Playing(command.tag, command.path, self.now(), timer)
        self.post(e.PlayStarted(player=command.player, tag=command.tag, at=self.now()))

    @_do.register
    def _(self, command: c.Stop) -> None:
        self._stop(command.player)

    def _stop(self, player: str, completed: bool = False) -> None:
        if playing := self.playing.pop(player, None):
            if playing.timer:
                playing.timer.cancel()
            self.post(
                e.PlayEnded(
                    player=player, tag=playing.tag, completed=completed, at=self.now(),
                    played_ms=round((self.now() - playing.started) * 1000),
                )
            )  # fmt: skip
            self.on_hearing()

    @_do.register
    def _(self, command: c.SendDtmf) -> None:
        if self._live(command.leg):
            self.digits_sent.extend((command.leg, digit) for digit in command.digits)

    @_do.register
    def _(self, command: c.RelayDtmf) -> None:
        self.relay = dict(command.pairs)

    @_do.register
    def _(self, command: c.Refer) -> None:
        self._refer(command.leg, None, command)

    @_do.register
    def _(self, command: c.ReferReplaces) -> None:
        if not self._live(command.other):
            return self._fail(command, command.leg, "refer_refused")
        self._refer(command.leg, command.other, command)

    def _refer(self, leg_id: LegId, other: LegId | None, command: c.Command) -> None:
        leg = self._live(leg_id)
        if leg is None:
            return self._fail(command, leg_id, "refer_refused")
        for status, final in self.fars[leg_id].refer_replies:
            if final and status < 300 and other and (taken := self._live(other)):
                self.end(taken, Cause(status=200, reason="replaced"), by_us=False)
            self.post(e.TransferProgress(leg=leg_id, status=status, reason="", final=final, at=self.now()))

    @_do.register
    def _(self, command: c.Listen) -> None:
        if command.asr is None:
            self.streams.pop(command.stream, None)
        elif self._live(command.leg):
            self.streams[command.stream] = command
            position = command.from_position or 0
            self.post(
                e.StreamOpened(
                    leg=command.leg, stream=command.stream, epoch=command.epoch, position=position,
                    rate=8000, gap_samples=0, at=self.now(),
                )
            )  # fmt: skip

    @_do.register
    def _(self, command: c.Finish) -> None:
        for leg in list(self.legs.values()):
            self.end(leg, Cause(status=200, reason="finished"), by_us=True)
        self._close()

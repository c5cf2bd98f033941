"""The contract on the in-memory twin, in virtual time."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from sip import commands as c
from sip import events as e
from sip.memory import Far, MemoryUserAgent
from sip.types import DtmfMethod, Header
from tests.sip.audio import tone, write_wav
from tests.sip.contract import UserAgentContract
from tests.sip.lab import Kind, Peer

pytestmark = [pytest.mark.virtual_time, pytest.mark.timeout(20)]

LISTEN_S = 0.4
EVENT_S = 5.0
OVER_S = 7.0
STATES = {"dialing": "ringing", "ringing": "ringing", "answered": "up", "ended": "over"}


class MemoryPeer:
    """A far end as a `Peer`. What it says is a frequency: nothing sounds in memory."""

    def __init__(self, lab: "MemoryLab") -> None:
        self._lab = lab
        self.far: Far | None = None
        self.says = 0.0

    @property
    def state(self) -> str:
        return STATES[self._end.leg.phase] if self.far else "idle"

    @property
    def digits(self) -> str:
        return "".join(digit for digit, _ in self._end.digits)

    @property
    def _end(self) -> Far:
        assert self.far is not None, "nobody has called"
        return self.far

    async def calls(self, headers: tuple[Header, ...] = ()) -> None:
        self.far = self._lab.ua.call(headers=headers)

    async def rings(self, early_media: bool = False) -> None:
        self._end.ring(early_media=early_media)

    async def answers(self) -> None:
        self._end.answer()

    async def declines(self, status: int) -> None:
        self._end.refuse(status)

    async def hangs_up(self) -> None:
        self._end.hang_up()

    async def presses(self, digit: str, method: str = "rfc4733") -> None:
        self._end.press(digit, DtmfMethod(method))

    async def sends(self, hz: float) -> None:
        self.says = hz

    async def hears(self, hz: float) -> bool:
        await asyncio.sleep(LISTEN_S)
        return hz in {self._lab.sound_of(name) for name in self._lab.ua.heard_by(self._end.leg.id)}

    async def vanishes(self) -> None:
        self.says = 0.0
        self._end.vanish()

    async def holds(self, on: bool) -> None:
        """With no RTP meanwhile, as telephones do."""
        self._end.hold(on)
        self._end.silence(on)

    async def refers(self, target: str) -> None:
        self._end.refer(target)

    def answers_refer(self, *statuses: int) -> None:
        self._end.refer_replies = [(status, status >= 200) for status in statuses]

    async def notifies(self, status: int) -> None:
        self._end.notify(status)


class MemoryLab:
    """The twin as a `Lab`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clips = count()
        self._tones: dict[str, float] = {}
        self._peers: dict[str, MemoryPeer] = {}
        self._seen: list[e.Event] = []
        self.ua = MemoryUserAgent(on_dial=self._dialled, media_watchdog_s=0.6)
        self.collecting = asyncio.create_task(self._collect())

    def _dialled(self, far: Far, dial: c.Dial) -> None:
        self._peers[dial.uri.partition(":")[2].partition("@")[0]].far = far

    async def _collect(self) -> None:
        async for event in self.ua.events():
            self._seen.append(event)

    def sound_of(self, speaker: str) -> float:
        """What a leg or a player says now."""
        for peer in self._peers.values():
            if peer.far is not None and peer.far.leg.id == speaker:
                return peer.says
        playing = self.ua.playing.get(speaker)
        return self._tones[playing.path] if playing else 0.0

    def peer(self, name: str) -> MemoryPeer:
        """A new one each time, so that a leg can be dialled again."""
        self._peers[name] = MemoryPeer(self)
        return self._peers[name]

    def uri(self, name: str) -> str:
        return f"sip:{name}@127.0.0.5:5070"

    def clip(self, hz: float, ms: int) -> str:
        path = str(write_wav(self._folder / f"clip{next(self._clips)}.wav", tone(hz, ms / 1000)))
        self._tones[path] = hz
        return path

    async def event(self, kind: type[Kind], **fields: object) -> Kind:
        async with asyncio.timeout(EVENT_S):
            while (found := self._find(kind, fields)) is None:
                await asyncio.sleep(0.005)
        self._seen.remove(found)
        return found

    def _find(self, kind: type[Kind], fields: dict[str, object]) -> Kind | None:
        for event in self._seen:
            if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
                return event
        return None

    async def state(self, peer: Peer, state: str) -> None:
        async with asyncio.timeout(EVENT_S):
            while peer.state != state:
                await asyncio.sleep(0.005)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def has_seen(self, kind: type[e.Event], **fields: object) -> bool:
        return self._find(kind, fields) is not None

    async def over(self) -> list[e.Event]:
        await asyncio.wait_for(self.collecting, OVER_S)
        return self._seen


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[MemoryLab]:
    lab = MemoryLab(tmp_path)
    yield lab
    lab.collecting.cancel()


class TestMemory(UserAgentContract):
    """All of it."""

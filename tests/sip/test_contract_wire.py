"""The contract on real pjsua2: a worker process, raw sockets as far ends."""

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import count

import pytest

from sip import events as e
from sip.agent import UserAgent
from sip.types import Header
from tests.sip.audio import tone, write_wav
from tests.sip.contract import UserAgentContract
from tests.sip.exchange import Phone
from tests.sip.lab import Kind, Peer
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire

AUDIBLE_DB = -30
SETTLE_S = 0.12
LISTEN_S = 0.3


class WirePeer:
    """A phone of the exchange as a `Peer`."""

    def __init__(self, rig: Rig, phone: Phone) -> None:
        self._rig = rig
        self._phone = phone
        self._called = False

    @property
    def state(self) -> str:
        return self._phone.state

    @property
    def digits(self) -> str:
        return "".join(self._phone.digits)

    async def calls(self, headers: tuple[Header, ...] = ()) -> None:
        self._called = True
        self._phone.call(self._rig.worker, headers)

    async def rings(self, early_media: bool = False) -> None:
        self._phone.ring(early_media)

    async def answers(self) -> None:
        self._phone.answer()

    async def declines(self, status: int) -> None:
        self._phone.decline(status)

    async def hangs_up(self) -> None:
        if self._phone.state == "up":
            self._phone.hangup()
        else:
            await self._rig.until(lambda: any(m.status == 100 for m in self._phone.seen))
            self._phone.cancel()

    async def presses(self, digit: str, method: str = "rfc4733") -> None:
        self._phone.press(digit, method)

    async def sends(self, hz: float) -> None:
        self._phone.say(hz)

    async def hears(self, hz: float) -> bool:
        await asyncio.sleep(SETTLE_S)
        since = time.monotonic()
        await asyncio.sleep(LISTEN_S)
        return self._phone.hears(hz, since) > AUDIBLE_DB

    async def vanishes(self) -> None:
        self._phone.silent, self._phone.answers_requests = True, False

    async def holds(self, on: bool) -> None:
        self._phone.silent = on
        self._phone.hold("sendonly" if on else "sendrecv")

    async def refers(self, target: str) -> None:
        self._phone.refer(target)

    def answers_refer(self, *statuses: int) -> None:
        self._phone.refer_answer = statuses[0] if statuses[0] >= 300 else 202
        self._phone.refer_notify = tuple((status, "Status") for status in statuses)

    async def notifies(self, status: int) -> None:
        self._phone.notify(status, "Status")


class WireLab:
    """A rig as a `Lab`."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._peers: dict[str, WirePeer] = {}
        self._clips = count()

    @property
    def ua(self) -> UserAgent:
        return self._rig.ua

    def peer(self, name: str) -> WirePeer:
        """A new phone each time, so that a leg can be dialled again."""
        return WirePeer(self._rig, self._rig.exchange.phone(name))

    def uri(self, name: str) -> str:
        return self._rig.exchange.uri(name)

    def clip(self, hz: float, ms: int) -> str:
        return str(write_wav(self._rig.folder / f"clip{next(self._clips)}.wav", tone(hz, ms / 1000)))

    async def event(self, kind: type[Kind], **fields: object) -> Kind:
        return await self._rig.event(kind, **fields)

    async def state(self, peer: Peer, state: str) -> None:
        await self._rig.until(lambda: peer.state == state, name=f"peer {state}")

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def has_seen(self, kind: type[e.Event], **fields: object) -> bool:
        return any(
            isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items())
            for event in self._rig.seen
        )

    async def over(self) -> list[e.Event]:
        await asyncio.wait_for(self._rig.over.wait(), 7)
        return self._rig.seen


@pytest.fixture
async def lab() -> AsyncIterator[WireLab]:
    async with Rig(media_watchdog_s=0.6) as rig:
        yield WireLab(rig)
        assert rig.process.poll() in (None, 0), rig.stderr.read_text()
        assert "Traceback" not in rig.stderr.read_text()
        assert "ERROR" not in rig.stderr.read_text()


class TestWire(UserAgentContract):
    """All of it."""

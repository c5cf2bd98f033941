"""A real worker, a telephone as the caller, and aiortc in the place of the agent's page."""

import asyncio
import time
from collections.abc import AsyncIterator

import aioice.ice
import numpy as np
import pytest

from sip import commands as c
from sip import events as e
from tests.sip.audio import Samples, level_db, ulaw_decode
from tests.sip.calls import dialled, inbound
from tests.sip.exchange import Phone
from tests.sip.rig import Rig
from tests.webrtc.page import Page

pytestmark = pytest.mark.wire

BROWSER = {"first_port": 31000, "last_port": 31015, "silence_s": 0.6, "return_within_s": 1.0}
PAGES: list[Page] = []
"""of the test that runs"""
BOTH = (("caller", "agent-1"), ("agent-1", "caller"))


@pytest.fixture
async def rig(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    rig = Rig(browser=None)
    rig.settings["browser"] = {"bind_ip": rig.worker_ip, **BROWSER}
    host = rig.worker_ip.rpartition(".")[0] + ".9"
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [host])
    async with rig:
        yield rig
        for page in PAGES:
            await page.close()
        PAGES.clear()


async def ringing(rig: Rig, leg: str = "agent-1") -> None:
    rig.send(c.RingBrowser(leg=leg, no_answer_s=5))
    await rig.event(e.LegRinging, leg=leg)


async def connected(rig: Rig, leg: str = "agent-1") -> Page:
    """A page that has sent its offer and got its answer."""
    page = Page()
    PAGES.append(page)
    rig.send(c.BrowserOffer(leg=leg, sdp=await page.offer()))
    answer = await rig.event(e.BrowserAnswer, leg=leg)
    await page.answer(answer.sdp)
    return page


async def talking(rig: Rig) -> tuple[Phone, Page]:
    """Caller and agent hear each other."""
    caller = await inbound(rig)
    await ringing(rig)
    page = await connected(rig)
    await rig.event(e.LegAnswered, leg="agent-1")
    rig.send(c.Hear(edges=BOTH))
    return caller, page


async def until(what, seconds: float, name: str) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, name
        await asyncio.sleep(0.01)


def caller_hears(phone: Phone, hz: float, last_s: float = 0.3) -> bool:
    return level_db(phone.heard(time.monotonic() - last_s), hz) > -30


def page_hears(page: Page, hz: float, last_s: float = 0.3) -> bool:
    return level_db(page.since(time.monotonic() - last_s), hz, 48_000) > -30


async def test_both_hear_each_other_and_the_whisper_is_private(rig: Rig) -> None:
    caller = await inbound(rig)
    await ringing(rig)
    page = await connected(rig)
    answered = await rig.event(e.LegAnswered, leg="agent-1")
    assert (answered.codec, answered.srtp, answered.peer) == ("opus", True, "browser")
    caller.say(500)
    page.microphone.hz = 900
    rig.send(c.Hear(edges=(("comfort", "caller"), ("voice", "agent-1"))))
    await asyncio.sleep(0.6)
    assert not caller_hears(caller, 900)
    assert not page_hears(page, 500)
    assert page.since(time.monotonic() - 0.5).size > 15_000  # silence too is sent, so that nothing drifts
    rig.send(c.Hear(edges=BOTH))
    await until(lambda: caller_hears(caller, 900) and page_hears(page, 500), 3, "both hear each other")
    rig.send(c.Hangup(leg="agent-1"))
    ended = await rig.event(e.LegEnded, leg="agent-1")
    assert (ended.cause.status, ended.answered, ended.by_us) == (200, True, True)
    await until(lambda: page.connection.connectionState == "closed", 3, "the page is told")


async def test_a_lost_packet_delays_nothing_after_it(rig: Rig) -> None:
    caller, page = await talking(rig)

    async def delay_ms() -> float:
        """From a burst of tone at the microphone to the caller's ear."""
        await asyncio.sleep(0.2)
        page.microphone.hz, at = 1000.0, time.monotonic()
        await asyncio.sleep(0.12)
        page.microphone.hz = 0.0
        await asyncio.sleep(0.2)
        frames = [(when, pcm) for when, _, pcm in arrivals(caller) if when >= at]
        return next(when - at for when, pcm in frames if np.abs(pcm.astype(int)).max() > 1500) * 1000

    await asyncio.sleep(1.0)
    before = [await delay_ms() for _ in range(2)]
    page.drop = 1
    await asyncio.sleep(0.3)
    after = [await delay_ms() for _ in range(2)]
    print(f"before {[round(d) for d in before]} ms, after a lost packet {[round(d) for d in after]} ms")
    assert min(after) - min(before) <= 25  # a frame of the clock is in it


def arrivals(phone: Phone) -> list[tuple[float, int, Samples]]:
    return [(at, pt, ulaw_decode(payload)) for at, pt, payload in phone.packets]


async def test_a_page_that_is_loaded_anew_takes_its_place(rig: Rig) -> None:
    caller, page = await talking(rig)
    await page.close()
    media = await rig.event(e.LegMedia, leg="agent-1", remote_hold=True)
    again = await connected(rig)
    back = await rig.event(e.LegMedia, leg="agent-1", remote_hold=False)
    assert back.active
    assert back.at - media.at < 1.5
    again.microphone.hz = 900
    caller.say(500)
    await until(lambda: caller_hears(caller, 900) and page_hears(again, 500), 3, "both hear each other again")


async def test_a_page_that_vanishes_is_held_and_then_lost(rig: Rig) -> None:
    _, page = await talking(rig)
    at = time.monotonic()
    page.freeze()
    held = await rig.event(e.LegMedia, leg="agent-1", remote_hold=True)
    lost = await rig.event(e.LegLost, leg="agent-1")
    assert held.at - at > 0.5
    assert lost.at - at > 1.5
    assert lost.silent_s > 1.6
    rig.send(c.Hangup(leg="agent-1"))
    await rig.event(e.LegEnded, leg="agent-1")


async def test_declined_unanswered_unusable_and_gone(rig: Rig) -> None:
    caller = await inbound(rig)
    await ringing(rig)
    rig.send(c.BrowserGone(leg="agent-1", status=603))
    ended = await rig.event(e.LegEnded, leg="agent-1")
    assert (ended.cause.status, ended.answered, ended.by_us) == (603, False, False)
    rig.send(c.RingBrowser(leg="agent-2", no_answer_s=0.3))
    ended = await rig.event(e.LegEnded, leg="agent-2")
    assert (ended.cause.status, ended.by_us) == (408, True)
    await ringing(rig, "agent-3")
    rig.send(c.BrowserOffer(leg="agent-3", sdp="v=0\r\n"))
    failed = await rig.event(e.CommandFailed, leg="agent-3")
    assert failed.code == "bad_offer"
    rig.send(c.BrowserOffer(leg="agent-3", sdp="v=0\r\nm=audio 9 nonsense\r\na=candidate:x\r\n"))
    failed = await rig.event(e.CommandFailed, leg="agent-3")
    assert failed.code == "bad_offer"
    await connected(rig, "agent-3")
    await rig.event(e.LegAnswered, leg="agent-3")
    rig.send(c.BrowserGone(leg="agent-3"))
    ended = await rig.event(e.LegEnded, leg="agent-3")
    assert (ended.cause.status, ended.answered, ended.by_us) == (200, True, False)
    caller.hangup()
    await rig.event(e.LegEnded, leg="caller")


async def test_a_browser_is_no_party_to_a_refer_and_takes_no_digits(rig: Rig) -> None:
    await talking(rig)
    bot = await dialled(rig, "bot")
    rig.send(c.ReferReplaces(leg="caller", other="agent-1"))
    failed = await rig.event(e.CommandFailed, command="refer_replaces")
    assert failed.code == "refer_refused"
    rig.send(c.SendDtmf(leg="agent-1", digits="1"))
    assert (await rig.event(e.CommandFailed, command="send_dtmf")).leg == "agent-1"
    rig.send(c.RelayDtmf(pairs=(("bot", "agent-1"),)))
    bot.press("5")
    assert (await rig.event(e.DtmfReceived, leg="bot")).digit == "5"
    rig.send(c.Finish())
    assert await rig.exit_code() == 0


async def test_without_browsers_configured_there_are_none() -> None:
    async with Rig() as rig:
        await inbound(rig)
        rig.send(c.RingBrowser(leg="agent-1"))
        failed = await rig.event(e.CommandFailed, leg="agent-1")
        assert failed.code == "no_browsers"
        maps = await asyncio.to_thread(open, f"/proc/{rig.process.pid}/maps")
        with maps:
            assert "libopus" not in maps.read()

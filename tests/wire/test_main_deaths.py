"""`kill -9` of main in every state: people who talk go on talking, others are told and handed on."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sip.party.call import Call
from tests.wire.ears import FOUND, clips_in, hears, joined, longest_silence
from tests.wire.reach import STATES, TALKING, TIMERS, connect, reach, staff
from tests.wire.rig import Office, Talk, office, until

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90)]

COMFORT_WITHIN_S = 1.0


async def interrupted(talk: Talk, phase: str) -> dict[str, Any]:
    """The record that the next main writes."""
    record = await talk.record(timeout_s=20)
    assert record["ended"] == "interrupted"
    if phase != "bot":
        outcome = record["handoffs"][-1]["outcome"]
        assert (outcome["result"], outcome["phase"]) == ("interrupted", phase)
    return record


@pytest.mark.parametrize("state", [state for state in STATES if state not in TALKING])
async def test_a_caller_with_nobody_is_told_and_let_go(place: Office, state: str) -> None:
    async with place.people() as (caller, ann, _):
        talk = await reach(place, caller, ann, state)
        clips = place.bridge.paths.clips
        place.bridge.kill("main")
        killed = time.monotonic()
        ended = await caller.wait("ended", timeout=6, call=talk.call)
        assert (ended["q850"], ended["by_us"]) == (41, False)
        ear = talk.call.recorder.since(killed + COMFORT_WITHIN_S)
        assert longest_silence(ear) < 0.5, "comfort or the apology, always"
        told = clips_in(talk.call.recorder.since(killed), clips)
        assert max(told.values()) > FOUND, "the apology"
        await until(lambda: all(call.state == "ended" for call in ann.calls), 3, "release of the agent")
        await interrupted(talk, state)


@pytest.mark.parametrize("state", TALKING)
async def test_people_who_talk_go_on_talking(place: Office, state: str) -> None:
    async with place.people() as (caller, ann, _):
        talk = await reach(place, caller, ann, state)
        place.bridge.kill("main")
        killed = time.monotonic()
        await talk_on(talk.call, ann.call, killed, 10.0)
        assert await joined(caller, ann)
        await caller.call.hangup()
        await ann.wait("ended", by_us=False)
        await interrupted(talk, state)


async def test_main_killed_in_the_wrap_up_leaves_a_record(place: Office) -> None:
    async with place.people() as (caller, ann, _):
        talk = await reach(place, caller, ann, "wrap_up")
        place.bridge.kill("main")
        await caller.wait("ended", timeout=6, by_us=False)
        await interrupted(talk, "wrap_up")


async def test_a_call_of_the_new_main_does_not_disturb_the_orphan(place: Office) -> None:
    async with place.people() as (caller, ann, ben), place.phone(14, "second") as second:
        orphan = await reach(place, caller, ann, "connected")
        place.bridge.kill("main")
        await place.ready(timeout_s=15)
        talk = await place.talk(second)
        await connect(talk, ben, "ben")
        assert await joined(second, ben)
        assert await joined(caller, ann)
        await ann.call.hangup()
        await caller.wait("ended", timeout=6, q850=41)
        await second.call.hangup()
        assert (await talk.record())["handoffs"][0]["outcome"]["result"] == "connected"
        await interrupted(orphan, "connected")


@pytest.mark.soak
async def test_people_talk_on_for_a_minute(place: Office) -> None:
    async with place.people() as (caller, ann, _):
        talk = await reach(place, caller, ann, "connected")
        place.bridge.kill("main")
        await talk_on(talk.call, ann.call, time.monotonic(), 60.0)
        assert await joined(caller, ann)
        await caller.call.hangup()
        await interrupted(talk, "connected")


async def talk_on(one: Call, other: Call, since: float, seconds: float) -> None:
    """Both get their packets without a gap for that long."""
    async with asyncio.timeout(seconds + 5):
        while time.monotonic() < since + seconds:
            for call in (one, other):
                assert call.state == "confirmed"
                last = call.recorder.arrivals[-1].at
                assert time.monotonic() - last < 0.3
            await asyncio.sleep(0.05)
    for call in (one, other):
        times = [arrival.at for arrival in call.recorder.arrivals if arrival.at > since]
        assert len(times) > 0.97 * 50 * seconds


@pytest.fixture(scope="module")
def safe_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """With somebody to hand a forlorn caller to."""
    with office(tmp_path_factory.mktemp("safe"), staff=staff, handoff=TIMERS, failsafe=12) as there:
        yield there


@pytest.mark.parametrize("state", ["bot", "dialing", "briefing"])
async def test_the_failsafe_takes_the_caller(safe_town: Office, state: str) -> None:
    async with safe_town.people() as (caller, ann, ben):
        talk = await reach(safe_town, caller, ann, state)
        safe_town.bridge.kill("main")
        assert (await caller.wait("refer", timeout=8))["to"].startswith("sip:agent2@")
        await ben.wait("answered", timeout=5)
        await caller.wait("ended", timeout=5, call=talk.call)
        assert await hears(ben, caller, 500)
        await interrupted(talk, state)
    await safe_town.ready(timeout_s=15)

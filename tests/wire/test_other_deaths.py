"""`kill -9` of whoever only serves the calls: ears, voice, front. The people on the line do not notice."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator

import pytest

from bridge.adapters.voices import RecordedVoice
from tests.wire.ears import FOUND, joined, likeness, speech, worst_gap
from tests.wire.reach import TIMERS, connect, reach, staff
from tests.wire.rig import Office, Talk, office, until

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90)]

SENTENCES = ("The invoice of May is wrong.", "The delivery came too late.", "The blue parcel was damaged.")


@pytest.fixture(scope="module")
def one_eared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A bridge with a single ASR worker: nobody takes over while it is away."""
    dir = tmp_path_factory.mktemp("ear")
    timers = {**TIMERS, "whisper_timeout_s": 10}
    with office(dir, staff=staff, handoff=timers, asr={"workers": 1}, tts={"timeout_s": 1.2}) as there:
        yield there


async def heard(talk: Talk, word: str, timeout_s: float = 12.0) -> None:
    """Until a final of the caller's holds that word."""

    def look() -> bool:
        said = [e["text"].lower() for e in talk.events("utterance") if e["speaker"] == "caller"]
        return any(word in text for text in said)

    said = [e["text"] for e in talk.events("utterance")]
    await until(look, timeout_s, f"{word!r} among {said}", talk.office.bridge)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_the_ears_come_back_and_nothing_is_lost(place: Office, number: signal.Signals) -> None:
    async with place.people() as (caller, ann, _):
        talk = await reach(place, caller, ann, "connected")
        caller.play(speech(SENTENCES[0]))
        await heard(talk, "invoice")
        for name in [name for name in place.bridge.pids() if name.startswith("asr-")]:
            place.bridge.kill(name, number)
        struck = time.monotonic()
        caller.play(speech(SENTENCES[1]), "second")
        await caller.wait("play_ended", tag="second")
        await talk.event("asr_reopened", timeout_s=2.5 - (time.monotonic() - struck) + 0.5)
        await heard(talk, "deliver")
        caller.play(speech(SENTENCES[2]))
        await heard(talk, "parcel")
        assert await joined(caller, ann)
        await caller.call.hangup()
        record = await talk.record()
    assert record["gaps"] == []
    assert record["handoffs"][0]["outcome"]["result"] == "connected"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_the_only_ear_comes_back(one_eared: Office, number: signal.Signals) -> None:
    """Both at once is the worst case: a key still works, and the ring replays what was said meanwhile."""
    await one_eared.ready()
    async with one_eared.people() as (caller, ann, _):
        talk = await one_eared.talk(caller)
        await talk.event("utterance", speaker="bot")
        one_eared.bridge.kill("asr-0", number)
        caller.play(speech(SENTENCES[2]))
        await caller.call.press("0")
        await talk.event("escalation", rule="dtmf_0", timeout_s=4)
        await ann.wait("answered", timeout=3)
        await heard(talk, "parcel")
        await ann.call.press("1")
        await talk.state("connected")
        caller.play(speech(SENTENCES[1]))
        await heard(talk, "deliver")
        assert await joined(caller, ann)
        await caller.call.hangup()
        record = await talk.record()
    assert record["gaps"] == []
    assert record["flush_incomplete"] == []


@pytest.mark.parametrize(
    ("number", "reason"), [(signal.SIGKILL, "out_of_scope"), (signal.SIGSTOP, "repeated_failure")]
)
async def test_without_a_voice_a_recorded_headline_is_whispered(
    one_eared: Office, number: signal.Signals, reason: str
) -> None:
    """A headline that has never been spoken before, or the cache would know it."""
    async with one_eared.people() as (caller, ann, _):
        talk = await one_eared.talk(caller)
        before = one_eared.bridge.pid("tts")
        one_eared.bridge.kill("tts", number)
        await talk.escalate("ann", reason)
        await talk.state("briefing")
        await ann.wait("acked")
        recorded = RecordedVoice("whisper").speak("", 8_000)
        await until(lambda: likeness(ann.heard, recorded) > FOUND, 6, "the recorded headline")
        brief = await one_eared.http("GET", f"/v1/conversations/{talk.id}/brief")
        assert brief["headline"]
        await until(lambda: one_eared.bridge.pid("tts") != before, 5, "another voice")
        assert "<html" in (await one_eared.http("GET", f"/v1/conversations/{talk.id}/page")).lower()
        await ann.call.press("1")
        await talk.state("connected")
        assert await joined(caller, ann)
        await caller.call.hangup()
        record = await talk.record()
    assert record["handoffs"][0]["outcome"]["result"] == "connected"
    assert json.dumps(record["brief"])


async def test_a_dead_front_takes_no_call_along(place: Office) -> None:
    async with place.people() as (caller, ann, _), place.phone(14, "second") as second:
        talk = await reach(place, caller, ann, "connected")
        place.bridge.kill("front")
        killed = time.monotonic()
        await second.dial(f"sip:900@{place.front}")
        await second.wait("answered", timeout=2.0)
        assert time.monotonic() - killed < 2.0
        assert await joined(caller, ann)
        assert worst_gap(talk.call, killed) < 0.2
        await second.call.hangup()
        await caller.call.hangup()
        await ann.wait("ended", by_us=False, timeout=3)
        assert (await talk.record())["handoffs"][0]["outcome"]["result"] == "connected"


async def test_a_worker_that_dies_after_its_front_is_still_said_goodbye_for(place: Office) -> None:
    async with place.people() as (caller, ann, _):
        talk = await reach(place, caller, ann, "connected")
        place.bridge.kill("front")
        await place.ready()
        async with asyncio.timeout(3):
            while (await place.pool())["legs"] < 2:
                await asyncio.sleep(0.02)
        place.bridge.kill(await talk.worker())
        await asyncio.gather(caller.wait("ended", q850=41), ann.wait("ended", q850=41))
        assert (await talk.record())["ended"] == "worker_lost"


async def test_keys_reach_a_bridge_whose_front_came_back(place: Office) -> None:
    async with place.people() as (caller, ann, _):
        talk = await place.talk(caller)
        place.bridge.kill("front")
        await caller.call.press("0")
        await ann.wait("answered", timeout=6)
        await ann.call.press("2")
        await talk.event("agent_key", key="2")
        assert talk.states().count("dialing") >= 1
        await caller.call.hangup()
        await talk.record()
    await connectable(place)


async def connectable(place: Office) -> None:
    async with place.people() as (caller, ann, _):
        talk = await place.talk(caller)
        await connect(talk, ann)
        await caller.call.hangup()
        await talk.record()

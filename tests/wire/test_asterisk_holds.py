"""Telephones that hold, through a real Asterisk: `moh_passthrough` brings their re-INVITE to our leg."""

import time
from collections.abc import Iterator

import pytest

from sip.party.party import Party
from tests.wire.ears import hears, joined, longest_silence, speech
from tests.wire.reach import connect
from tests.wire.rig import Office, Talk, office, until

pytestmark = [pytest.mark.wire, pytest.mark.asterisk, pytest.mark.timeout(90)]

WATCHDOG_S = 1.0
HELD_S = 2.5
QUESTION = "I was charged twice on my May invoice."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The watchdog bites sooner than a hold lasts."""
    sip = {"media_silence_s": WATCHDOG_S}
    with office(tmp_path_factory.mktemp("bridge"), pbx=True, sip=sip) as place:
        yield place


async def held(talk: Talk, phone: Party, leg: str, direction: str) -> float:
    """The telephone holds, and our leg knows; since when."""
    assert (await phone.call.hold(direction)).status == 200
    await talk.event("remote_hold", leg=leg, held=True)
    return time.monotonic()


async def resumed(talk: Talk, phone: Party, leg: str) -> None:
    assert (await phone.call.resume()).status == 200
    await talk.event("remote_hold", leg=leg, held=False)


async def a_while(since: float) -> None:
    await until(lambda: time.monotonic() - since > HELD_S, HELD_S + 2, "a while on hold")


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
async def test_an_agent_holds(desk: Office, direction: str) -> None:
    """The caller hears comfort, is still understood, and nobody takes the silence for a death."""
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller)
        await connect(talk, ann)
        assert await joined(caller, ann)
        began = await held(talk, ann, "agent-1", direction)
        assert ["comfort", "caller"] in talk.events("hears")[-1]["edges"]
        caller.play(speech(QUESTION))
        if direction == "sendonly":
            assert not await hears(caller, ann, 1_200, timeout_s=1.0), "music of the agent's telephone"
        await a_while(began)
        assert longest_silence(caller.ear.since(began + 0.3)) < 1.0
        said = await talk.event("utterance", speaker="caller", timeout_s=12)
        assert "invoice" in said["text"]
        assert said["during"] == "dialogue"
        await a_while(began)
        await resumed(talk, ann, "agent-1")
        assert await joined(caller, ann)
        assert not talk.events("leg_lost")
        assert talk.states()[-1] == "connected"
        await talk.call.hangup()
        await talk.record()


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
async def test_a_caller_holds(desk: Office, direction: str) -> None:
    """The agent hears comfort and none of the caller's music; the caller is not lost."""
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller)
        await connect(talk, ann)
        assert await joined(caller, ann)
        began = await held(talk, caller, "caller", direction)
        assert ["comfort", "agent-1"] in talk.events("hears")[-1]["edges"]
        if direction == "sendonly":
            assert not await hears(ann, caller, 1_200, timeout_s=1.0), "music of the caller's telephone"
        await a_while(began)
        assert longest_silence(ann.ear.since(began + 0.3)) < 1.0
        await resumed(talk, caller, "caller")
        assert await joined(caller, ann)
        assert not talk.events("leg_lost")
        await talk.call.hangup()
        await talk.record()


async def test_words_from_a_caller_who_holds_are_for_the_record_alone(desk: Office) -> None:
    """An announcement of the caller's telephone system that asks for a person fetches none."""
    async with desk.people() as (caller, _, _):
        talk = await desk.talk(caller)
        await talk.event("utterance", speaker="bot")
        await held(talk, caller, "caller", "sendonly")
        caller.play(speech("Please hold the line. I want to talk to a real person."))
        said = await talk.event("utterance", speaker="caller", timeout_s=12)
        assert said["during"] == "remote_hold"
        assert not talk.events("escalation")
        await resumed(talk, caller, "caller")
        caller.play(speech("I want to talk to a real person."))
        await talk.event("escalation", timeout_s=12)
        await talk.call.hangup()
        record = await talk.record()
    spoken = {u["during"] for u in record["transcript"] if u["speaker"] == "caller"}
    assert "remote_hold" in spoken

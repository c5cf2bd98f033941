"""An agent in a real Chromium: briefed in private, joined with the caller, reloaded, killed in mid-call."""

import asyncio
from typing import Any

import numpy as np
import pytest

from bridge.app.messages import Escalate, Ordered
from bridge.model.cue import Escalation
from bridge.model.handoff import Event, State
from sip.party.behaviour import Reception
from sip.party.g711 import Pcm
from sip.party.party import Party
from sip.party.wav import read_wav
from tests.browser.likeness import alike
from tests.browser.place import Desk, Place, desk, place
from tests.walks.world import network
from tests.wire.ears import dominated, narrow, speech, told_in_private, tone

pytestmark = [pytest.mark.wire, pytest.mark.timeout(120)]

AGENT_SAYS = "Good morning, this is Ann from the billing team, how may I help you with your invoice today?"
SAME = 0.85
"""other words of the same length stay below 0.6"""


def staff(net: str) -> list[dict[str, Any]]:
    return [
        {"id": "ann", "devices": [{"kind": "browser"}]},
        {"id": "ben", "uri": f"sip:agent2@{net}.12:5060"},
    ]


async def until(what: Any, timeout_s: float, wanted: str) -> float:
    """Seconds until it was true."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not what():
        assert loop.time() - began < timeout_s, wanted
        await asyncio.sleep(0.01)
    return loop.time() - began


def state(world: Place) -> State | None:
    return world.conversation.handoffs.state if world.conversation else None


async def rung(world: Place, caller: Party) -> None:
    """The caller is with the bot, wants a person, and Ann's page rings."""
    call = await caller.dial(f"sip:101@{world.entry}")
    await caller.wait("answered", timeout=10, call=call)
    await until(lambda: world.conversation, 5, "a conversation")
    await asyncio.sleep(0.5)
    world.tell(
        Escalate(
            Escalation(
                reason="explicit_request",
                rule="test",
                quote="",
                score=1.0,
                at_s=0.0,
                source="test",
                explicit=True,
            )
        )
    )


async def briefed(world: Place, caller: Party, ann: Desk) -> None:
    await rung(world, caller)
    await ann.answer()
    await until(lambda: state(world) is State.BRIEFING, 5, "briefing")


async def connected(world: Place, caller: Party, ann: Desk) -> None:
    await briefed(world, caller, ann)
    world.tell(Ordered(Event.ACCEPTED_CONFERENCE))
    await until(lambda: state(world) is State.CONNECTED, 5, "connected")


async def test_whisper_in_private_both_directions_reload_and_a_killed_browser() -> None:
    net = network()
    async with (
        place(net, staff(net)) as world,
        desk(world, "ann", AGENT_SAYS) as ann,
        Party(f"{net}.10", 5060, user="4912345") as caller,
        Party(f"{net}.12", 5060, user="agent2", reception=Reception()),
    ):
        # the whisper reaches Ann alone
        await briefed(world, caller, ann)
        await until(lambda: "headline" in parts(world), 5, "the whisper")
        name = next(event["clip"] for event in world.events.of("whisper") if event["part"] == "headline")
        headline = read_wav(world.folder / name)
        score = await best(ann, headline)
        print(
            f"the whisper at Ann's ear: {score:.2f}, backwards {alike(await ann.heard(), headline[::-1]):.2f}"
        )
        assert score > SAME
        assert told_in_private(headline, caller.heard, world.folder) == [name]
        # both hear each other
        world.tell(Ordered(Event.ACCEPTED_CONFERENCE))
        await until(lambda: state(world) is State.CONNECTED, 5, "connected")
        at = asyncio.get_running_loop().time()
        caller.play(tone(440, 6))
        await asyncio.sleep(5)
        assert said_in(caller.call.recorder.since(at)) > SAME
        assert dominated(narrow(await ann.heard(), 48_000)[-4000:], 440)
        stats = await ann.tab.evaluate("phone.stats()")
        assert stats["received"] > 100
        # a page that is loaded anew is back by itself
        await ann.tab.reload()
        await ann.until("window.phone?.state.call?.phase === 'up'")
        at = asyncio.get_running_loop().time()
        await asyncio.sleep(2.5)
        assert said_in(caller.call.recorder.since(at)) > SAME
        assert state(world) is State.CONNECTED
        # a browser that is killed
        at = asyncio.get_running_loop().time()
        await ann.kill()
        loop = asyncio.get_running_loop()
        await until(lambda: comfort(world), 3, "comfort")
        comfort_s = loop.time() - at
        await until(lambda: len(world.events.of("dialed")) == 2, 6, "the next target")
        next_s = loop.time() - at
        print(f"killed: comfort after {comfort_s:.2f} s, next target after {next_s:.2f} s")
        assert comfort_s <= 2.0
        assert next_s <= 5.0
        await caller.call.hangup()
        await until(lambda: world.over, 10, "the end")


def parts(world: Place) -> list[str]:
    return [event["part"] for event in world.events.of("whisper")]


def comfort(world: Place) -> bool:
    hearing = world.events.of("hears")
    return ("comfort", "caller") in [tuple(edge) for edge in hearing[-1]["edges"]]


async def best(ann: Desk, clip: Pcm, timeout_s: float = 10.0) -> float:
    """How like the clip what Ann hears is, from now on until it is."""
    ear = np.zeros(0, np.int16)
    end = asyncio.get_running_loop().time() + timeout_s
    while (score := alike(ear, clip)) <= SAME and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.5)
        ear = np.concatenate([ear, narrow(await ann.heard(), 48_000)])
    return score


def said_in(ear: Pcm) -> float:
    """How like the agent's words it is, at best; they go round and round, so no one piece need be whole."""
    words = speech(AGENT_SAYS)
    return max(alike(ear, words[start : start + 12_000]) for start in range(0, len(words) - 12_000, 8_000))

"""A supervisor at the console, by real telephones: a coach is heard by the agent and not by the caller.

Everybody says a tone of their own; what reaches an ear is measured at that tone.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect

from sip.party.g711 import Pcm
from sip.party.party import Party
from tests.wire.ears import RATE, tone
from tests.wire.rig import Office, Talk, office

pytestmark = [pytest.mark.wire, pytest.mark.timeout(60)]
CALLER, AGENT, COACH = 440.0, 700.0, 1000.0
LEAK = 0.01
"""40 dB below what the agent hears"""
SAID_S = 1.2


def strength(pcm: Pcm, hz: float) -> float:
    """How loud that tone is in what was heard."""
    window = np.hanning(len(pcm))
    turn = np.exp(-2j * np.pi * hz * np.arange(len(pcm)) / RATE)
    return float(abs((pcm * window * turn).sum()) / window.sum())


async def all_speak(people: dict[Party, float]) -> dict[Party, Pcm]:
    """What each hears while all of them say their tones."""
    for person, hz in people.items():
        person.play(tone(hz, SAID_S + 0.8))
    await asyncio.sleep(0.3)
    begin = asyncio.get_running_loop().time()
    await asyncio.sleep(SAID_S)
    heard = {person: person.ear.since(begin) for person in people}
    for person in people:
        person.hush()
    return heard


@asynccontextmanager
async def console(place: Office) -> AsyncIterator[ClientConnection]:
    async with connect(f"ws://{place.net}.2:8080/v1/console?agent=") as socket:
        yield socket


async def order(socket: ClientConnection, talk: Talk, verb: str, **more: Any) -> None:
    sent = {"type": "order", "n": 1, "verb": verb, "conversation": talk.id, **more}
    await socket.send(json.dumps(sent))
    async with asyncio.timeout(5):
        while (said := json.loads(await socket.recv())).get("type") != "answer":
            pass
    assert said["code"] == "accepted", said


async def test_the_caller_does_not_hear_the_coach(tmp_path: Path) -> None:
    def supervisors(net: str) -> list[dict[str, Any]]:
        return [{"name": "*", "uri": f"sip:sam@{net}.13:5060"}]

    with office(tmp_path, supervisors=supervisors) as place:
        async with (
            place.people() as (caller, ann, _),
            place.phone(13, "sam") as sam,
            console(place) as socket,
        ):
            talk = await place.talk(caller)
            await talk.escalate()
            await talk.state("briefing")
            await order(socket, talk, "talk")
            await talk.state("connected")
            people = {caller: CALLER, ann: AGENT, sam: COACH}
            await order(socket, talk, "supervise", mode="coach")
            await talk.event("supervision", mode="coach", up=True)
            heard = await all_speak(people)
            spoken = strength(heard[ann], COACH)
            assert spoken > 1000
            assert strength(heard[caller], COACH) < LEAK * spoken
            assert strength(heard[caller], AGENT) > 1000
            assert min(strength(heard[sam], CALLER), strength(heard[sam], AGENT)) > 1000
            await order(socket, talk, "supervise", mode="barge")
            await talk.event("supervision", mode="barge", up=True)
            heard = await all_speak(people)
            assert strength(heard[caller], COACH) > 1000  # so the measure would have shown a leak
            await order(socket, talk, "leave")
            await talk.event("supervision", mode="none")
            await sam.wait("ended")
            await order(socket, talk, "hold")
            heard = await all_speak({caller: CALLER, ann: AGENT})
            assert strength(heard[caller], AGENT) < LEAK * 1000
            assert strength(heard[ann], CALLER) < LEAK * 1000
            await talk.call.hangup()
            record = await talk.record()
    assert [leg["role"] for leg in record["legs"]].count("supervisor") == 1
    assert not [u for u in record["transcript"] if u["speaker"] not in ("caller", "bot", "agent")]

"""Asterisk 22, the front and the real pjsua2 worker in one line: answered, transferred, and killed."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

import numpy as np
import pytest

from bridge.peers.asterisk import Addresses, Asterisk
from sip import commands as c
from sip import events as e
from sip.party.call import Call
from sip.party.party import Party
from tests.peers.test_asterisk import hears, tone
from tests.sip.test_front_wire import FrontedRig

pytestmark = [pytest.mark.wire, pytest.mark.asterisk, pytest.mark.timeout(60)]


@contextlib.asynccontextmanager
async def office() -> AsyncIterator[tuple[FrontedRig, str, Party, Party]]:
    """Bridge, PBX (as ip:port), caller and agent on one private network of loopback addresses."""
    async with FrontedRig() as rig:
        network = rig.exchange.ip.rpartition(".")[0]
        place = Addresses(
            pbx=f"{network}.20:5060",
            bridge=rig.front_address,
            caller=f"{network}.21:5060",
            agent1=f"{network}.22:5060",
            agent2=f"{network}.23:5060",
            qualify_s=1,
        )
        asterisk = Asterisk(place)
        await asyncio.to_thread(asterisk.start)
        try:
            async with (
                Party(f"{network}.21", 5060, user="4912345", name="Ann Caller", proxy=place.pbx) as caller,
                Party(f"{network}.22", 5060, user="agent1") as agent,
            ):
                yield rig, place.pbx, caller, agent
        finally:
            await asyncio.to_thread(asterisk.stop)


async def both_legs(rig: FrontedRig, pbx: str, caller: Party, agent: Party, number: str) -> None:
    """Caller and agent joined in the worker's mixer, both through the PBX and the front."""
    await caller.dial(f"sip:{number}@{pbx}", headers=(("X-Customer-Id", "C-77"),))
    incoming = await rig.event(e.CallIncoming)
    assert dict(incoming.headers)["X-Customer-Id"] == "C-77"
    assert (incoming.source, incoming.from_name) == (pbx, "Ann Caller")
    rig.send(c.Answer(leg="caller"))
    await rig.event(e.LegAnswered, leg="caller")
    rig.send(c.Dial(leg="agent-1", uri=f"sip:201@{pbx}", headers=(("X-Handoff-Id", "H-1"),)))
    assert (await agent.wait("incoming"))["message"].get("X-Handoff-Id") == "H-1"
    answered = await rig.event(e.LegAnswered, leg="agent-1")
    assert answered.peer == pbx
    rig.send(c.Hear(edges=(("caller", "agent-1"), ("agent-1", "caller"))))
    caller.play(tone(350, 1.0))  # until the mixer has joined them
    await caller.wait("play_ended")


@pytest.mark.parametrize("number", ["101", "102"])
async def test_a_call_is_joined_and_handed_over(number: str) -> None:
    async with office() as (rig, pbx, caller, agent):
        await both_legs(rig, pbx, caller, agent, number)
        assert await hears(agent, caller, 500)
        assert await hears(caller, agent, 900)
        rig.send(c.ReferReplaces(leg="caller", other="agent-1"))
        assert (await rig.event(e.TransferProgress, leg="caller", final=True)).status == 200
        await rig.event(e.LegEnded, leg="agent-1")
        rig.send(c.Finish())
        assert await rig.exit_code() == 0
        assert await hears(agent, caller, 600)
        assert await hears(caller, agent, 800)


async def test_a_killed_worker_leaves_the_caller_in_the_queue() -> None:
    async with office() as (rig, pbx, caller, agent):
        await both_legs(rig, pbx, caller, agent, "101")
        rig.process.send_signal(signal.SIGKILL)
        killed_at = asyncio.get_running_loop().time()
        await agent.wait("ended")
        answered = await agent.wait("answered", timeout=10, call=await _second_call(agent))
        assert answered.at - killed_at < 5
        assert caller.call.state == "confirmed"
        assert len(caller.calls) == 1
        caller.play(tone(500))
        await caller.wait("play_ended")
        assert np.abs(agent.call.heard[-1600:]).max() > 1_000


async def _second_call(agent: Party) -> Call:
    await agent.wait("incoming", timeout=10)
    return agent.calls[1]

"""A telephone that does not answer OPTIONS any more is not called; once it does, it is."""

import asyncio
from pathlib import Path

import pytest

from tests.wire.rig import Office, office, until

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90)]


async def state(desk: Office, agent: str, wanted: str) -> None:
    async with asyncio.timeout(20):
        while (agent, wanted) not in [
            (row["id"], row["state"]) for row in await desk.http("GET", "/v1/agents")
        ]:
            await asyncio.sleep(0.1)


async def test_gone_and_back(tmp_path: Path) -> None:
    with office(tmp_path, sip={"options_s": 0.5}) as desk:
        async with desk.people() as (caller, ann, ben):
            await until(lambda: [r for r in ann.log if r.direction == "out"], 10, "answer of Ann to OPTIONS")
            ann.vanish()
            await state(desk, "ann", "unreachable")
            talk = await desk.talk(caller)
            await talk.escalate()
            assert (await talk.event("dialed"))["agent"] == "ben"
            await caller.call.hangup()
            await talk.record()
        async with desk.people() as (caller, ann, ben):
            await state(desk, "ann", "available")
            talk = await desk.talk(caller)
            await talk.escalate()
            assert (await talk.event("dialed"))["agent"] == "ann"
            await caller.call.hangup()
            await talk.record()
            assert not ben.calls

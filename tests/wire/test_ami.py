"""Agents' presence from a real Asterisk: pauses, calls that are not ours, and a PBX that restarts."""

import asyncio
from collections.abc import Iterator

import pytest

from bridge.adapters.ami.presence import AmiPresence
from bridge.app.directory import Directory
from bridge.config import Settings
from bridge.model.agent import AgentView
from bridge.peers.asterisk import Asterisk
from sip.party.party import Party
from tests.wire.rig import addresses, network

pytestmark = [pytest.mark.wire, pytest.mark.asterisk, pytest.mark.timeout(90)]


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    with Asterisk(addresses(network())) as one:
        yield one


def ip(pbx: Asterisk, name: str) -> str:
    return str(getattr(pbx.addresses, name)).partition(":")[0]


def settings(pbx: Asterisk, **ami: object) -> Settings:
    there = ip(pbx, "pbx")
    return Settings.model_validate(
        {
            "agents": [
                {"id": "ann", "devices": [{"uri": f"sip:201@{there}", "ami": "PJSIP/agent1"}]},
                {"id": "ben", "devices": [{"uri": f"sip:202@{there}", "ami": "PJSIP/agent2"}]},
            ],
            "sip": {"bind": ip(pbx, "bridge")},
            "ami": {"host": there, "password": pbx.addresses.ami_password, **ami},
        }
    )


async def ann(directory: Directory, state: str, timeout_s: float = 10.0) -> AgentView:
    async with asyncio.timeout(timeout_s):
        rev = -1
        while (view := directory.views()[0]).state != state:
            rev = await directory.changed(max(rev, view.rev))
    return view


async def test_pauses_calls_and_restarts_of_the_pbx(pbx: Asterisk) -> None:
    config = settings(pbx, queues=["handoff-fallback"])
    directory = Directory(config)
    presence = AmiPresence(config, directory)
    presence.start()
    try:
        async with (
            Party(ip(pbx, "agent1"), 5060, user="agent1") as phone,
            Party(ip(pbx, "caller"), 5060, user="4912345", proxy=pbx.addresses.pbx) as outside,
        ):
            await ann(directory, "available")
            pause = "queue pause member PJSIP/agent1 queue handoff-fallback reason lunch"
            await asyncio.to_thread(pbx.rx, pause)
            assert (await ann(directory, "away")).reason == "lunch"
            await asyncio.to_thread(pbx.rx, pause.replace("pause", "unpause", 1).partition(" reason")[0])
            await ann(directory, "available")
            call = await outside.dial(f"sip:201@{pbx.addresses.pbx}")
            await phone.wait("incoming", timeout=5)
            await ann(directory, "busy")
            await outside.wait("answered", timeout=5, call=call)  # a CANCEL before it might come too late
            await call.hangup()
            await ann(directory, "available")
            await asyncio.to_thread(pbx.rx, pause)
            await ann(directory, "away")
            await asyncio.to_thread(pbx.stop)
            await ann(directory, "available")
            assert not presence.connected.is_set()
            await asyncio.to_thread(pbx.start)
            async with asyncio.timeout(15):
                await presence.connected.wait()
        assert presence.describe() == {"connected": True, "connections": 2}
    finally:
        await presence.close()


async def test_a_wrong_password_is_said_and_holds_nobody_up(pbx: Asterisk) -> None:
    config = settings(pbx, password="wrong")
    directory = Directory(config)
    presence = AmiPresence(config, directory)
    presence.start()
    try:
        async with asyncio.timeout(10):
            while "error" not in presence.describe():
                await asyncio.sleep(0.05)
    finally:
        await presence.close()
    assert "Login was refused" in presence.describe()["error"]
    assert "wrong" not in presence.describe()["error"]
    assert directory.views()[0].state == "available"

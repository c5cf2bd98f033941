"""The shipped Asterisk configuration, a real Asterisk 22, the front, and raw parties at every end."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.peers.asterisk import Addresses, Asterisk
from sip.party.auth import Credentials
from sip.party.behaviour import Reception
from sip.party.call import Call
from sip.party.g711 import Pcm
from sip.party.party import Party
from sip.party.transfer import refer, refer_replaces
from tests.front.front_rig import FrontProcess, WorkerParty

pytestmark = [pytest.mark.wire, pytest.mark.asterisk, pytest.mark.timeout(60)]

PLACE = Addresses(
    pbx="127.0.54.1:5060",
    bridge="127.0.54.2:5060",
    caller="127.0.54.10:5060",
    agent1="127.0.54.11:5060",
    agent2="127.0.54.12:5060",
    qualify_s=1,
)
PBX = PLACE.pbx


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    with Asterisk(PLACE, changes={"qualify_timeout=2": "qualify_timeout=0.3"}) as asterisk:
        yield asterisk


@pytest.fixture
async def front(pbx: Asterisk, tmp_path: Path) -> AsyncIterator[FrontProcess]:
    async with FrontProcess(tmp_path, PLACE.bridge, ["127.0.54.1/32"], t1_s=0.2) as process:
        # "Avail" may still be the front's before; an OPTIONS lost between the two is given up in 0.3 s
        await process.reached(received=2)
        await asyncio.to_thread(pbx.wait_for, "pjsip show aor bridge", "Avail")
        yield process


@pytest.fixture
async def caller() -> AsyncIterator[Party]:
    async with Party("127.0.54.10", 5060, user="4912345", name="Ann Caller", proxy=PBX) as party:
        yield party


@pytest.fixture
async def agent() -> AsyncIterator[Party]:
    async with Party("127.0.54.11", 5060, user="agent1") as party:
        yield party


def tone(hz: float, seconds: float = 0.5) -> Pcm:
    return (8_000 * np.sin(2 * np.pi * hz * np.arange(int(8_000 * seconds)) / 8_000)).astype(np.int16)


async def hears(ear: Party, mouth: Party, hz: float) -> bool:
    """Does a tone said by one arrive at the other?"""
    start = mouth.play(tone(hz), f"tone-{hz}")
    await mouth.wait("play_ended", tag=f"tone-{hz}")
    pcm = ear.ear.since(start + 0.1)[:2400].astype(float)
    power = np.abs(np.fft.rfft(pcm)) ** 2
    near = np.abs(np.fft.rfftfreq(len(pcm), 1 / 8_000) - hz) < 25
    return bool(power[near].sum() > 0.8 * power.sum() > 0)


async def answered_call(caller: Party, worker: WorkerParty, number: str = "101") -> Call:
    await caller.dial(
        f"sip:{number}@{PBX}", headers=(("X-Customer-Id", "C-77"), ("User-to-User", "cafe;encoding=hex"))
    )
    await caller.wait("answered")
    await worker.wait("acked")
    return worker.call


async def test_qualify_follows_the_drain(pbx: Asterisk, front: FrontProcess) -> None:
    await front.ask(op="drain")
    await asyncio.to_thread(pbx.wait_for, "pjsip show aor bridge", "Unavail")
    await front.ask(op="drain", on=False)
    await asyncio.to_thread(pbx.wait_for, "pjsip show aor bridge", "Avail")


@pytest.mark.parametrize("number", ["101", "102"])
@pytest.mark.parametrize("who", ["caller", "worker"])
async def test_a_trunk_call_with_either_contact_setting(
    front: FrontProcess, caller: Party, number: str, who: str
) -> None:
    """101 leaves our Contact alone, 102 rewrites it; signalling stays on the front either way."""
    async with WorkerParty(front) as worker:
        call = await answered_call(caller, worker, number)
        assert call.invite is not None
        assert call.invite.get("X-Customer-Id") == "C-77"
        assert call.invite.get("User-to-User") == "cafe;encoding=hex"
        assert call.invite.get("X-Handoff-Source") == PBX
        assert "Ann Caller" in call.invite.get("From")
        assert await hears(worker, caller, 440)
        assert await hears(caller, worker, 700)
        assert (await call.hold()).status == 200
        assert (await call.resume()).status == 200
        if who == "caller":
            await caller.call.hangup()
            await worker.wait("ended", by_us=False)
        else:
            await call.hangup()
            await caller.wait("ended", by_us=False)
        assert {record.peer for record in worker.log} == {("127.0.54.2", 5060)}


async def test_attended_refer_through_front_and_pbx(front: FrontProcess, caller: Party, agent: Party) -> None:
    async with WorkerParty(front) as worker:
        with_caller = await answered_call(caller, worker)
        with_agent = await worker.dial(f"sip:201@{PBX}", headers=(("X-Handoff-Id", "H-9"),))
        assert (await agent.wait("incoming"))["message"].get("X-Handoff-Id") == "H-9"
        await worker.wait("answered", call=with_agent)
        assert (await refer_replaces(with_caller, with_agent)).status == 202
        while not (event := await worker.wait("notify"))["final"]:
            pass
        assert event["status"] == 200
        await worker.wait("ended", call=with_agent)
        await with_caller.hangup()
        assert await hears(agent, caller, 500)
        assert await hears(caller, agent, 900)
        await agent.call.hangup()
        await caller.wait("ended")


async def test_blind_refer_to_a_busy_agent_comes_back(
    front: FrontProcess, caller: Party, agent: Party
) -> None:
    agent.reception = Reception(status=486)
    async with WorkerParty(front) as worker, WorkerParty(front, 1) as second:
        call = await answered_call(caller, worker)
        assert (await refer(call, f"sip:221@{PBX}", (("X-Handoff-Id", "H-10"),))).status == 202
        back = (await second.wait("incoming", timeout=10))["message"]
        assert (back.get("X-Returned"), back.get("X-Handoff-Id")) == ("BUSY", "H-10")
        assert agent.calls[0].invite is not None
        assert agent.calls[0].invite.get("X-Handoff-Id") == "H-10"
        await second.wait("acked")
        assert await hears(second, caller, 600)


async def test_a_trunk_that_may_not_transfer_says_603(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        call = await answered_call(caller, worker, "103")
        assert (await refer(call, f"sip:201@{PBX}")).status == 603
        assert await hears(worker, caller, 440)


async def test_a_dead_worker_sends_the_caller_to_the_queue(
    front: FrontProcess, caller: Party, agent: Party
) -> None:
    async with WorkerParty(front) as worker:
        call = await answered_call(caller, worker)
        await worker.posted(call)
        worker.die()
        await agent.wait("answered", timeout=10)
        assert caller.call.state == "confirmed"
        await asyncio.gather(agent.wait("acked"), front.until("byes", "waiting", equals=0))
        assert await hears(agent, caller, 500)


async def test_an_empty_pool_sends_the_caller_to_the_queue(
    front: FrontProcess, caller: Party, agent: Party
) -> None:
    await caller.dial(f"sip:101@{PBX}")
    await caller.wait("answered", timeout=10)
    await agent.wait("answered", timeout=10)


async def test_the_trunk_by_registration(pbx: Asterisk, front: FrontProcess, caller: Party) -> None:
    credentials = Credentials(user="bridge-reg", password=PLACE.bridge_password)
    async with WorkerParty(front, 5, credentials=credentials) as registrar, WorkerParty(front) as worker:
        registrar.user = "bridge-reg"
        registrar.tell(op="state", state="busy")
        assert await registrar.register(PBX, contact=f"sip:bridge-reg@{PLACE.bridge}") == 200
        await caller.dial(f"sip:104@{PBX}")
        await caller.wait("answered", timeout=10)
        await worker.wait("acked")
        assert await hears(worker, caller, 440)
        await registrar.register(PBX, expires_s=0, contact=f"sip:bridge-reg@{PLACE.bridge}")


async def test_digits_pass_the_trunk(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        await answered_call(caller, worker)
        await caller.call.press("0")
        assert (await worker.wait("dtmf"))["digit"] == "0"


def test_version_and_account(pbx: Asterisk) -> None:
    assert pbx.version().startswith("22.")
    assert "SIP/2.0" not in pbx.log.partition("Asterisk Ready")[0]

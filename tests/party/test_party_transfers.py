"""REFER between parties: blind, attended, and every way it fails."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from sip.party.behaviour import Obedience, Reception
from sip.party.events import PartyEvent
from sip.party.party import Party
from sip.party.transfer import refer, refer_replaces

pytestmark = [pytest.mark.wire, pytest.mark.timeout(30)]


@contextlib.asynccontextmanager
async def three(reception: Reception | None = None) -> AsyncIterator[tuple[Party, Party, Party]]:
    """Caller, bridge, agent; the bridge is in a call with the caller."""
    async with (
        Party("127.0.42.1", user="caller") as caller,
        Party("127.0.42.2", user="bridge") as bridge,
        Party("127.0.42.3", user="agent", reception=reception) as human,
    ):
        await caller.dial(uri(bridge))
        await caller.wait("answered")
        await bridge.wait("acked")
        yield caller, bridge, human


def uri(party: Party) -> str:
    return f"sip:{party.user}@{party.address[0]}:{party.address[1]}"


async def final_notify(party: Party) -> PartyEvent:
    event = await party.wait("notify")
    while not event["final"]:
        event = await party.wait("notify")
    return event


async def test_a_blind_refer_connects_the_caller_with_the_agent() -> None:
    async with three() as (caller, bridge, human):
        assert (await refer(bridge.call, uri(human), (("X-Handoff-Id", "H-1"),))).status == 202
        assert (await human.wait("incoming"))["message"].has("Referred-By")
        assert (await final_notify(bridge))["status"] == 200
        assert (await caller.wait("refer"))["message"].get("X-Handoff-Id") == "H-1"
        await bridge.call.hangup()
        await caller.wait("ended", call=caller.calls[0])
        assert caller.calls[1].state == "confirmed"


async def test_a_busy_agent_is_told_in_the_final_notify() -> None:
    async with three(reception=Reception(status=486)) as (_, bridge, human):
        await refer(bridge.call, uri(human))
        assert (await final_notify(bridge))["status"] == 486
        assert bridge.call.state == "confirmed"


async def test_an_attended_refer_swaps_the_dialogs() -> None:
    async with three() as (caller, bridge, human):
        with_caller = bridge.call
        with_agent = await bridge.dial(uri(human))
        await bridge.wait("answered", call=with_agent)
        await human.wait("acked")
        assert (await refer_replaces(with_caller, with_agent)).status == 202
        await human.wait("replaced")
        await bridge.wait("ended", call=with_agent)
        assert (await final_notify(bridge))["status"] == 200
        await with_caller.hangup()
        assert caller.call.state == human.call.state == "confirmed"
        assert caller.call.call_id == human.call.call_id


@pytest.mark.parametrize("status", [603, 405, 481])
async def test_a_refused_refer_has_no_notify(status: int) -> None:
    async with three() as (caller, bridge, human):
        caller.obedience = Obedience(status=status)
        assert (await refer(bridge.call, uri(human))).status == status
        with pytest.raises(TimeoutError):
            await bridge.wait("notify", timeout=0.2)


async def test_accepted_and_then_silence() -> None:
    async with three() as (caller, bridge, human):
        caller.obedience = Obedience(notify="none")
        assert (await refer(bridge.call, uri(human))).status == 202
        with pytest.raises(TimeoutError):
            await bridge.wait("notify", timeout=0.2)


@pytest.mark.parametrize("status", [486, 503])
async def test_a_scripted_failure(status: int) -> None:
    async with three() as (caller, bridge, human):
        caller.obedience = Obedience(notify=status)
        await refer(bridge.call, uri(human))
        assert (await final_notify(bridge))["status"] == status
        assert not human.calls


async def test_a_subscription_that_ends_early() -> None:
    async with three() as (caller, bridge, human):
        caller.obedience = Obedience(terminate_early=True)
        await refer(bridge.call, uri(human))
        assert (await final_notify(bridge))["status"] == 100
        assert (await caller.wait("transferred"))["status"] == 200


async def test_replaces_of_an_unknown_dialog_is_481() -> None:
    async with three() as (caller, _, human):
        stray = await caller.dial(uri(human), headers=(("Replaces", "none@nowhere;to-tag=1;from-tag=2"),))
        assert (await caller.wait("refused", call=stray))["status"] == 481

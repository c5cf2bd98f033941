"""A bot's own REFER through the whole bridge: who it names is fetched, and the bot is told how it ended."""

import asyncio

import pytest

from bridge.model.handoff import State
from sip.party.transfer import refer
from tests.walks.cast import Cast, cast
from tests.walks.plan import Plan
from tests.walks.promises import broken
from tests.walks.world import World, network

pytestmark = [pytest.mark.wire, pytest.mark.timeout(60)]

PLAN = Plan(seed=0, mode="conference", sip_bot=True, after_agent_hangup="release", steps=())


async def until(world: World, state: State) -> None:
    async with asyncio.timeout(8):
        while world.conversation is None or world.conversation.handoffs.state is not state:
            await asyncio.sleep(0.02)


async def asked(world: World, people: Cast) -> None:
    """The bot has asked for Ben, and the bridge has said that it will see."""
    await people.caller.dial(f"sip:101@{world.entry}")
    await people.bot.wait("acked")
    assert (await refer(people.bot.call, "sip:ben@anywhere.example")).status == 202
    assert (await people.bot.wait("notify"))["status"] == 100
    await people.ben.wait("incoming")


async def ended(world: World, people: Cast) -> list[str]:
    """The caller hangs up; promises broken until the last record."""
    await people.go_home()
    async with asyncio.timeout(15):
        while not world.over:
            await asyncio.sleep(0.05)
    await world.end_workers()
    return broken(PLAN, world, people)


async def test_it_has_succeeded_once_caller_and_agent_talk() -> None:
    net = network()
    async with World(PLAN.settings(net), net) as world, cast(world) as people:
        await asked(world, people)
        people.ben.call.answer()
        await until(world, State.BRIEFING)
        await people.ben.call.press("1")
        await until(world, State.CONNECTED)
        told = await people.bot.wait("notify")
        assert (told["status"], told["final"]) == (200, True)
        assert await ended(world, people) == []
    (record,) = world.store.records
    assert record.handoffs[0].escalation.source == "bot_refer"
    assert not people.ann.calls


async def test_it_has_failed_once_the_caller_is_back_with_the_bot() -> None:
    net = network()
    async with World(PLAN.settings(net), net) as world, cast(world) as people:
        await asked(world, people)
        people.ben.call.refuse(603)
        await people.ann.wait("incoming")
        people.ann.call.refuse(603)
        told = await people.bot.wait("notify")
        assert (told["status"], told["final"]) == (503, True)
        assert (await refer(people.bot.call, "sip:ben@anywhere.example")).status == 202
        assert await ended(world, people) == []

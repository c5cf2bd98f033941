"""`kill -9` of the SIP worker in every state: one conversation is lost, in order, and no other notices."""

import asyncio
import time
from contextlib import suppress

import pytest

from tests.wire.ears import joined, worst_gap
from tests.wire.reach import STATES, connect, reach, standing
from tests.wire.rig import Office

pytestmark = [pytest.mark.wire, pytest.mark.timeout(60)]

FAREWELL_S = 2.0


@pytest.mark.parametrize("state", STATES)
async def test_a_killed_worker_loses_its_conversation_in_order(place: Office, state: str) -> None:
    async with place.people() as (caller, ann, _):
        talk = await reach(place, caller, ann, state)
        other = caller.calls[0] if state == "waiting" else None
        calls = [call for call in standing(caller, ann) if other is None or call is talk.call]
        place.bridge.kill(await talk.worker())
        killed = time.monotonic()
        for call in calls:
            ended = await call.party.wait("ended", timeout=FAREWELL_S, call=call)
            assert (ended["q850"], ended["by_us"]) == (41, False)
            assert ended.at - killed < FAREWELL_S
        if state == "dialing":
            await ann.wait("cancelled", timeout=FAREWELL_S, q850=41)
        record = await talk.record()
        if other:
            assert other.state == "confirmed"
    assert record["ended"] == "worker_lost"
    if state == "bot":
        assert record["handoffs"] == []
    else:
        outcome = record["handoffs"][-1]["outcome"]
        assert (outcome["result"], outcome["phase"]) == ("interrupted", state)


async def test_a_worker_killed_in_the_wrap_up_takes_nothing_back(place: Office) -> None:
    """A worker whose last BYE is answered goes by itself: then there is nobody left to kill."""
    async with place.people() as (caller, ann, _):
        talk = await reach(place, caller, ann, "wrap_up")
        with suppress(ProcessLookupError):
            place.bridge.kill(await talk.worker())
        await caller.wait("ended", timeout=FAREWELL_S, by_us=False)
        record = await talk.record()
    assert record["handoffs"][0]["outcome"]["result"] == "connected"


async def test_other_conversations_do_not_notice(place: Office) -> None:
    async with place.people() as (caller, ann, ben), place.phone(14, "second") as second:
        talk = await place.talk(caller)
        await connect(talk, ann)
        bystander = await place.talk(second)
        await connect(bystander, ben, "ben")
        place.bridge.kill(await talk.worker())
        await asyncio.gather(caller.wait("ended", q850=41), ann.wait("ended", q850=41))
        assert await joined(second, ben)
        assert worst_gap(ben.call) < 0.2
        await second.call.hangup()
        await ben.wait("ended", by_us=False)
        assert (await bystander.record())["handoffs"][0]["outcome"]["result"] == "connected"

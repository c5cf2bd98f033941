"""The races around an attended REFER, one order at a time: the peer holds its 202 or its NOTIFY back.

The caller's telephone is the PBX: it answers the REFER, and the agent's leg ends there as well.
"""

import asyncio

import pytest

from sip.party.behaviour import Obedience
from sip.party.call import Call
from sip.party.party import Party
from tests.wire.reach import standing
from tests.wire.rig import Office, Talk

pytestmark = [pytest.mark.wire, pytest.mark.timeout(60)]

HELD_S = 0.6


async def accepted(place: Office, caller: Party, obedience: Obedience) -> tuple[Talk, Call]:
    """The agent has accepted and the REFER is on its way; her leg."""
    caller.obedience = obedience
    talk = await place.talk(caller)
    await talk.escalate("here")
    await talk.state("briefing")
    agent = caller.calls[-1]
    await agent.press("1")
    await caller.wait("refer")
    return talk, agent


async def notify(call: Call, status: int) -> int:
    """The final NOTIFY, now; what it is answered with."""
    answer = await call.request(
        "NOTIFY",
        f"SIP/2.0 {status} Whatever\r\n".encode(),
        "message/sipfrag;version=2.0",
        (("Event", "refer"), ("Subscription-State", "terminated;reason=noresource")),
    )
    return answer.status


async def outcome(talk: Talk) -> tuple[str, str]:
    record = await talk.record()
    (handoff,) = record["handoffs"]
    assert not talk.events("fault")
    return handoff["outcome"]["result"], handoff["outcome"]["phase"]


async def test_the_agent_leaves_before_the_202_and_the_transfer_succeeds(place: Office) -> None:
    async with place.phone(10, "4912345") as caller:
        talk, agent = await accepted(place, caller, Obedience(after_s=HELD_S, notify=200))
        await agent.hangup(q850=16)
        await talk.event("leg_ended", leg="agent-1")
        assert not talk.events("transfer_progress")
        assert await outcome(talk) == ("transferred", "referring")
        assert standing(caller) == []


async def test_the_agent_leaves_before_the_202_and_the_transfer_fails(place: Office) -> None:
    """The caller is kept, and the next agent is tried."""
    async with place.people() as (caller, ann, _):
        talk, agent = await accepted(place, caller, Obedience(after_s=HELD_S, notify=503))
        await agent.hangup(q850=16)
        await talk.event("leg_ended", leg="agent-1")
        await talk.state("dialing", nth=2)
        await ann.wait("answered")
        assert talk.call.state == "confirmed"
        await talk.state("briefing", nth=2)
        await ann.call.press("1")
        await talk.state("connected")
        await talk.call.hangup()
        assert await outcome(talk) == ("connected", "connected")


async def test_the_agent_leaves_between_the_202_and_the_notify(place: Office) -> None:
    async with place.phone(10, "4912345") as caller:
        talk, agent = await accepted(place, caller, Obedience(notify="none"))
        await agent.hangup(q850=16)
        await talk.event("leg_ended", leg="agent-1")
        assert await notify(talk.call, 200) == 200
        assert await outcome(talk) == ("transferred", "referring")


async def test_the_agent_leaves_and_the_refer_is_refused(place: Office) -> None:
    async with place.people() as (caller, ann, _):
        talk, agent = await accepted(place, caller, Obedience(after_s=HELD_S, status=603))
        await agent.hangup(q850=16)
        await ann.wait("answered")
        assert [e["status"] for e in talk.events("transfer_progress")] == [603]
        assert talk.call.state == "confirmed"
        await talk.call.hangup()
        assert (await outcome(talk))[0] == "abandoned"


async def test_the_caller_leaves_before_the_agent_accepts(place: Office) -> None:
    """The key comes too late: nothing is referred, and the agent is told and let go."""
    async with place.phone(10, "4912345") as caller:
        talk = await place.talk(caller)
        await talk.escalate("here")
        await talk.state("briefing")
        await talk.call.hangup(q850=16)
        await talk.event("leg_ended", leg="caller")
        await caller.calls[-1].press("1")
        assert await outcome(talk) == ("abandoned", "briefing")
        assert not any(event.name == "refer" for event in caller.events.all)
        await asyncio.wait_for(all_over(caller), 8)


async def test_the_caller_leaves_before_the_202(place: Office) -> None:
    """A PBX that takes the caller away says so by BYE alone: no abandonment, and nobody else is dialled."""
    async with place.phone(10, "4912345") as caller:
        talk, _ = await accepted(place, caller, Obedience(after_s=5.0, notify="none"))
        await talk.call.hangup(q850=16)
        assert await outcome(talk) == ("transferred_unconfirmed", "referring")
        await asyncio.wait_for(all_over(caller), 5)


async def test_the_caller_leaves_between_the_202_and_the_notify(place: Office) -> None:
    """The NOTIFY behind the BYE still belongs to the REFER (RFC 5057 section 4): it confirms the transfer."""
    async with place.phone(10, "4912345") as caller:
        talk, _ = await accepted(place, caller, Obedience(notify="none"))
        await talk.call.hangup(q850=16)
        await talk.event("leg_ended", leg="caller")
        assert await notify(talk.call, 200) == 200
        assert await outcome(talk) == ("transferred", "referring")


async def test_the_caller_leaves_and_the_notify_tells_a_failure(place: Office) -> None:
    async with place.phone(10, "4912345") as caller:
        talk, _ = await accepted(place, caller, Obedience(notify="none"))
        await talk.call.hangup(q850=16)
        await talk.event("leg_ended", leg="caller")
        assert await notify(talk.call, 503) == 200
        assert await outcome(talk) == ("abandoned", "joining")


async def test_the_caller_leaves_after_the_notify(place: Office) -> None:
    async with place.phone(10, "4912345") as caller:
        talk, _ = await accepted(place, caller, Obedience(notify=200))
        await caller.wait("ended", by_us=False)
        assert await outcome(talk) == ("transferred", "referring")


async def all_over(party: Party) -> None:
    while standing(party):
        await asyncio.sleep(0.02)

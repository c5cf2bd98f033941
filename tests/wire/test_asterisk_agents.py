"""What agents and telephones may do, through a real Asterisk: nobody is lost, the next one is tried."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from sip.party.behaviour import Reception
from tests.wire.ears import hears, joined, longest_silence, told_in_private
from tests.wire.reach import connect
from tests.wire.rig import Office, Talk, office, until

pytestmark = [pytest.mark.wire, pytest.mark.asterisk, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Ben is the next one after whoever fails: Ann is listed last."""
    short = {"whisper_timeout_s": 2, "returned_timeout_s": 0.5}
    with office(tmp_path_factory.mktemp("bridge"), pbx=True, handoff=short) as place:
        yield place


def outcomes(record: dict[str, Any]) -> list[tuple[str, str]]:
    (handoff,) = record["handoffs"]
    return [(attempt["target"], attempt["outcome"]) for attempt in handoff["attempts"]]


async def finished(talk: Talk) -> dict[str, Any]:
    """The caller hangs up; the record."""
    await talk.call.hangup()
    return await talk.record()


@pytest.mark.parametrize(("target", "outcome"), [("busy", "busy"), ("declined", "declined")])
async def test_an_extension_that_refuses(desk: Office, target: str, outcome: str) -> None:
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller)
        await talk.escalate(target)
        await ann.wait("answered")
        await talk.state("briefing")
        await ann.call.press("1")
        await talk.state("connected")
        assert await joined(caller, ann)
        record = await finished(talk)
    assert [target for target, _ in outcomes(record)] == [target, "ann"]
    assert outcomes(record)[0][1] in (outcome, "refused")


@pytest.mark.parametrize(("status", "outcome"), [(486, "busy"), (603, "declined"), (480, "unreachable")])
async def test_a_telephone_that_refuses(desk: Office, status: int, outcome: str) -> None:
    async with desk.people(ann=Reception(status=status)) as (caller, _, ben):
        talk = await desk.talk(caller)
        await talk.escalate("ann")
        await talk.state("briefing")
        await ben.call.press("1")
        await talk.state("connected")
        assert await joined(caller, ben)
        record = await finished(talk)
    assert outcomes(record)[0][0] == "ann"
    assert outcomes(record)[0][1] in (outcome, "refused"), "Asterisk tells cause 21 as 403"
    assert outcomes(record)[1] == ("ben", "answered")


async def test_nobody_answers_in_time(desk: Office) -> None:
    """`quick` rings for a second; then it rings on Ann's other line, where she declines."""
    async with desk.people(ann=Reception(status=0)) as (caller, ann, ben):
        talk = await desk.talk(caller)
        await talk.escalate("quick")
        await ann.wait("incoming")
        ann.reception = Reception(status=603)
        await ann.wait("cancelled", timeout=4)
        await ben.wait("answered", timeout=6)
        record = await finished(talk)
    assert outcomes(record)[0] == ("quick", "no_answer")


async def test_an_answer_behind_the_no_answer_timer(desk: Office) -> None:
    """She picks up although the CANCEL has come: hung up again, and never heard by the caller."""
    late = Reception(after_s=1.15, ignore_cancel=True)
    async with desk.people(ann=late) as (caller, ann, _):
        talk = await desk.talk(caller)
        await talk.escalate("quick")
        await ann.wait("answered", timeout=5)
        await ann.wait("ended", timeout=5, by_us=False)
        await talk.state("dialing", nth=2)
        assert caller.call.state == "confirmed"
        record = await finished(talk)
    assert outcomes(record)[0][1] in ("no_answer", "dropped")


async def test_the_agent_hangs_up_in_the_whisper(desk: Office) -> None:
    async with desk.people() as (caller, ann, ben):
        talk = await desk.talk(caller)
        await talk.escalate("ann")
        await talk.state("briefing")
        await ann.call.hangup()
        await talk.state("briefing", nth=2)
        await ben.call.press("1")
        await talk.state("connected")
        assert await joined(caller, ben)
        record = await finished(talk)
    assert outcomes(record) == [("ann", "gone"), ("ben", "answered")]


async def test_a_voicemail_is_told_nothing_and_joined_to_nobody(desk: Office) -> None:
    """Extension 207 answers and hums: without a key it gets the headline alone, then the next one rings."""
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller)
        await talk.escalate("voicemail")
        await talk.state("offered")
        before = caller.heard.size
        await talk.state("choosing", nth=2, timeout_s=8)
        await ann.wait("answered")
        assert longest_silence(caller.heard[before:]) < 2
        assert not talk.events("hears")[-1]["edges"] or ["agent-1", "caller"] not in [
            edge for event in talk.events("hears") for edge in event["edges"]
        ]
        record = await finished(talk)
    assert outcomes(record)[0] == ("voicemail", "no_accept")


async def test_an_answer_without_a_packet_is_taken_for_dead(desk: Office) -> None:
    """Extension 205 answers and sends nothing at all: the next one rings, and the caller hears comfort."""
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller)
        await talk.escalate("mute")
        await talk.state("briefing")
        before = caller.heard.size
        await talk.state("choosing", nth=2, timeout_s=8)
        await ann.wait("answered")
        assert longest_silence(caller.heard[before:]) < 2
        assert not await hears(caller, ann, 700, timeout_s=0.5), "nobody is joined without a key"
        record = await finished(talk)
    assert outcomes(record)[0] == ("mute", "lost")


async def test_an_answer_in_silence_is_not_joined(desk: Office) -> None:
    """Ann's telephone is picked up by nobody who speaks or presses: after the offer, Ben."""
    async with desk.people() as (caller, ann, ben):
        talk = await desk.talk(caller)
        await talk.escalate("ann")
        await talk.state("offered")
        assert not await hears(ann, caller, 440, timeout_s=0.5)
        await ann.wait("ended", timeout=8, by_us=False)
        await talk.state("briefing", nth=2)
        await ben.call.press("1")
        await talk.state("connected")
        assert await joined(caller, ben)
        record = await finished(talk)
    assert outcomes(record) == [("ann", "no_accept"), ("ben", "answered")]


async def test_a_telephone_dies_while_they_talk(desk: Office) -> None:
    async with desk.people() as (caller, ann, ben):
        talk = await desk.talk(caller)
        await connect(talk, ann)
        assert await joined(caller, ann)
        ann.stop_rtp()
        await talk.event("leg_lost", leg="agent-1", timeout_s=6)
        await talk.state("briefing", nth=2)
        await ben.call.press("1")
        await talk.state("connected", nth=2)
        assert await joined(caller, ben)
        record = await finished(talk)
    assert outcomes(record)[-1] == ("ben", "answered")


@pytest.mark.parametrize("state", ["bot", "dialing", "briefing", "offered", "connected", "returned"])
async def test_the_caller_hangs_up(desk: Office, state: str) -> None:
    ring = Reception(status=0) if state == "dialing" else None
    async with desk.people(ann=ring) as (caller, ann, _):
        talk = await desk.talk(caller)
        if state in ("connected", "returned"):
            await connect(talk, ann)
            if state == "returned":
                await talk.order("hand_back")
                await talk.state("returned")
        elif state != "bot":
            await talk.escalate("ann")
            await talk.state(state)
        if state == "dialing":
            await ann.wait("incoming")
        record = await finished(talk)
        await until(lambda: all(c.state == "ended" for c in ann.calls), 8, "release of the agent")
    assert record["ended"] == "caller_gone"
    results = [h["outcome"]["result"] for h in record["handoffs"]]
    assert results == {"bot": [], "connected": ["connected"], "returned": ["returned_to_bot"]}.get(
        state, ["abandoned"]
    )


async def test_an_agent_holds_and_comes_back(desk: Office) -> None:
    """More of holds stands in test_asterisk_holds.py."""
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller, headers=(("X-Customer-Id", "C-1"),))
        await connect(talk, ann)
        assert await joined(caller, ann)
        assert (await ann.call.hold()).status == 200
        began = asyncio.get_running_loop().time()
        await until(lambda: asyncio.get_running_loop().time() - began > 1.5, 4, "a while on hold")
        assert longest_silence(caller.ear.since(began + 0.3)) < 1.0
        assert (await ann.call.resume()).status == 200
        assert await joined(caller, ann)
        await finished(talk)


async def test_headers_both_ways(desk: Office) -> None:
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller, headers=(("X-Customer-Id", "C-9"),))
        await talk.escalate("ann")
        invite = (await ann.wait("incoming"))["message"]
        record = await finished(talk)
    assert record["headers"]["X-Customer-Id"] == "C-9"
    assert invite.get("X-Conversation-Id") == talk.id
    assert invite.get("X-Handoff-Id") == f"{talk.id}-h1"


async def test_a_dead_worker_sends_the_caller_to_the_queue(desk: Office) -> None:
    async with desk.people() as (caller, ann, ben):
        talk = await desk.talk(caller)
        await connect(talk, ben, "ben")
        ben.reception = Reception(status=486)
        desk.bridge.kill(await talk.worker())
        await ann.wait("answered", timeout=10)
        assert talk.call.state == "confirmed"
        assert await hears(ann, caller, 500)
        assert (await talk.record())["ended"] == "worker_lost"


async def test_behind_a_pbx_that_rewrites_the_contact(desk: Office) -> None:
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller, "102")
        await talk.escalate("ann")
        await talk.state("offered")
        await ann.call.press("1")
        await talk.state("connected")
        assert await joined(caller, ann)
        assert told_in_private(ann.heard, caller.heard, desk.bridge.paths.clips)
        await ann.call.hangup()
        await caller.wait("ended", by_us=False)
        assert (await talk.record())["handoffs"][0]["outcome"]["result"] == "connected"

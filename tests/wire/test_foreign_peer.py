"""A foreign SIP stack (baresip) at both ends: it asks in speech, is briefed, accepts, holds, hangs up."""

import time
from collections.abc import Iterator

import pytest

from tests.peers.softphone import Softphone, free_address
from tests.wire.ears import hears, joined, longest_silence, speech, told_in_private
from tests.wire.rig import Office, Talk, office

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90)]

REQUEST = "I was charged twice on my May invoice and I want to talk to a real person."
ANN = free_address()
ANYWHERE = {"allow": ["127.0.0.0/8"]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    staff = [{"id": "ann", "uri": f"sip:agent1@{ANN}"}]
    with office(tmp_path_factory.mktemp("bridge"), staff=lambda _: staff, sip=ANYWHERE) as place:
        yield place


async def talk(desk: Office, caller: Softphone) -> Talk:
    """A call of the foreign telephone that the bridge has answered."""
    await desk.ready()
    desk.claim()
    caller.dial(f"sip:101@{desk.front}", {"X-Customer-Id": "C-42"})
    await caller.wait("answered", 10)
    await caller.wait("hearing")
    return await desk.conversation(caller)


async def test_asked_for_briefed_joined_held_and_ended(desk: Office) -> None:
    async with (
        Softphone("4912345", free_address(), proxy=desk.front) as caller,
        Softphone("agent1", ANN) as ann,
    ):
        call = await talk(desk, caller)
        await call.event("utterance", speaker="bot", timeout_s=10)
        caller.play(speech(REQUEST))
        rang = await ann.wait("incoming", 20)
        assert rang["headers"]["X-Conversation-Id"] == call.id
        await call.state("offered", timeout_s=20)
        told = told_in_private(ann.heard, caller.ear.since(rang["at"]), desk.bridge.paths.clips)
        assert len(told) >= 2, "headline and detail"
        ann.press("1")
        await call.state("connected")
        assert longest_silence(caller.ear.since(rang["at"])) <= 2.0
        assert await joined(caller, ann)

        ann.hold()
        await call.event("remote_hold", leg="agent-1", held=True)
        assert ["comfort", "caller"] in call.events("hears")[-1]["edges"]
        began = time.monotonic()
        assert not await hears(ann, caller, 600, timeout_s=2.5), "longer than the RTP watchdog"
        assert longest_silence(caller.ear.since(began)) < 1.0
        assert not call.events("leg_lost")
        ann.resume()
        await call.event("remote_hold", leg="agent-1", held=False)
        assert await joined(caller, ann)

        ann.hangup()
        await caller.wait("ended")
        record = await call.record()
    assert record["headers"]["X-Customer-Id"] == "C-42"
    (handoff,) = record["handoffs"]
    assert handoff["escalation"]["reason"] == "explicit_request"
    assert (handoff["outcome"]["result"], handoff["whisper_heard"]) == ("connected", "whole")
    said = " ".join(u["text"] for u in record["transcript"] if u["speaker"] == "caller")
    assert "charged twice" in said.lower()


async def test_a_caller_who_holds(desk: Office) -> None:
    """Its re-INVITE: what comes from there meanwhile is for nobody, and the agent hears comfort."""
    async with (
        Softphone("4912345", free_address(), proxy=desk.front) as caller,
        Softphone("agent1", ANN) as ann,
    ):
        call = await talk(desk, caller)
        await call.escalate("ann")
        await ann.wait("hearing", 10)
        await call.state("briefing")
        ann.press("1")
        await call.state("connected")
        assert await joined(caller, ann)
        caller.hold()
        await call.event("remote_hold", leg="caller", held=True)
        began = time.monotonic()
        assert not await hears(ann, caller, 600, timeout_s=2.5), "longer than the RTP watchdog"
        assert longest_silence(ann.ear.since(began)) < 1.0
        caller.resume()
        await call.event("remote_hold", leg="caller", held=False)
        assert await joined(caller, ann)
        assert not call.events("leg_lost")
        caller.hangup()
        await ann.wait("ended")
        assert (await call.record())["ended"] == "caller_gone"


async def test_a_foreign_telephone_that_is_busy_and_a_caller_that_hangs_up(desk: Office) -> None:
    async with (
        Softphone("4912345", free_address(), proxy=desk.front) as caller,
        Softphone("agent1", ANN, answer_after_s=None),
    ):
        call = await talk(desk, caller)
        await call.escalate("ann")
        refused = await call.event("leg_ended", leg="agent-1")
        assert refused["status"] == 486
        caller.hangup()
        record = await call.record()
    assert record["ended"] == "caller_gone"
    assert record["handoffs"][0]["attempts"][0]["outcome"] == "busy"

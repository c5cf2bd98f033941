"""The one whole call through a real Asterisk: asked for in speech, briefed in private, joined, recorded."""

from collections.abc import Iterator

import pytest

from sip.party.message import Message
from tests.wire.ears import joined, longest_silence, speech, told_in_private
from tests.wire.rig import Office, office

pytestmark = [pytest.mark.wire, pytest.mark.asterisk, pytest.mark.timeout(90)]

REQUEST = "I was charged twice on my May invoice and I want to talk to a real person."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("bridge"), pbx=True) as place:
        yield place


async def test_a_spoken_request_from_bot_to_record(desk: Office) -> None:
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller, headers=(("X-Customer-Id", "C-77"),))
        await talk.event("utterance", speaker="bot", timeout_s=10)
        caller.play(speech(REQUEST), "request")
        await caller.wait("play_ended", timeout=15, tag="request")
        ringing = await ann.wait("incoming", timeout=10)
        invite: Message = ringing["message"]
        assert invite.get("X-Handoff-Id") == f"{talk.id}-h1"
        await talk.state("offered", timeout_s=20)
        told = told_in_private(ann.heard, caller.heard, desk.bridge.paths.clips)
        assert len(told) >= 2, "headline and detail"
        await ann.call.press("1")
        await talk.state("connected")
        assert longest_silence(caller.ear.since(ringing.at)) <= 2.0
        assert await joined(caller, ann)
        await caller.call.hangup()
        await ann.wait("ended", by_us=False)
        record = await talk.record()
    assert record["ended"] == "caller_gone"
    assert record["headers"]["X-Customer-Id"] == "C-77"
    (handoff,) = record["handoffs"]
    assert handoff["escalation"]["reason"] == "explicit_request"
    assert "person" in handoff["escalation"]["quote"]
    assert handoff["outcome"] | {"leg": None} == {
        "result": "connected", "phase": "connected", "leg": None, "sip_status": 200, "reason": "answered",
        "mode": "conference",
    }  # fmt: skip
    assert [attempt["outcome"] for attempt in handoff["attempts"]] == ["answered"]
    assert handoff["whisper_heard"] == "whole"
    assert 0 < handoff["whisper_seconds"] <= 15
    assert {"request", "whisper_started", "accepted", "connected"} <= set(handoff["marks_s"])
    said = " ".join(u["text"] for u in record["transcript"] if u["speaker"] == "caller")
    assert "charged twice" in said.lower()
    assert record["gaps"] == []
    assert record["flush_incomplete"] == []
    assert [leg["role"] for leg in record["legs"]] == ["caller", "agent"]
    assert record["brief"]["headline"]


async def test_attended_refer_leaves_both_people_to_asterisk(desk: Office) -> None:
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller)
        await talk.escalate("ref")
        await talk.state("briefing")
        await ann.call.press("1")
        await talk.event("outcome", result="transferred")
        record = await talk.record()
        assert record["ended"] == "transferred"
        assert all(leg["ended_s"] is not None for leg in record["legs"])
        (handoff,) = record["handoffs"]
        assert handoff["outcome"]["mode"] == "refer_replaces"
        assert "referring" in [entry["state"] for entry in handoff["states"]]
        assert {caller.call.state, ann.call.state} == {"confirmed"}
        assert await joined(caller, ann)
        await caller.call.hangup()
        await ann.wait("ended", by_us=False)

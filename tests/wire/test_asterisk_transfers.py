"""REFER against a real Asterisk where something is in the way: the caller is never lost."""

from collections.abc import Iterator

import pytest

from sip.party.behaviour import Reception
from tests.wire.ears import joined
from tests.wire.reach import connect
from tests.wire.rig import Office, office

pytestmark = [pytest.mark.wire, pytest.mark.asterisk, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("bridge"), pbx=True, handoff={"whisper_timeout_s": 2}) as place:
        yield place


async def test_a_blind_refer_reaches_the_agent(desk: Office) -> None:
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller)
        await talk.escalate("cold")
        await ann.wait("answered")
        record = await talk.record()
        assert record["handoffs"][0]["outcome"]["result"] == "transferred"
        assert record["handoffs"][0]["outcome"]["mode"] == "refer"
        assert await joined(caller, ann)


async def test_a_blind_refer_to_a_busy_agent_comes_back_and_goes_on_warm(desk: Office) -> None:
    """The caller is a new INVITE on another worker; the conversation and its one record are the same."""
    async with desk.people(ann=Reception(status=486)) as (caller, ann, ben):
        talk = await desk.talk(caller)
        await talk.escalate("cold")
        invite = (await ann.wait("incoming"))["message"]
        assert invite.get("X-Conversation-Id") == talk.id
        ann.reception = Reception()
        await talk.event("handoff", state="choosing", event="caller_returned", timeout_s=12)
        await ann.wait("answered", timeout=12)
        await talk.state("briefing", timeout_s=12)
        await ann.call.press("1")
        await talk.state("connected")
        assert await joined(caller, ann)
        assert not ben.calls
        await caller.call.hangup()
        record = await talk.record()
    (handoff,) = record["handoffs"]
    assert handoff["outcome"]["result"] == "connected"
    assert handoff["attempts"][0]["mode"] == "refer"
    assert handoff["attempts"][-1]["mode"] == "conference"
    assert [leg["role"] for leg in record["legs"]].count("caller") == 2


async def test_a_trunk_that_may_not_transfer_is_joined_instead(desk: Office) -> None:
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller, "103")
        await talk.escalate("ref")
        await talk.state("briefing")
        await ann.call.press("1")
        await talk.state("connected")
        assert "referring" in talk.states()
        assert await joined(caller, ann)
        await caller.call.hangup()
        record = await talk.record()
    assert [e["status"] for e in talk.events("transfer_progress")] == [603]
    assert record["handoffs"][0]["outcome"]["result"] == "connected"


async def test_the_agent_is_gone_at_the_refer(desk: Office) -> None:
    """She presses 1 and hangs up in one breath: whatever wins, the caller is not lost."""
    async with desk.people() as (caller, ann, ben):
        talk = await desk.talk(caller)
        await talk.escalate("ref")
        await talk.state("briefing")
        await ann.call.press("1", duration_ms=60)
        await talk.event("agent_key", key="1")
        await ann.call.hangup()
        await caller.call.hangup()
        record = await talk.record()
    assert len(record["handoffs"]) == 1
    assert not talk.events("fault")
    assert not ben.calls or ben.calls[0].state == "ended"


async def test_the_caller_hangs_up_while_referring(desk: Office) -> None:
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller)
        await talk.escalate("ref")
        await talk.state("briefing")
        await ann.call.press("1", duration_ms=60)
        await talk.event("agent_key", key="1")
        await caller.call.hangup()
        await ann.wait("ended", by_us=False, timeout=8)
        record = await talk.record()
    assert len(record["handoffs"]) == 1
    result = record["handoffs"][0]["outcome"]["result"]
    assert result in ("transferred", "transferred_unconfirmed", "abandoned")


async def test_a_conference_is_released_to_the_pbx(desk: Office) -> None:
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller)
        await connect(talk, ann)
        await talk.order("release")
        record = await talk.record()
        assert record["handoffs"][0]["outcome"]["result"] == "transferred"
        assert await joined(caller, ann)

"""Two telephones that ring together and are picked up together; a caller who is called back."""

from collections.abc import Iterator

import pytest

from sip.party.behaviour import Reception
from tests.wire.ears import joined
from tests.wire.rig import Office, office

pytestmark = [pytest.mark.wire]
ANSWER_S = 0.4


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    config = {
        "hunt": {"at_once": 2},
        "handoff": {"wrap_up_timeout_s": 0.1},
        "queue": {"callback": {"offer": True, "uri": "sip:{number}@NET.10:5060", "retry_s": 1}},
    }
    with office(tmp_path_factory.mktemp("bridge"), **config) as place:
        yield place


async def race(desk: Office, gap_s: float) -> str:
    """Ann picks up, and Ben `gap_s` later (before her, when it is negative); who has the call."""
    receptions = {"ann": Reception(after_s=ANSWER_S), "ben": Reception(after_s=ANSWER_S + gap_s)}
    async with desk.people(**receptions) as (caller, ann, ben):
        talk = await desk.talk(caller)
        await talk.escalate()
        winner = (await talk.event("offer_answered"))["agent"]
        await talk.event("offer_over", agent="ben" if winner == "ann" else "ann", why="completed_elsewhere")
        won, lost = (ann, ben) if winner == "ann" else (ben, ann)
        await talk.state("briefing")
        await won.call.press("1")
        await talk.state("connected")
        assert won.call.state == "confirmed"
        if lost.calls and lost.call.state != "ended":
            await lost.wait("ended", timeout=4)
        told = [call for call in lost.calls if call.state == "confirmed"]
        assert not told, "nobody else has a call"
        await caller.call.hangup()
        record = await talk.record()
    (handoff,) = record["handoffs"]
    outcomes = {attempt["target"]: attempt["outcome"] for attempt in handoff["attempts"]}
    assert sorted(outcomes.values()) == ["answered", "completed_elsewhere"]
    assert outcomes[winner] == "answered"
    return str(winner)


@pytest.mark.timeout(60)
async def test_the_same_instant_and_both_orders(desk: Office) -> None:
    for gap_s in (0.0, 0.01, -0.01):
        await race(desk, gap_s)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_fifty_races(desk: Office) -> None:
    winners = [await race(desk, (number % 11 - 5) * 0.004) for number in range(50)]
    assert set(winners) == {"ann", "ben"}


@pytest.mark.timeout(30)
async def test_a_telephone_that_rang_in_vain_is_told_why(desk: Office) -> None:
    async with desk.people(ann=Reception(status=0), ben=Reception(after_s=0.5)) as (caller, ann, _):
        talk = await desk.talk(caller)
        await talk.escalate()
        await talk.event("offer_answered", agent="ben")
        why = (await ann.wait("cancelled", timeout=4))["text"].replace(" ", "")
        assert why == 'SIP;cause=200;text="Callcompletedelsewhere"'
        await caller.call.hangup()
        await talk.record()


@pytest.mark.timeout(60)
async def test_a_caller_who_is_promised_a_callback_gets_it(desk: Office) -> None:
    """Nobody is there; he takes the offer, hangs up, and his telephone rings when Ann has come."""
    for name in ("ann", "ben"):
        await desk.http("PUT", f"/v1/agents/{name}/presence", {"willing": False, "reason": "lunch"})
    async with desk.people(ann=Reception(after_s=0.2)) as (caller, ann, _):
        talk = await desk.talk(caller)
        await talk.escalate()
        await talk.state("waiting")
        first = caller.call
        await first.press("1")
        await first.press("1")
        await talk.event("callback", state="promised")
        await caller.wait("ended", call=first, timeout=15)
        record = await talk.record()
        assert record["handoffs"][0]["outcome"]["result"] == "callback"
        assert list((desk.bridge.dir / "records" / "callbacks").glob("*.json"))
        await desk.http("PUT", "/v1/agents/ann/presence", {"willing": True})
        await caller.wait("answered", timeout=10)
        back = await desk.conversation(caller.call)
        await back.state("briefing")
        await ann.call.press("1")
        await back.state("connected")
        assert await joined(caller, ann)
        await caller.call.hangup()
        again = await back.record()
    assert again["handoffs"][0]["escalation"]["source"] == "callback"
    assert again["brief"]["headline"] == record["brief"]["headline"]
    await talk.event("callback", state="done")
    assert not list((desk.bridge.dir / "records" / "callbacks").glob("*.json"))
    await desk.http("PUT", "/v1/agents/ben/presence", {"willing": True})

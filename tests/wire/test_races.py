"""Two telephones that ring together and are picked up together: one is briefed, the other is told."""

from collections.abc import Iterator

import pytest

from sip.party.behaviour import Reception
from tests.wire.rig import Office, office

pytestmark = [pytest.mark.wire]
ANSWER_S = 0.4


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    config = {"hunt": {"at_once": 2}, "handoff": {"wrap_up_timeout_s": 0.1}}
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

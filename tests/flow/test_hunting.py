"""Who rings next, who rings together, and who of them has the call."""

import asyncio
from itertools import product
from pathlib import Path

import pytest

from bridge.config import Settings
from bridge.model.handoff import State
from bridge.model.record import ConversationRecord
from sip.commands import Dial, Hangup
from sip.memory import Far
from tests.flow.stage import Stage, agents, settings
from tests.flow.stories import only, request, rings
from tests.virtual_time import run

DEVICES = [{"uri": "sip:desk@127.0.0.5"}, {"uri": "sip:mobile@127.0.0.5"}]


def two_phones(**sections: object) -> Settings:
    ann = {"id": "ann", "devices": DEVICES}
    return settings(agents=[ann, *agents("bob")], handoff={"ring_timeout_s": 10}, **sections)


def hunted(tmp_path: Path, config: Settings, behaviour: dict[str, object], seconds: float = 60) -> list[str]:
    """The targets that were tried, until it failed, or an agent rang on for long."""

    def dialled(far: Far, dial: Dial) -> None:
        user = dial.uri.partition(":")[2].partition("@")[0]
        match behaviour.get(user, "rings"):
            case int() as status:
                asyncio.get_running_loop().call_later(0.5, far.refuse, status)
            case "answers":
                asyncio.get_running_loop().call_later(0.5, far.answer)
            case _:
                far.ring()

    async def story() -> Stage:
        async with Stage(tmp_path, config, on_dial=dialled) as stage:
            await request(stage)
            await stage.settle(seconds)
            stage.caller.hang_up()
        return stage

    return [attempt.target for attempt in only(run(story())).handoffs[0].attempts]


@pytest.mark.parametrize(
    ("policy", "behaviour", "tried"),
    [
        ({}, {"desk": 486}, ["ann", "bob"]),
        ({"busy": "next_device"}, {"desk": 486}, ["ann", "ann/2", "bob"]),
        ({}, {"desk": "rings", "mobile": 486}, ["ann", "ann/2", "bob"]),
        ({"no_answer": "next_agent"}, {}, ["ann", "bob"]),
        ({"no_answer": "give_up"}, {}, ["ann"]),
        ({"declined": "give_up"}, {"desk": 603}, ["ann"]),
        ({}, {"desk": 404}, ["ann", "ann/2", "bob"]),
        ({"voicemail": "next_agent"}, {"desk": "answers"}, ["ann", "bob"]),
        ({"busy": "wait", "retry_s": 5}, {"desk": 486, "mobile": 603, "bob": 603}, ["ann", "ann/2", "bob"]),
        ({"busy": "wait", "retry_s": 5, "tries": 3}, {"desk": 486, "mobile": 404, "bob": 404},
         ["ann", "ann/2", "bob", "ann", "ann"]),
    ],
)  # fmt: skip
def test_what_follows_an_outcome_is_for_the_policy_to_say(
    tmp_path: Path, policy: dict[str, object], behaviour: dict[str, object], tried: list[str]
) -> None:
    assert hunted(tmp_path, two_phones(hunt=policy), behaviour) == tried


def test_one_who_rests_is_waited_for_in_the_queue(tmp_path: Path) -> None:
    """Everybody else has been tried: the caller hears the queue, and the busy one rings again in time."""

    async def story() -> Stage:
        config = settings(agents=agents("ann"), hunt={"busy": "wait", "retry_s": 20})
        async with Stage(tmp_path, config, on_dial=lambda far, dial: far.refuse(486)) as stage:
            await request(stage)
            await stage.until(State.WAITING)
            await stage.until(State.FAILED)
            stage.caller.hang_up()
        return stage

    (handoff,) = only(run(story())).handoffs
    first, second, third = (attempt.dialed_s for attempt in handoff.attempts)
    assert (second - first, third - second) == (pytest.approx(20, abs=1), pytest.approx(20, abs=1))


# -- at once


def both(**changes: object) -> Settings:
    return settings(agents=agents("ann", "bob", "eve"), hunt={"at_once": 2, **changes})


def far_of(stage: Stage, name: str) -> Far:
    return next(far for leg, far in stage.ua.fars.items() if far.leg.uri.startswith(f"sip:{name}@"))


def races(tmp_path: Path, first: str, second: str, gap_s: float) -> ConversationRecord:
    """Two pick up `gap_s` apart, in the same instant with 0: one is briefed, the other is told."""

    async def story() -> Stage:
        async with Stage(tmp_path, both(), on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            await stage.settle()
            loop, start = asyncio.get_running_loop(), asyncio.get_running_loop().time() + 0.1
            loop.call_at(start, far_of(stage, first).answer)
            loop.call_at(start + gap_s, far_of(stage, second).answer)
            await stage.until(State.BRIEFING)
            await stage.settle(0.2)
            up = [leg for leg, it in stage.ua.legs.items() if leg.startswith("agent") and it.answered]
            assert len(up) == 1, "exactly one winner"
            winner = "ann" if far_of(stage, "ann").leg.id == up[0] else "bob"
            assert {view.id: view.state for view in stage.directory.views()} == {
                "ann": "busy" if winner == "ann" else "available",
                "bob": "busy" if winner == "bob" else "available",
                "eve": "available",
            }
            assert stage.ua.heard_by(up[0]) == {"whisper"}
            stage.ua.far(up[0]).press("1")
            await stage.until(State.CONNECTED)
            assert stage.ua.heard_by("caller") == {up[0]}
            stage.caller.hang_up()
        return stage

    return only(run(story()))


def test_exactly_one_has_the_call_in_a_thousand_races(tmp_path: Path) -> None:
    """Both orders, and 500 distances from the same instant to 50 ms, in which the CANCEL crosses the 200."""
    winners = set()
    for (first, second), step in product((("ann", "bob"), ("bob", "ann")), range(500)):
        record = races(tmp_path, first, second, step / 10_000)
        (handoff,) = record.handoffs
        outcomes = {a.target: a.outcome for a in handoff.attempts}
        assert sorted(outcomes.values()) == ["answered", "completed_elsewhere"]
        winners.add(next(name for name, outcome in outcomes.items() if outcome == "answered"))
        assert handoff.outcome.result == "connected"
    assert winners == {"ann", "bob"}


def test_a_cancelled_telephone_is_told_that_the_call_is_elsewhere(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, both(), on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            await stage.settle()
            far_of(stage, "bob").answer()
            await stage.until(State.BRIEFING)
            stage.caller.hang_up()
        return stage

    stage = run(story())
    (cancel,) = [c for _, c in stage.ua.commands if isinstance(c, Hangup) and c.headers]
    assert cancel.headers == (("Reason", 'SIP;cause=200;text="Call completed elsewhere"'),)
    assert [b["why"] for b in stage.events.of("offer_over")] == ["completed_elsewhere"]
    assert stage.events.of("offer_answered")[0]["agent"] == "bob"


def test_one_refuses_and_the_other_rings_on(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, both(), on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            await stage.settle()
            far_of(stage, "ann").refuse(486)
            await stage.settle(2)
            assert stage.state is State.DIALING
            far_of(stage, "bob").answer()
            await stage.until(State.BRIEFING)
            stage.ua.far("agent-2").press("2")
            await stage.until(State.DIALING)
            assert far_of(stage, "eve").leg.live, "neither of the two is tried again"
            stage.caller.hang_up()
        return stage

    (handoff,) = only(run(story())).handoffs
    assert [(a.target, a.outcome) for a in handoff.attempts][:2] == [("ann", "busy"), ("bob", "declined")]
    assert [a.target for a in handoff.attempts] == ["ann", "bob", "eve"]


def test_whoever_lost_the_race_may_be_rung_again(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, settings(hunt={"at_once": 2}), on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            await stage.settle()
            far_of(stage, "bob").answer()
            await stage.until(State.BRIEFING)
            stage.ua.far("agent-2").press("2")
            await stage.until(State.DIALING)
            stage.caller.hang_up()
        return stage

    (handoff,) = only(run(story())).handoffs
    assert [a.target for a in handoff.attempts] == ["ann", "bob", "ann"]


@pytest.mark.parametrize("leaves", ["caller", "both time out"])
def test_no_telephone_rings_on_when_it_is_over(tmp_path: Path, leaves: str) -> None:
    async def story() -> Stage:
        config = settings(hunt={"at_once": 2}, handoff={"ring_timeout_s": 10})
        async with Stage(tmp_path, config, on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            await stage.settle(1)
            if leaves == "caller":
                stage.caller.hang_up()
                await stage.settle(1)
            else:
                await stage.until(State.FAILED)
                stage.caller.hang_up()
            assert not [leg for leg in stage.ua.legs.values() if leg.id.startswith("agent") and leg.live]
            assert {view.state for view in stage.directory.views()} == {"available"}
        return stage

    (handoff,) = only(run(story())).handoffs
    if leaves != "caller":
        assert [a.outcome for a in handoff.attempts] == ["no_answer", "no_answer"]


def test_with_a_bot_on_a_leg_of_its_own_there_is_room_for_two_telephones(tmp_path: Path) -> None:
    """Caller, bot, two agents: the four legs that a worker has."""

    async def story() -> Stage:
        config = settings(agents=agents("ann", "bob"), hunt={"at_once": 2}, bot={"uri": "sip:bot@127.0.0.7"})

        def dialled(far: Far, dial: Dial) -> None:
            far.answer() if dial.leg.startswith("bot") else far.ring()

        async with Stage(tmp_path, config, on_dial=dialled) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            await stage.settle(1)
            assert len([leg for leg in stage.ua.legs.values() if leg.live]) == 4
            stage.caller.hang_up()
        return stage

    assert len(only(run(story())).handoffs[0].attempts) == 2

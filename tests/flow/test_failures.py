"""Every way a handoff can go wrong, on the twin: where the caller ends up, and what the record says."""

from pathlib import Path

import pytest

from bridge.model.handoff import State
from bridge.model.routing import Need
from sip.commands import Dial
from tests.flow.stage import Stage, agents, settings
from tests.flow.stories import REQUEST, answers, connected, only, request, rings
from tests.virtual_time import run


def test_no_answer_goes_to_the_next_within_the_ring_time(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(handoff={"ring_timeout_s": 10})
        async with Stage(tmp_path, config, on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.FAILED)
            stage.caller.hang_up()
        return stage

    (handoff,) = only(run(story())).handoffs
    assert [a.outcome for a in handoff.attempts] == ["no_answer", "no_answer"]
    assert handoff.attempts[1].dialed_s - handoff.attempts[0].dialed_s == pytest.approx(10, abs=0.5)


def test_voicemail_answers_and_nobody_is_joined(tmp_path: Path) -> None:
    """200 OK, and no key: the caller stays on comfort, and the next agent is tried."""

    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await request(stage)
            await stage.until(State.OFFERED)
            await stage.until(State.DIALING)
            assert "caller" not in stage.ua.heard_by("agent-1")
            assert stage.ua.legs["agent-1"].phase == "ended"
            stage.caller.hang_up()
        return stage

    (handoff,) = only(run(story())).handoffs
    assert handoff.attempts[0].outcome == "no_accept"


@pytest.mark.parametrize("when", [State.BRIEFING, State.OFFERED])
def test_agent_hangs_up_before_accepting(tmp_path: Path, when: State) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await request(stage)
            await stage.until(when)
            stage.agent.hang_up()
            await stage.until(State.DIALING)
            stage.caller.hang_up()
        return stage

    (handoff,) = only(run(story())).handoffs
    assert handoff.attempts[0].outcome == "gone"
    assert [a.target for a in handoff.attempts] == ["ann", "bob"]


def test_phone_dies_while_connected_and_the_next_agent_comes(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.agent.vanish()
            await stage.until(State.DIALING)
            assert stage.ua.legs["caller"].phase == "answered"
            await stage.until(State.BRIEFING)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            stage.caller.hang_up()
        return stage

    (handoff,) = only(run(story())).handoffs
    assert [a.outcome for a in handoff.attempts] == ["answered", "answered"] or handoff.attempts[
        0
    ].outcome == "lost"
    assert handoff.outcome.result == "connected"


def test_all_busy_waits_in_the_queue_and_gives_up_in_time(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(agents=agents("ann"), handoff={"waiting_timeout_s": 20})
        async with Stage(tmp_path, config, on_dial=rings) as stage:
            stage.conversation.call.desk.directory.choose(Need(reason="x"))  # ann is taken
            await request(stage)
            await stage.until(State.WAITING)
            assert stage.ua.heard_by("caller")
            await stage.until(State.FAILED)
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs[0].outcome.phase == "waiting"


def test_a_freed_agent_ends_the_wait(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, settings(agents=agents("ann")), on_dial=rings) as stage:
            directory = stage.conversation.call.desk.directory
            taken = directory.choose(Need(reason="x")).lease
            assert taken
            await request(stage)
            await stage.until(State.WAITING)
            directory.release(taken)
            await stage.until(State.DIALING)
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs[0].attempts[0].target == "ann"


def test_headset_that_accepts_by_itself(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(agents=agents("ann", auto_accept=True, headset=True))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            await request(stage)
            await stage.until(State.CONNECTED)
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs[0].whisper_heard == "whole"


def test_keys_more_and_repeat(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await request(stage)
            await stage.until(State.OFFERED)
            stage.agent.press("3")
            await stage.until(State.BRIEFING)
            assert stage.ua.playing["whisper"].tag == "more"
            stage.agent.press("5")
            await stage.settle()
            assert stage.ua.playing["whisper"].tag == "headline"
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            assert "whisper" not in stage.ua.playing
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs[0].outcome.result == "connected"


def test_held_agent_leaves_the_caller_with_comfort(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.agent.hold(True)
            await stage.settle()
            assert stage.ua.heard_by("caller") == {"comfort"}
            stage.agent.hold(False)
            await stage.settle()
            assert stage.ua.heard_by("caller") == {"agent-1"}
            stage.caller.hang_up()
        return stage

    only(run(story()))


def test_words_of_the_caller_on_hold_reach_the_brief(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            await stage.settle(4)
            stage.says("it is about the charge on my May invoice")
            await stage.settle(0.5)
            assert stage.conversation.brief
            assert "May invoice" in stage.conversation.brief.headline
            stage.caller.hang_up()
        return stage

    record = only(run(story()))
    assert [u.during for u in record.transcript if "May invoice" in u.text] == ["hold"]


def test_one_handoff_however_often_it_is_asked_for(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=rings) as stage:
            await request(stage)
            for _ in range(4):
                stage.says(REQUEST)
                stage.caller.press("0")
                await stage.settle(2)
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert len(only(stage).handoffs) == 1
    assert sum(isinstance(command, Dial) for _, command in stage.ua.commands) == 1


def test_worker_dies(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.ua.die()
        return stage

    record = run(story()).store.records[0]
    assert record.ended == "worker_lost"
    assert record.handoffs[0].outcome.result == "interrupted"
    assert record.handoffs[0].outcome.phase == "connected"


def test_stray_answer_is_hung_up_elsewhere(tmp_path: Path) -> None:
    """The first agent answers in the moment the second is being dialled."""

    async def story() -> Stage:
        config = settings(handoff={"ring_timeout_s": 5})
        async with Stage(tmp_path, config, on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            first = stage.ua.far("agent-1")
            first.leg.stop_timers()
            await stage.settle(11)
            assert "agent-2" in stage.ua.legs
            stage.ua.answered(first.leg)
            await stage.settle()
            assert stage.state is State.DIALING
            assert first.leg.phase == "ended"
            stage.caller.hang_up()
        return stage

    only(run(story()))


def test_a_worker_that_dies_in_the_wrap_up_takes_nothing_back(tmp_path: Path) -> None:
    """The people have talked; the wrap-up goes on and the outcome stands."""

    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.agent.hang_up()
            await stage.until(State.WRAP_UP)
            stage.ua.die()
            await stage.until(State.COMPLETED)
        return stage

    record = only(run(story()))
    assert record.handoffs[0].outcome.result == "connected"
    assert record.ended == "completed"

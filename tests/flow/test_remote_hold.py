"""A telephone system that holds us: its music is nobody's words, and nobody is lost or left in silence."""

from pathlib import Path

from bridge.app.messages import Ordered
from bridge.model.handoff import Event, State
from sip.commands import Play
from tests.flow.stage import Stage
from tests.flow.stories import REQUEST, answers, connected, only
from tests.virtual_time import run


def bot_clips(stage: Stage) -> int:
    return sum(isinstance(c, Play) and c.player == "voice" for _, c in stage.ua.commands)


def test_a_caller_who_holds_is_replaced_by_comfort_in_the_agents_ear(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.caller.hold(True)
            await stage.settle(3)
            assert stage.ua.heard_by("agent-1") == {"comfort"}
            stage.says("dum di dum", "caller")
            await stage.settle(30)
            assert stage.state is State.CONNECTED, "a caller who holds is not lost"
            stage.caller.hold(False)
            await stage.settle()
            assert stage.ua.heard_by("agent-1") == {"caller"}
            assert stage.ua.heard_by("caller") == {"agent-1"}
            await stage.settle(2)
            stage.says("here I am again", "caller")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    said = {u.text: u.during for u in only(run(story())).transcript}
    assert said["dum di dum"] == "remote_hold"
    assert said["here I am again"] == "dialogue"


def test_music_of_a_held_caller_asks_for_nobody(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(5)
            stage.caller.hold(True)
            await stage.settle(3)
            for _ in range(4):
                stage.says(REQUEST, partial=True)
                await stage.settle(0.1)
            stage.says(REQUEST)
            await stage.settle()
            assert stage.state is None
            stage.caller.hold(False)
            await stage.settle(3)
            stage.says(REQUEST)
            await stage.until(State.BRIEFING)
            stage.caller.hang_up()
        return stage

    assert len(only(run(story())).handoffs) == 1


def test_a_request_made_just_before_the_hold_is_obeyed(tmp_path: Path) -> None:
    """Its final comes when the hold has begun; it was said before."""

    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(5)
            stage.caller.hold(True)
            stage.says(REQUEST)
            await stage.until(State.BRIEFING)
            stage.caller.hang_up()
        return stage

    assert [u.during for u in only(run(story())).transcript if u.text == REQUEST] == ["dialogue"]


def test_the_bot_waits_for_a_caller_who_holds(tmp_path: Path) -> None:
    """No re-prompts to nobody, hence no repeated failure; then it asks again."""

    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(5)
            stage.caller.hold(True)
            await stage.settle()
            before = bot_clips(stage)
            await stage.settle(120)
            assert bot_clips(stage) == before
            assert stage.state is None
            stage.caller.hold(False)
            await stage.settle(5)
            assert bot_clips(stage) > before
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs == ()


def test_a_bot_that_gets_a_holding_caller_back_waits(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.caller.hold(True)
            await stage.settle()
            before = bot_clips(stage)
            stage.conversation.handoffs.order(Ordered(Event.HAND_BACK))
            await stage.settle(20)
            assert bot_clips(stage) == before
            stage.caller.hold(False)
            await stage.settle(3)
            assert bot_clips(stage) > before
            stage.caller.hang_up()
        return stage

    only(run(story()))


def test_music_of_an_agent_who_holds_is_marked(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.agent.hold(True)
            await stage.settle(3)
            stage.says("la la la", "agent-1")
            await stage.settle()
            assert stage.ua.heard_by("caller") == {"comfort"}
            stage.says("are you still there", "caller")
            stage.agent.hold(False)
            await stage.settle()
            stage.caller.hang_up()
        return stage

    said = {u.text: u.during for u in only(run(story())).transcript}
    assert (said["la la la"], said["are you still there"]) == ("remote_hold", "dialogue")

"""What is told of a person's part, when it is over."""

from pathlib import Path

from bridge.app.messages import Drafted
from bridge.model.handoff import State
from tests.flow.stage import Stage
from tests.flow.test_console import REQUEST, answers, connected
from tests.virtual_time import run


def test_a_person_who_asks_for_what_the_brief_has(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            await stage.settle(5)
            stage.says("so what seems to be the problem", leg="agent-1")
            await stage.settle(5)
            stage.says("I was charged twice")
            await stage.settle(1)
            stage.agent.hang_up()
            await stage.until(State.WRAP_UP)
            stage.control(Drafted("resolved", None, "partly", finished=True), agent="ann")
        return stage

    [told] = run(story()).events.of("human_part")
    assert told["asked_again"] == ("problem",)
    assert (told["result"], told["resolved"]) == ("connected", True)
    assert {"kind": "brief_wrong", "what": "partly"} in told["lacked"]
    assert "charged" not in repr(told)


def test_nobody_had_the_caller(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=lambda far, dial: far.ring()) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.DIALING)
            stage.caller.hang_up()
        return stage

    assert run(story()).events.of("human_part") == []

"""The caller whose agent has hung up is asked how satisfied he is."""

from pathlib import Path

import pytest

from bridge.model.handoff import State
from bridge.model.record import ConversationRecord
from tests.flow.stage import Stage, settings
from tests.flow.test_console import answers, connected
from tests.virtual_time import run

ASKS = settings(handoff={"after_agent_hangup": "survey"})


async def asked(stage: Stage) -> None:
    await connected(stage)
    stage.agent.hang_up()
    await stage.until(State.WRAP_UP)
    await stage.settle(1)
    assert stage.ua.legs["caller"].phase == "answered"


def only(stage: Stage) -> ConversationRecord:
    [record] = stage.store.records
    return record


@pytest.mark.parametrize("by", ["key", "word"])
def test_the_answer_is_in_the_record_and_the_caller_is_released(tmp_path: Path, by: str) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, ASKS, on_dial=answers) as stage:
            await asked(stage)
            if by == "key":
                stage.caller.press("9")  # no score
                stage.caller.press("4")
                stage.caller.press("1")  # the first counts
            else:
                stage.says("um four")
            await stage.settle(20)
            assert stage.ua.legs["caller"].phase == "ended"
        return stage

    stage = run(story())
    record = only(stage)
    assert (record.csat, record.ended) == (4, "completed")
    assert record.handoffs[0].outcome.result == "connected"
    assert stage.worst_silence <= 0.5
    assert stage.whisper_leaks == 0


def test_who_does_not_answer_is_released_in_time(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, ASKS, on_dial=answers) as stage:
            await asked(stage)
            stage.says("well that was that then and so it is")
            await stage.settle(ASKS.handoff.survey_timeout_s)
            assert stage.ua.legs["caller"].phase == "ended"
        return stage

    stage = run(story())
    assert only(stage).csat is None
    assert len(only(stage).handoffs) == 1, "nobody is fetched for what is said to the question"
    assert stage.worst_silence <= 0.5


def test_who_hangs_up_is_not_missed(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, ASKS, on_dial=answers) as stage:
            await asked(stage)
            stage.caller.hang_up()
        return stage

    assert only(run(story())).csat is None


def test_a_caller_who_left_first_is_asked_nothing(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, ASKS, on_dial=answers) as stage:
            await connected(stage)
            stage.caller.hang_up()
            await stage.until(State.WRAP_UP)
            await stage.settle(1)
            assert stage.ua.legs["agent-1"].phase == "ended"
        return stage

    assert only(run(story())).csat is None


def test_the_agent_who_is_done_first_ends_nothing(tmp_path: Path) -> None:
    """The wrap-up is over while the question plays; the caller may still answer."""

    async def story() -> Stage:
        config = settings(handoff={"after_agent_hangup": "survey", "wrap_up_timeout_s": 0.5})
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            await connected(stage)
            stage.agent.hang_up()
            await stage.until(State.COMPLETED)
            await stage.settle(1)
            stage.caller.press("5")
        return stage

    assert only(run(story())).csat == 5


def test_without_it_the_caller_is_released(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.agent.hang_up()
            await stage.until(State.WRAP_UP)
            await stage.settle(1)
            assert stage.ua.legs["caller"].phase == "ended"
        return stage

    run(story())

"""Hints in the ear: to the agent alone, in pauses, to declared headsets; hushed when anybody speaks."""

import asyncio
from pathlib import Path

from asr.types import SpeechEnded, SpeechStarted, StreamEvent
from bridge.app.messages import Drafted
from bridge.config import Settings
from bridge.model.handoff import State
from sip.commands import Play, Stop
from tests.flow.stage import Stage, agents, settings
from tests.flow.test_assist import answers, connected
from tests.virtual_time import run

ASKS = "can i pay with my credit card"


def config(**assist: object) -> Settings:
    return settings(agents=agents("ann", headset=True), assist={"in_ear": True, **assist})


def voice(stage: Stage, leg: str, speaking: bool) -> None:
    now = asyncio.get_running_loop().time()
    position = int((now - stage.conversation.call.started) * stage.config.sip.clock_rate)
    event = SpeechStarted(position=position) if speaking else SpeechEnded(position=position)
    stage.conversation.call.inbox.put_nowait(StreamEvent(stream=f"c1/{leg}", epoch=1, at=now, event=event))


def hints(stage: Stage) -> list[Play]:
    return [
        command for _, command in stage.ua.commands if isinstance(command, Play) and command.player == "hint"
    ]


def hushed(stage: Stage) -> int:
    return sum(isinstance(command, Stop) and command.player == "hint" for _, command in stage.ua.commands)


def test_spoken_in_a_pause_to_the_agent_alone(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, config(), on_dial=answers) as stage:
            await connected(stage)
            voice(stage, "caller", True)
            stage.says(ASKS)
            await stage.settle(2)
            assert hints(stage) == []  # he still speaks
            voice(stage, "caller", False)
            await stage.settle(0.5)
            assert hints(stage) == []
            await stage.settle(0.6)
            assert len(hints(stage)) == 1
            assert ("hint", "agent-1") in stage.ua.edges
            assert not any(edge[0] == "hint" and edge[1] != "agent-1" for edge in stage.ua.edges)
            voice(stage, "agent-1", True)
            await stage.settle()
            assert hushed(stage) == 1
            stage.says("oh yes", "agent-1")
            voice(stage, "agent-1", False)
            await stage.settle(30)
            assert len(hints(stage)) == 1  # never a second time
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert stage.whisper_leaks == 0
    assert [body["hint"] for body in stage.events.of("hint_spoken")] == ["card_payment/no_card_aloud"]


def test_words_of_the_agent_beside_a_hint_are_marked(tmp_path: Path) -> None:
    async def story() -> None:
        async with Stage(tmp_path, config(), on_dial=answers) as stage:
            await connected(stage)
            stage.says(ASKS)
            await stage.settle(2)
            assert len(hints(stage)) == 1
            during, now_s = stage.conversation.controls.during, stage.conversation.call.now_s()
            assert during("agent-1", now_s - 0.5) == "hint"
            assert during("caller", now_s - 0.5) == "dialogue"
            await stage.settle(10)
            assert during("agent-1", now_s + 9.5) == "dialogue"
            stage.caller.hang_up()

    run(story())


def test_nobody_without_a_headset_and_nobody_unasked(tmp_path: Path) -> None:
    async def story(config: Settings) -> None:
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            await connected(stage)
            stage.says(ASKS)
            await stage.settle(5)
            assert stage.events.of("hint")
            assert hints(stage) == []
            stage.caller.hang_up()

    run(story(settings(agents=agents("ann"), assist={"in_ear": True})))
    run(story(settings(agents=agents("ann", headset=True))))


def test_a_hint_that_finds_no_pause_is_not_spoken_late(tmp_path: Path) -> None:
    async def story() -> None:
        async with Stage(tmp_path, config(), on_dial=answers) as stage:
            await connected(stage)
            voice(stage, "caller", True)
            stage.says(ASKS)
            await stage.settle(11)
            voice(stage, "caller", False)
            await stage.settle(5)
            assert hints(stage) == []
            stage.caller.hang_up()

    run(story())


def test_the_bot_is_told_what_the_human_did(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.says("i can see that you were charged twice", "agent-1")
            await stage.settle()
            stage.press("hand_back", agent="ann")
            await stage.until(State.RETURNED)
            await stage.settle()
            assert len(stage.events.of("handed_back")) == 1
            stage.control(Drafted("follow_up", "refund sent, card 4111 1111 1111 1111", finished=True))
            await stage.until(State.HANDED_BACK)
            await stage.settle()
            stage.caller.hang_up()
        return stage

    first, last = run(story()).events.of("handed_back")
    assert first["done"] == ["Say that you know what it is about"]
    assert len(first["said"]) == 1
    assert first["told"] is None
    assert last["disposition"] == "follow_up"
    assert last["told"].startswith("refund sent")
    assert "4111" not in last["told"]

"""The connected agent is helped: hints as both speak, ticked and dismissed, kept in the record."""

import asyncio
from pathlib import Path

from bridge.app.messages import Hinted
from bridge.model.handoff import State
from bridge.model.knowledge import Passage, Snippet
from sip.commands import Dial
from sip.memory import Far
from tests.flow.stage import Stage, settings
from tests.virtual_time import run

REQUEST = "I was charged twice and I want to talk to a real person"


def answers(far: Far, dial: Dial) -> None:
    far.ring()
    far.ua._loop.call_later(2.0, far.answer)


class Handbook:
    """Finds the same passage, late."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self.asked: list[str] = []

    async def search(self, question: str, *, limit: int = 3) -> tuple[Snippet, ...]:
        self.asked.append(question)
        await asyncio.sleep(self._wait_s)
        passage = Passage(
            document="a.md", path=("Bank", "Refunds"), text="In five days.", link="a.md#refunds"
        )
        return (Snippet(passage=passage, score=0.7),)


async def connected(stage: Stage) -> None:
    await stage.settle(6)
    stage.says(REQUEST)
    await stage.until(State.OFFERED)
    stage.press("talk", agent="ann")
    await stage.until(State.CONNECTED)
    await stage.settle()


def shown(stage: Stage) -> list[str]:
    live = stage.conversation.handoffs.live
    view = stage.conversation.controls.assisting.view(live.id if live else "")
    return [hint["id"] for hint in view["hints"]] if view else []


def test_hints_come_are_ticked_dismissed_and_recorded(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.OFFERED)
            assert shown(stage) == []
            stage.press("talk", agent="ann")
            await stage.until(State.CONNECTED)
            await stage.settle()
            assert "bot_failed/no_restart" in shown(stage)
            stage.says("i'm so sorry i can see that you were charged twice", "agent-1")
            await stage.settle()
            assert "every_call/take_over" not in shown(stage)
            stage.says("can i pay with my credit card")
            await stage.settle()
            assert shown(stage)[0] == "card_payment/no_card_aloud"
            told = [
                stage.control(Hinted("card_payment/no_card_aloud", "dismissed"), agent="ann"),
                stage.control(Hinted("bot_failed/no_restart", "ticked"), agent="bob"),
                stage.control(Hinted("nothing", "ticked"), agent="ann"),
            ]
            await stage.settle()
            assert [one[0].code for one in told] == ["accepted", "not_yours", "conflict"]
            stage.caller.hang_up()
        return stage

    stage = run(story())
    [record] = stage.store.records
    closed = {hint.id: hint.closed for hint in record.hints}
    assert closed["every_call/take_over"] == "done"
    assert closed["card_payment/no_card_aloud"] == "dismissed"
    assert closed["bot_failed/no_restart"] == ""
    lags = [body["lag_s"] for body in stage.events.of("hint") if body["lag_s"] is not None]
    assert lags
    assert max(lags) < 0.1  # words are given the moment they end
    assert {body["how"] for body in stage.events.of("hint_over")} >= {"done", "dismissed"}
    assert "charged" not in str(stage.events.of("hint"))


def test_passages_come_when_they_are_found_and_hold_nothing_up(tmp_path: Path) -> None:
    handbook = Handbook(wait_s=0.4)

    async def story() -> None:
        async with Stage(tmp_path, on_dial=answers, knowledge=handbook) as stage:
            await connected(stage)
            stage.says("how long does it take until i have my money")
            await stage.settle()
            stage.says("and what about the second time that it happened")
            stage.says("are you still there or not")
            await stage.settle()
            assert not any(id.startswith("knowledge/") for id in shown(stage))
            await stage.settle(2)
            assert "knowledge/a.md#refunds" in shown(stage)
            stage.caller.hang_up()

    run(story())
    assert handbook.asked == ["how long does it take until i have my money", "are you still there or not"]


def test_dead_air_is_noticed_but_not_while_the_caller_is_held(tmp_path: Path) -> None:
    async def story() -> None:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.says("what is that on my bill please", "caller")
            stage.press("hold", agent="ann")
            await stage.settle(20)
            assert "dead_air" not in shown(stage)
            stage.press("resume", agent="ann")
            await stage.settle(14)
            assert "dead_air" in shown(stage)
            stage.says("it is the monthly charge", "agent-1")
            await stage.settle()
            assert "dead_air" not in shown(stage)
            stage.caller.hang_up()

    run(story())


def test_switched_off_nothing_is_shown(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, settings(assist={"on": False}), on_dial=answers) as stage:
            await connected(stage)
            stage.says("can i pay with my credit card")
            await stage.settle(20)
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert stage.events.of("hint") == []
    assert stage.store.records[0].hints == ()

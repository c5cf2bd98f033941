"""The brief in a live call: renewed by each final, worded by a model only while nobody waits for it."""

import asyncio
import json
from pathlib import Path
from typing import Any

from bridge.model.handoff import State
from tests.flow.stage import Stage
from tests.flow.stories import answers, only, request, rings
from tests.virtual_time import run


class SlowModel:
    """Answers after `seconds` of virtual time; counts how often it was asked."""

    def __init__(self, seconds: float, answer: dict[str, Any] | None) -> None:
        self._seconds, self._answer = seconds, answer
        self.given: list[dict[str, Any]] = []

    async def json(self, instruction: str, text: str) -> dict[str, Any] | None:
        self.given.append(json.loads(text))
        await asyncio.sleep(self._seconds)
        return self._answer


def test_each_final_makes_a_new_version(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            first = stage.conversation.brief
            stage.says("it is about the charge on my May invoice")
            await stage.settle(0.5)
            second = stage.conversation.brief
            assert first
            assert second
            assert second.version > first.version
            assert second.why
            assert "May invoice" in second.why.text
            assert second.why.utterances
            stage.caller.hang_up()
        return stage

    record = only(run(story()))
    assert record.brief
    assert record.brief.why
    spoken = {u.id for u in record.transcript}
    assert set(record.brief.why.utterances) <= spoken


def test_a_model_words_it_while_the_telephone_rings(tmp_path: Path) -> None:
    model = SlowModel(0.5, {"why": "charge on the May invoice", "next": "tell the agent that i am verified"})

    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=rings, llm=model) as stage:
            await request(stage)
            await stage.until(State.DIALING)
            stage.says("it is about the charge on my May invoice and my card is 4111 1111 1111 1111")
            await stage.settle(1)
            brief = stage.conversation.brief
            assert brief
            assert brief.why
            assert brief.why.text == "charge on the May invoice"
            assert brief.why.source == "refined"
            assert brief.next
            assert "verified" not in brief.next.text
            stage.caller.hang_up()
        return stage

    only(run(story()))
    assert "4111" not in json.dumps(model.given)


def test_a_slow_model_delays_nothing(tmp_path: Path) -> None:
    def started(model: SlowModel | None) -> float:
        async def story() -> Stage:
            async with Stage(tmp_path, on_dial=answers, llm=model) as stage:
                await request(stage)
                await stage.until(State.BRIEFING)
                await stage.settle(4)
                assert stage.conversation.brief
                assert (
                    stage.conversation.brief.why is None or stage.conversation.brief.why.source != "refined"
                )
                stage.caller.hang_up()
            return stage

        (handoff,) = only(run(story())).handoffs
        return handoff.marks_s["whisper_started"] - handoff.marks_s["agent_answered"]

    slow = SlowModel(2.0, {"why": "a person"})
    assert started(slow) <= started(None) + 0.001
    assert slow.given

"""A caller whom the agent has left, and who wants a person again: nothing else goes before that."""

from pathlib import Path

import pytest

from bridge.app.messages import Drafted, Ordered
from bridge.model.handoff import Event, State
from bridge.model.record import ConversationRecord
from tests.flow.stage import Stage, settings
from tests.flow.test_console import answers, connected
from tests.virtual_time import run

WISH = "no I want to talk to a person please"


def record_of(stage: Stage) -> ConversationRecord:
    (record,) = stage.store.records
    assert stage.worst_silence <= 2
    assert not stage.whisper_leaks
    return record


async def handed_back(stage: Stage) -> None:
    await connected(stage)
    stage.conversation.call.inbox.put_nowait(Ordered(Event.HAND_BACK))
    await stage.until(State.RETURNED)
    await stage.settle(1)


async def ends(stage: Stage) -> None:
    await stage.until(State.BRIEFING)
    stage.agent.press("1")
    await stage.until(State.CONNECTED)
    await stage.settle(1)
    stage.caller.hang_up()


@pytest.mark.parametrize("how", ["words", "key"])
def test_while_the_agent_who_gave_him_back_still_writes_his_note(tmp_path: Path, how: str) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await handed_back(stage)
            stage.control(Drafted("resolved", "sent him back", "right", finished=False))
            await stage.settle(1)
            if how == "words":
                stage.says(WISH)
                await stage.settle(0.5)
            else:
                stage.caller.press("0")
                await stage.settle(2)
            assert stage.state in (State.DIALING, State.BRIEFING), "at once, whatever the note"
            await ends(stage)
        return stage

    record = record_of(run(story()))
    first, second = record.handoffs
    assert (first.outcome.result, first.note, first.disposition) == (
        "returned_to_bot",
        "sent him back",
        "resolved",
    )
    assert second.outcome.result == "connected"
    assert second.escalation.reason in ("explicit_request", "dtmf")


def test_what_he_was_given_back_with_only_makes_the_bot_ask(tmp_path: Path) -> None:
    """The note outstanding or not, the same reason fetches nobody twice unasked."""

    rules = [{"name": "leaving", "cues": ["cancellation"]}]

    async def story() -> Stage:
        async with Stage(tmp_path, settings(policy={"rules": rules}), on_dial=answers) as stage:
            await stage.settle(6)
            stage.says("i want to cancel my contract")
            await stage.until(State.BRIEFING)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            stage.conversation.call.inbox.put_nowait(Ordered(Event.HAND_BACK))
            await stage.until(State.RETURNED)
            await stage.settle(6)
            stage.says("but i want to cancel my contract")
            await stage.settle(4)
            assert stage.state is State.RETURNED
            stage.says("yes")
            await stage.until(State.DIALING, 3)
            stage.caller.hang_up()
        return stage

    record = record_of(run(story()))
    assert [h.escalation.reason for h in record.handoffs] == ["cancellation", "explicit_request"]


def test_the_bot_hears_the_caller_again_the_moment_he_is_back(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await handed_back(stage)
            await stage.settle(6)
            before = len([u for u in stage.conversation.call.transcript.utterances if u.speaker == "bot"])
            stage.says("it is about my invoice")
            await stage.settle(3)
            assert stage.state is State.RETURNED, "the note may take its time"
            after = len([u for u in stage.conversation.call.transcript.utterances if u.speaker == "bot"])
            assert after > before, "it answers"
            stage.caller.hang_up()
        return stage

    record_of(run(story()))


@pytest.mark.parametrize("how", ["words", "key"])
def test_while_he_is_asked_how_satisfied_he_is(tmp_path: Path, how: str) -> None:
    asks = settings(handoff={"after_agent_hangup": "survey"})

    async def story() -> Stage:
        async with Stage(tmp_path, asks, on_dial=answers) as stage:
            await connected(stage)
            stage.agent.hang_up()
            await stage.until(State.WRAP_UP)
            await stage.settle(1)
            if how == "words":
                stage.says(WISH)
                await stage.settle(0.5)
            else:
                stage.caller.press("0")
                await stage.settle(2)
            assert stage.state in (State.DIALING, State.BRIEFING)
            await stage.settle(asks.handoff.survey_timeout_s)
            assert stage.ua.legs["caller"].phase == "answered", "the survey does not hang up on him"
            await ends(stage)
        return stage

    record = record_of(run(story()))
    assert [handoff.outcome.result for handoff in record.handoffs] == ["connected", "connected"]
    assert record.csat is None


def test_other_signs_wait_for_the_end_of_the_survey(tmp_path: Path) -> None:
    asks = settings(handoff={"after_agent_hangup": "survey"})

    async def story() -> Stage:
        async with Stage(tmp_path, asks, on_dial=answers) as stage:
            await connected(stage)
            stage.agent.hang_up()
            await stage.until(State.WRAP_UP)
            await stage.settle(1)
            stage.says("that was not what I called about")
            await stage.settle(1)
            stage.caller.press("4")
            await stage.settle(20)
            assert stage.ua.legs["caller"].phase == "ended"
        return stage

    record = record_of(run(story()))
    assert len(record.handoffs) == 1
    assert record.csat == 4

"""The agent's and the supervisor's console, on the twin: buttons, transfer, wrap-up, who hears a coach."""

import asyncio
from pathlib import Path

import pytest

from bridge.adapters.memory import MemoryPop
from bridge.app.messages import Drafted, PassedOn, Supervised
from bridge.model.brief import Brief
from bridge.model.handoff import State
from bridge.model.transfer import Target
from bridge.ports import Answer
from sip.commands import Dial
from sip.memory import Far
from tests.flow.stage import Stage, agents, settings
from tests.virtual_time import run

REQUEST = "I was charged twice and I want to talk to a real person"
SAM = "sip:sam@127.0.0.7"


def answers(far: Far, dial: Dial) -> None:
    far.ring()
    far.ua._loop.call_later(2.0, far.answer)


async def connected(stage: Stage) -> None:
    await stage.settle(6)
    stage.says(REQUEST)
    await stage.until(State.OFFERED)
    stage.press("talk", agent="ann")
    await stage.until(State.CONNECTED)
    await stage.settle()


def codes(found: list[Answer]) -> list[str]:
    return [answer.code for answer in found]


def test_the_caller_hears_comfort_while_held_and_nothing_is_lost(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.press("hold", agent="ann")
            await stage.settle(1)
            assert stage.ua.heard_by("caller") == {"comfort"}
            assert "caller" not in stage.ua.heard_by("agent-1")
            stage.says("what a wait")
            await stage.settle()
            stage.press("resume", agent="ann")
            await stage.settle()
            assert stage.ua.heard_by("caller") == {"agent-1"}
            await stage.settle(3)
            stage.says("there you are")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    stage = run(story())
    [(held_from, held_to)] = stage.store.records[0].holds_s
    assert 1 <= held_to - held_from < 3
    said = {u.text: u.during for u in stage.store.records[0].transcript}
    assert said["what a wait"] == "hold"
    assert said["there you are"] == "dialogue"
    assert stage.worst_silence <= 0.3


def test_a_muted_agent_hears_and_is_not_heard_and_the_next_one_is(tmp_path: Path) -> None:
    async def story() -> None:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.press("mute", agent="ann")
            await stage.settle()
            assert "agent-1" not in stage.ua.heard_by("caller")
            assert "caller" in stage.ua.heard_by("agent-1")
            stage.control(PassedOn("bob"), agent="ann")
            await stage.until(State.OFFERED)
            stage.press("talk", agent="bob")
            await stage.until(State.CONNECTED)
            await stage.settle()
            assert stage.ua.heard_by("caller") == {"agent-2"}
            stage.caller.hang_up()

    run(story())


def test_transfer_takes_brief_and_note_along(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            note = "needs a refund above my limit, my number is 4111 1111 1111 1111"
            taken = stage.control(PassedOn("bob", note), agent="ann")
            await stage.settle(0.1)
            assert codes(taken) == ["accepted"]
            assert stage.ua.heard_by("caller") & {"comfort", "announce"}
            assert stage.ua.legs["agent-1"].phase == "ended"
            assert codes(stage.press("end", agent="ann")) == []
            await stage.until(State.BRIEFING)
            shown = stage.pop.shown[-1]
            assert shown[1].id == "bob"
            assert shown[2].next
            assert "refund above my limit" in shown[2].next.text
            assert "4111" not in shown[2].next.text
            assert shown[2].why == stage.pop.shown[0][2].why
            assert any(
                "refund above my limit" in text for voice, text in stage.tts.said if voice == "whisper"
            )
            late = stage.press("talk", agent="ann")
            await stage.settle()
            assert codes(late) == ["not_yours"]
            stage.press("talk", agent="bob")
            await stage.until(State.CONNECTED)
            stage.caller.hang_up()
        return stage

    stage = run(story())
    (handoff,) = stage.store.records[0].handoffs
    assert [a.target for a in handoff.attempts] == ["ann", "bob"]
    assert handoff.outcome.result == "connected"
    assert stage.worst_silence <= 0.3
    assert stage.whisper_leaks == 0


def test_transfer_to_one_who_declined_before(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.OFFERED)
            stage.press("decline", agent="ann")
            await stage.until(State.DIALING)
            await stage.until(State.OFFERED)
            stage.press("talk", agent="bob")
            await stage.until(State.CONNECTED)
            stage.control(PassedOn("ann"), agent="bob")
            await stage.until(State.OFFERED)
            stage.caller.hang_up()
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    assert [a.target for a in handoff.attempts] == ["ann", "bob", "ann"]


def test_wrap_up_is_kept_as_typed(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.press("end", agent="ann")
            await stage.until(State.WRAP_UP)
            await stage.settle(25)
            stage.control(Drafted("resolved", "refund sent, card 4111 1111 1111 1111", "partly"), agent="ann")
            await stage.settle(8)
            assert stage.state is State.WRAP_UP  # the timer of 30 s waits for who is typing
            stage.control(Drafted("resolved", "refund sent, and", None), agent="ann")
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    assert (handoff.disposition, handoff.note, handoff.brief_right) == (
        "resolved",
        "refund sent, and",
        "partly",
    )


def test_back_to_the_bot_and_a_wrap_up_meanwhile(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.press("hand_back", agent="ann")
            await stage.until(State.RETURNED)
            await stage.settle()
            assert stage.ua.heard_by("caller") == {"voice"}
            done = stage.control(Drafted("follow_up", "card 4111 1111 1111 1111", "right", finished=True))
            await stage.until(State.HANDED_BACK)
            assert codes(done) == ["accepted"]
            stage.caller.hang_up()
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    assert handoff.outcome.result == "returned_to_bot"
    assert handoff.note
    assert "4111" not in handoff.note


def test_who_declines_before_the_telephone_was_called_is_not_called_again(tmp_path: Path) -> None:
    """The page has the brief while the INVITE still waits for its word."""

    class SlowPage(MemoryPop):
        async def show(self, conversation: str, target: Target, brief: Brief) -> bool:
            await asyncio.sleep(0.1)
            return await super().show(conversation, target, brief)

    dialed: list[str] = []

    def on_dial(far: Far, dial: Dial) -> None:
        dialed.append(dial.uri)
        answers(far, dial)

    async def story() -> Stage:
        stage = Stage(tmp_path, on_dial=on_dial)
        stage.pop = SlowPage()
        async with stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.DIALING)
            assert dialed == []
            declined = stage.press("decline", agent="ann")
            await stage.settle()
            assert codes(declined) == ["accepted"]
            await stage.until(State.OFFERED)
            stage.caller.hang_up()
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    first = handoff.attempts[0]
    assert (first.target, first.outcome) == ("ann", "declined")
    assert dialed == ["sip:bob@127.0.0.5"]


def test_replay_then_send_back(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.OFFERED)
            stage.press("replay", agent="ann")
            await stage.until(State.BRIEFING)
            assert codes(stage.press("hold", agent="ann")) == []
            await stage.settle()
            stage.press("send_back", agent="ann")
            await stage.until(State.DISMISSED)
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert stage.events.of("control") == []
    assert stage.ua.legs["agent-1"].phase == "ended"


def test_a_ringing_telephone_is_asked_to_be_picked_up(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=lambda far, dial: far.ring()) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.DIALING)
            await stage.settle(1)
            assert not stage.conversation.controls.picked_up
            stage.press("pick_up", agent="ann")
            await stage.settle()
            assert stage.conversation.controls.picked_up
            stage.press("decline", agent="ann")
            await stage.settle(1)
            assert stage.state is State.DIALING  # the next one's
            assert not stage.conversation.controls.picked_up
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert [(e["leg"], e["target"]) for e in stage.events.of("pick_up")] == [("agent-1", "ann")]
    assert stage.ua.legs["agent-1"].phase == "ended"


@pytest.mark.parametrize("mode", ["listen", "coach", "barge"])
def test_who_hears_a_supervisor(tmp_path: Path, mode: str) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.control(Supervised(mode, SAM))  # type: ignore[arg-type]
            await stage.settle(1)
            assert stage.ua.heard_by("supervisor-1") == set()  # still ringing
            await stage.settle(2)
            assert stage.ua.heard_by("supervisor-1") == {"caller", "agent-1"}
            assert ("supervisor-1" in stage.ua.heard_by("agent-1")) is (mode != "listen")
            assert ("supervisor-1" in stage.ua.heard_by("caller")) is (mode == "barge")
            other = stage.control(Supervised("barge", SAM), by="kim")
            stage.control(Supervised("coach", SAM))
            await stage.settle()
            assert codes(other) == ["refused"]
            assert "supervisor-1" not in stage.ua.heard_by("caller")
            assert "supervisor-1" in stage.ua.heard_by("agent-1")
            stage.control(Supervised(None))
            await stage.settle()
            assert stage.ua.legs["supervisor-1"].phase == "ended"
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert stage.coach_leaks == 0
    assert "supervisor-1" not in stage.pool.streams
    assert [e["mode"] for e in stage.events.of("supervision")][-1] == "none"


def test_a_supervisor_is_let_go_with_the_talk_and_cannot_come_before(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.OFFERED)
            early = stage.control(Supervised("listen", SAM))
            await stage.settle()
            assert codes(early) == ["refused"]
            stage.press("talk")
            await stage.until(State.CONNECTED)
            stage.control(Supervised("coach", SAM))
            await stage.settle(3)
            stage.control(PassedOn("bob"))
            await stage.settle()
            assert stage.ua.legs["supervisor-1"].phase == "ended"
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert all(leg.phase == "ended" for leg in stage.ua.legs.values())


def test_a_supervisor_whose_telephone_is_busy_changes_nothing(tmp_path: Path) -> None:
    def on_dial(far: Far, dial: Dial) -> None:
        far.refuse(486) if dial.leg.startswith("supervisor") else answers(far, dial)

    async def story() -> Stage:
        config = settings(agents=agents("ann"))
        async with Stage(tmp_path, config, on_dial=on_dial) as stage:
            await connected(stage)
            stage.control(Supervised("barge", SAM))
            await stage.settle()
            assert stage.conversation.controls.supervising.now is None
            assert stage.ua.heard_by("caller") == {"agent-1"}
            stage.caller.hang_up()
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    assert handoff.outcome.result == "connected"

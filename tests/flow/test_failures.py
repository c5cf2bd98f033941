"""Every way a handoff can go wrong, on the twin: where the caller ends up, and what the record says."""

from pathlib import Path

import pytest

from bridge.app.messages import Adopted, Ordered
from bridge.model.handoff import Event, State
from bridge.model.record import ConversationRecord
from sip.commands import Dial, Refer
from sip.events import CallIncoming
from sip.memory import Far, MemoryUserAgent
from tests.flow.stage import Stage, agents, settings
from tests.virtual_time import run

REQUEST = "please let me talk to a real person"


def answers(far: Far, dial: Dial) -> None:
    far.ring()
    far.ua._loop.call_later(1.0, far.answer)


def rings(far: Far, dial: Dial) -> None:
    far.ring()


async def request(stage: Stage) -> None:
    await stage.settle(5)
    stage.says(REQUEST)
    await stage.settle()


async def connected(stage: Stage) -> None:
    await request(stage)
    await stage.until(State.BRIEFING)
    stage.agent.press("1")
    await stage.until(State.CONNECTED)


def only(stage: Stage) -> ConversationRecord:
    (record,) = stage.store.records
    assert stage.whisper_leaks == 0
    assert stage.worst_silence <= 2.0
    return record


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
            stage.conversation.call.desk.directory.choose(reason="x", tried=(), wanted=None)  # ann is taken
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
            taken = directory.choose(reason="x", tried=(), wanted=None).target
            assert taken
            await request(stage)
            await stage.until(State.WAITING)
            directory.release(taken)
            await stage.until(State.DIALING)
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs[0].attempts[0].target == "ann"


def test_agent_gone_at_the_refer(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(agents=agents("ann", "bob", mode="refer_replaces"))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5"
            await request(stage)
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            stage.agent.hang_up()  # in the same moment
            await stage.until(State.DIALING)
            assert stage.ua.legs["caller"].phase == "answered"
            stage.caller.hang_up()
        return stage

    assert len(only(run(story())).handoffs[0].attempts) == 2


def test_refer_without_a_final_notify_joins_instead(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(agents=agents("ann", mode="refer_replaces"))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5"
            stage.caller.refer_replies = [(100, False)]
            await request(stage)
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.REFERRING)
            await stage.until(State.CONNECTED)
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs[0].outcome.result == "connected"


def test_refer_that_took_the_agent_and_the_caller_away_succeeded(tmp_path: Path) -> None:
    """No NOTIFY, but our agent leg was replaced and the caller's audio stopped: never dial on for him."""

    async def story() -> Stage:
        config = settings(agents=agents("ann", "bob", mode="refer_replaces"))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5"
            stage.caller.refer_replies = [(100, False)]
            await request(stage)
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.REFERRING)
            stage.agent.hang_up()
            stage.caller.vanish()
            await stage.until(State.WRAP_UP)
        return stage

    (handoff,) = only(run(story())).handoffs
    assert handoff.outcome.result == "transferred_unconfirmed"
    assert len(handoff.attempts) == 1


def test_caller_bye_behind_the_refer_is_no_abandonment(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(agents=agents("ann", mode="refer_replaces"))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5"
            stage.caller.refer_replies = [(100, False)]
            await request(stage)
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.REFERRING)
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs[0].outcome.result == "transferred_unconfirmed"


def test_legs_on_different_peers_are_not_referred(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(agents=agents("ann", mode="refer_replaces"))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            await connected(stage)
            stage.caller.hang_up()
        return stage

    (handoff,) = only(run(story())).handoffs
    assert handoff.outcome.mode == "conference"
    assert "different peers" in handoff.attempts[0].mode_why


def test_blind_refer_needs_a_proved_fallback(tmp_path: Path) -> None:
    async def story(proved: bool) -> Stage:
        config = settings(agents=agents("ann", mode="refer", fallback_proved=proved))
        async with Stage(tmp_path, config, on_dial=rings) as stage:
            await request(stage)
            await stage.until(State.WRAP_UP if proved else State.DIALING)
            stage.caller.hang_up()
        return stage

    sent = run(story(True))
    assert any(isinstance(command, Refer) for _, command in sent.ua.commands)
    assert only(sent).handoffs[0].outcome.result == "transferred"
    kept = run(story(False))
    assert not any(isinstance(command, Refer) for _, command in kept.ua.commands)


def test_blind_refer_that_falls_back_is_recognised(tmp_path: Path) -> None:
    """The caller is here again as a new INVITE, before a 200 that means nothing: it goes on, warm."""

    async def story() -> Stage:
        config = settings(agents=agents("ann", mode="refer", fallback_proved=True))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            stage.caller.refer_replies = [(100, False)]
            await request(stage)
            await stage.until(State.SENDING)
            again = MemoryUserAgent("worker-2", on_dial=answers)
            caller = again.call(headers=(("X-Handoff-Id", "token-1"),))
            events = again.events()
            incoming = await anext(events)
            assert isinstance(incoming, CallIncoming)
            stage.conversation.call.inbox.put_nowait(Adopted(again, events, incoming))
            await stage.until(State.BRIEFING)
            assert stage.ua.finished
            again.far("agent-1").press("1")
            await stage.until(State.CONNECTED)
            await stage.settle()
            assert again.heard_by("caller") == {"agent-1"}
            caller.hang_up()
        return stage

    record = run(story()).store.records[0]
    assert record.handoffs[0].outcome.result == "connected"
    assert record.worker == "worker-2"


def test_agent_sends_the_caller_back_to_the_bot(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.conversation.call.inbox.put_nowait(Ordered(Event.HAND_BACK))
            await stage.until(State.RETURNED)
            await stage.settle(0.5)
            assert stage.ua.heard_by("caller") == {"voice"}
            assert stage.ua.legs["agent-1"].phase == "ended"
            stage.conversation.call.inbox.put_nowait(
                Ordered(Event.DISPOSITION_SET, "solved", "told the balance")
            )
            await stage.until(State.HANDED_BACK)
            stage.caller.hang_up()
        return stage

    (handoff,) = only(run(story())).handoffs
    assert handoff.outcome.result == "returned_to_bot"
    assert (handoff.disposition, handoff.note) == ("solved", "told the balance")


def test_hang_up_of_the_agent_may_lead_back_to_the_bot(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(handoff={"after_agent_hangup": "bot"})
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            await connected(stage)
            stage.agent.hang_up()
            await stage.until(State.RETURNED)
            assert stage.ua.legs["caller"].phase == "answered"
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs[0].outcome.result == "returned_to_bot"


def test_late_release_to_refer(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await connected(stage)
            stage.conversation.call.inbox.put_nowait(Ordered(Event.RELEASE))
            await stage.until(State.WRAP_UP)
        return stage

    assert only(run(story())).handoffs[0].outcome.result == "transferred"


def test_keys_of_a_connected_agent(tmp_path: Path) -> None:
    """Off by default; configured, one releases to a REFER and one gives the caller back to the bot."""

    async def story(key: str, state: State, **handoff: str) -> Stage:
        async with Stage(tmp_path, settings(handoff=handoff), on_dial=answers) as stage:
            await connected(stage)
            stage.agent.press(key)
            await stage.settle()
            assert stage.state is state
            stage.caller.hang_up()
        return stage

    run(story("*", State.CONNECTED))
    run(story("*", State.WRAP_UP, release_key="*"))
    run(story("#", State.RETURNED, hand_back_key="#"))


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
            first.leg.timer and first.leg.timer.cancel()
            await stage.settle(11)
            assert "agent-2" in stage.ua.legs
            stage.ua.answered(first.leg)
            await stage.settle()
            assert stage.state is State.DIALING
            assert first.leg.phase == "ended"
            stage.caller.hang_up()
        return stage

    only(run(story()))

"""Whole handoffs on the twin: who is called, who hears what, how it ends."""

from pathlib import Path

from bridge.model.handoff import State
from sip.commands import Dial, ReferReplaces
from tests.flow.stage import Stage, agents, settings
from tests.virtual_time import run

REQUEST = "I was charged twice and I want to talk to a real person"


def answers(far, dial) -> None:  # type: ignore[no-untyped-def]
    far.ring()
    far.ua._loop.call_later(3.0, far.answer)


def test_conference(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.BRIEFING)
            await stage.settle(1)
            assert "whisper" in stage.ua.heard_by("agent-1")
            assert "comfort" in stage.ua.heard_by("caller") or "announce" in stage.ua.heard_by("caller")
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            await stage.settle()
            assert stage.ua.heard_by("caller") == {"agent-1"}
            assert "caller" in stage.ua.heard_by("agent-1")
            stage.caller.hang_up()
        return stage

    stage = run(story())
    (record,) = stage.store.records
    assert record.rules_version == "rules of tests"
    (handoff,) = record.handoffs
    assert handoff.outcome.result == "connected"
    assert handoff.escalation.reason == "explicit_request"
    assert "talk to a real person" in handoff.escalation.quote
    assert stage.whisper_leaks == 0
    assert stage.worst_silence <= 0.3


def test_page_has_the_brief_before_the_invite(tmp_path: Path) -> None:
    order: list[str] = []

    async def story() -> None:
        def on_dial(far, dial) -> None:  # type: ignore[no-untyped-def]
            order.append(f"dial with {len(stage.pop.shown)} shown")
            far.refuse(486)

        stage = Stage(tmp_path, on_dial=on_dial)
        async with stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.FAILED)
            stage.caller.hang_up()

    run(story())
    assert order == ["dial with 1 shown", "dial with 2 shown"]


def test_first_declines_second_takes(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.BRIEFING)
            stage.agent.press("2")
            await stage.until(State.DIALING)
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            stage.agent.hang_up()
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    assert [a.outcome for a in handoff.attempts] == ["declined", "answered"]
    assert [a.target for a in handoff.attempts] == ["ann", "bob"]
    assert handoff.outcome.result == "connected"


def test_caller_hangs_up_while_agent_rings(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=lambda far, dial: far.ring()) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.DIALING)
            await stage.settle(1)
            stage.caller.hang_up()
            await stage.settle()
            assert stage.ua.legs["agent-1"].phase == "ended"
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    assert handoff.outcome.result == "abandoned"
    assert handoff.outcome.phase == "dialing"


def test_caller_leaves_in_whisper_and_agent_is_told(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.BRIEFING)
            stage.caller.hang_up()
            await stage.settle(0.5)
            assert "whisper" in stage.ua.heard_by("agent-1")
        return stage

    stage = run(story())
    assert ("whisper", "The caller has hung up.") in stage.tts.said
    assert stage.store.records[0].handoffs[0].outcome.result == "abandoned"


def test_attended_refer(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(agents=agents("ann", mode="refer_replaces"))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            stage.caller.leg.uri = "sip:100@127.0.0.5"  # the same PBX as the agent
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5:5060"
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.WRAP_UP)
        return stage

    stage = run(story())
    (handoff,) = stage.store.records[0].handoffs
    assert handoff.outcome.result == "transferred"
    assert any(isinstance(command, ReferReplaces) for _, command in stage.ua.commands)


def test_refused_refer_falls_back_to_conference(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(agents=agents("ann", mode="refer_replaces"))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5:5060"
            stage.caller.refer_replies = [(603, True)]
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            await stage.settle()
            assert stage.ua.heard_by("caller") == {"agent-1"}
            stage.caller.hang_up()
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    assert handoff.outcome.result == "connected"


def test_nobody_takes_it_and_the_bot_goes_on(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=lambda far, dial: far.refuse(486)) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.FAILED)
            await stage.settle(1)
            assert stage.ua.heard_by("caller") == {"voice"}
            stage.caller.hang_up()
        return stage

    stage = run(story())
    (handoff,) = stage.store.records[0].handoffs
    assert handoff.outcome.result == "failed"
    assert [a.outcome for a in handoff.attempts] == ["busy", "busy"]
    assert sum(isinstance(command, Dial) for _, command in stage.ua.commands) == 2


def test_zero_alone_escalates_and_a_pin_does_not(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            for digit in "2040":
                stage.caller.press(digit)
                await stage.settle(0.2)
            await stage.settle(2)
            assert stage.state is None
            stage.caller.press("0")
            await stage.until(State.BRIEFING)
            stage.caller.hang_up()
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    assert handoff.escalation.reason == "dtmf"

"""REFER in all its endings, and the ways back to the bot: on the twin, in virtual time."""

from pathlib import Path

import pytest

from bridge.app.messages import Adopted, Draining, Ordered
from bridge.model.handoff import Event, State
from sip.commands import Refer, ReferReplaces
from sip.events import CallIncoming
from sip.memory import MemoryUserAgent
from tests.flow.stage import Stage, agents, settings
from tests.flow.stories import answers, connected, only, request, rings
from tests.virtual_time import run


def test_agent_gone_at_the_refer(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(agents=agents("ann", "bob", mode="refer_replaces"))
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5:5060"
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
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5:5060"
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
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5:5060"
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
            stage.conversation.call.legs.all["caller"].peer = "127.0.0.5:5060"
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


def late_release(tmp_path: Path, *, peer: str = "127.0.0.5:5060", drain: bool = False, ok: bool = True,
                 ann: dict[str, object] | None = None, **handoff: object) -> Stage:  # fmt: skip
    """A minute of conference under a policy of release; the caller hangs up if nothing came of it."""

    async def story() -> Stage:
        config = settings(agents=agents("ann", **(ann or {})), handoff=handoff)
        async with Stage(tmp_path, config, on_dial=answers) as stage:
            stage.conversation.call.legs.all["caller"].peer = peer
            if not ok:
                stage.caller.refer_replies = [(603, True)]
            if drain:
                stage.conversation.call.inbox.put_nowait(Draining())
            await request(stage)
            await stage.until(State.BRIEFING)
            stage.agent.press("1")
            await stage.settle(60)
            if stage.state is State.CONNECTED:
                stage.caller.hang_up()
        return stage

    return run(story())


def refers(stage: Stage) -> list[float]:
    return [at for at, command in stage.ua.commands if isinstance(command, ReferReplaces)]


def test_a_conference_is_released_by_policy(tmp_path: Path) -> None:
    stage = late_release(tmp_path, release_after_s=20)
    (handoff,) = only(stage).handoffs
    assert handoff.outcome.result == "transferred"
    assert handoff.attempts[0].mode == "refer_replaces"
    assert "by policy" in handoff.attempts[0].mode_why
    assert refers(stage)[0] - stage.conversation.call.started > handoff.marks_s["connected"] + 19.9


@pytest.mark.parametrize(
    "changes",
    [{"peer": "127.0.0.77:5060"}, {"ann": {"can_refer": False}}, {"ann": {"assist": True}},
     {"assist_reasons": ["explicit_request"]}],
)  # fmt: skip
def test_a_policy_releases_only_what_it_may(tmp_path: Path, changes: dict[str, object]) -> None:
    stage = late_release(tmp_path, release_after_s=20, **changes)  # type: ignore[arg-type]
    assert only(stage).handoffs[0].outcome.result == "connected"
    assert not refers(stage)


def test_a_refused_release_is_not_tried_again(tmp_path: Path) -> None:
    stage = late_release(tmp_path, release_after_s=5, ok=False)
    assert only(stage).handoffs[0].outcome.result == "connected"
    assert len(refers(stage)) == 1


def test_a_draining_bridge_releases_even_assisted_conferences(tmp_path: Path) -> None:
    stage = late_release(tmp_path, drain=True, release_on_drain=True, ann={"assist": True})
    (handoff,) = only(stage).handoffs
    assert handoff.outcome.result == "transferred"
    assert "drains" in handoff.attempts[0].mode_why
    kept = late_release(tmp_path, drain=True)
    assert only(kept).handoffs[0].outcome.result == "connected"

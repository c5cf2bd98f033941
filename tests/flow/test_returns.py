"""A caller whom a blind REFER sent away is here again as a new INVITE: when he is known, and when no more."""

import asyncio
from pathlib import Path

from bridge.adapters.memory import CountingClock, MemoryEvents, MemoryPop, MemoryStore, SilentTts
from bridge.app import messages as m
from bridge.app.call import Desk
from bridge.app.conversation import Conversation
from bridge.app.directory import Directory
from bridge.app.service import Service
from bridge.cues.detectors import our_detectors
from bridge.model.cue import Escalation
from bridge.model.handoff import Event, State
from sip.commands import Refer
from sip.events import CallIncoming
from sip.memory import Far, MemoryUserAgent
from tests.flow.stage import SCRIPT, Stage, agents, settings
from tests.flow.stories import answers, only, request, rings
from tests.virtual_time import run

BLIND = agents("ann", "bob", mode="refer", fallback_proved=True)


async def returns(stage: Stage) -> MemoryUserAgent:
    """He is on another worker now."""
    again = MemoryUserAgent("worker-2", on_dial=answers)
    again.call(headers=(("X-Handoff-Id", stage.conversation.handoffs.current.attempts.referral.token),))
    events = again.events()
    incoming = await anext(events)
    assert isinstance(incoming, CallIncoming)
    stage.conversation.call.inbox.put_nowait(m.Adopted(again, events, incoming))
    return again


def test_after_the_refer_timed_out_he_is_still_known(tmp_path: Path) -> None:
    """The PBX rang for longer than we waited for its NOTIFY: what was being tried begins again for him."""

    async def story(when: State) -> Stage:
        async with Stage(tmp_path, settings(agents=BLIND), on_dial=answers) as stage:
            stage.caller.refer_replies = [(100, False)]
            await request(stage)
            await stage.until(State.SENDING)
            await stage.until(when)
            again = await returns(stage)
            await stage.settle()
            assert stage.ua.finished
            await stage.until(State.BRIEFING)
            again.far("agent-2").press("1")
            await stage.until(State.CONNECTED)
            await stage.settle()
            assert again.heard_by("caller") == {"agent-2"}
            again.far("caller").hang_up()
        return stage

    for when in (State.DIALING, State.BRIEFING, State.OFFERED):
        (handoff,) = only(run(story(when))).handoffs
        assert handoff.outcome.result == "connected"


def test_an_attended_refer_after_his_return_can_succeed(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, settings(agents=BLIND), on_dial=answers) as stage:
            stage.caller.refer_replies = [(100, False)]
            await request(stage)
            await stage.until(State.SENDING)
            again = await returns(stage)
            await stage.until(State.BRIEFING)
            again.far("agent-1").press("1")
            await stage.until(State.CONNECTED)
            stage.conversation.call.inbox.put_nowait(m.Ordered(Event.RELEASE))
            await stage.until(State.WRAP_UP)
        return stage

    assert only(run(story())).handoffs[0].outcome.result == "transferred"


def test_too_late_by_a_moment(tmp_path: Path) -> None:
    """The agent has accepted between the look at the token and the adoption: the call that stands goes on."""

    async def story() -> Stage:
        async with Stage(tmp_path, settings(agents=BLIND), on_dial=answers) as stage:
            stage.caller.refer_replies = [(100, False)]
            await request(stage)
            await stage.until(State.OFFERED)
            stage.conversation.call.inbox.put_nowait(m.Ordered(Event.ACCEPTED_CONFERENCE))
            again = await returns(stage)
            await stage.settle()
            assert stage.state is State.CONNECTED
            assert again.finished
            assert again.legs["caller"].phase == "ended"
            assert stage.ua.heard_by("caller") == {"agent-1"}
            stage.caller.hang_up()
        return stage

    assert only(run(story())).handoffs[0].outcome.result == "connected"


class Office:
    """A service whose caller was sent away by a blind REFER that was answered with `status`."""

    def __init__(self, tmp: Path, status: int) -> None:
        config = settings(agents=BLIND)
        self.store = MemoryStore()
        desk = Desk(
            settings=config, tts=SilentTts(tmp), directory=Directory(config),
            events=MemoryEvents(), store=self.store, pop=MemoryPop(), clock=CountingClock(),
            ears=our_detectors().ears, rules_version="rules of tests",
        )  # fmt: skip
        self.service = Service(desk, script=SCRIPT, strict=True)
        self.first = MemoryUserAgent("worker-1", on_dial=rings)
        self.caller = self.first.call()
        self.caller.refer_replies = [(status, status >= 200)]
        self._serving = [asyncio.create_task(self.service.serve(self.first))]

    async def sent_away(self) -> Conversation:
        await asyncio.sleep(1)
        (conversation,) = self.service.live.values()
        self.service.escalate(
            conversation.call.id,
            m.Escalate(Escalation(reason="bot_limit", rule="x", quote="", score=1, at_s=0, source="bot_api")),
        )
        await asyncio.sleep(1)
        return conversation

    async def comes_back(self) -> tuple[MemoryUserAgent, Far]:
        (refer,) = (command for _, command in self.first.commands if isinstance(command, Refer))
        again = MemoryUserAgent("worker-2", on_dial=answers)
        caller = again.call(headers=refer.headers)
        self._serving.append(asyncio.create_task(self.service.serve(again)))
        await asyncio.sleep(1)
        return again, caller

    async def over(self) -> None:
        await asyncio.wait_for(asyncio.gather(*self._serving), 300)


def test_a_refused_refer_sent_nobody_away(tmp_path: Path) -> None:
    """Its X-Handoff-Id is worth nothing: who comes with it is another caller, the first is left alone."""

    async def story() -> Office:
        office = Office(tmp_path, 603)
        conversation = await office.sent_away()
        assert conversation.handoffs.state is State.DIALING
        _, stranger = await office.comes_back()
        assert len(office.service.live) == 2
        assert conversation.handoffs.state is State.DIALING
        assert office.first.legs["caller"].answered
        stranger.hang_up()
        office.caller.hang_up()
        await office.over()
        return office

    assert sorted(len(record.handoffs) for record in run(story()).store.records) == [0, 1]


def test_two_do_not_come_back_with_one_id(tmp_path: Path) -> None:
    async def story() -> Office:
        office = Office(tmp_path, 100)
        conversation = await office.sent_away()
        assert conversation.handoffs.state is State.SENDING
        again, caller = await office.comes_back()
        assert list(office.service.live.values()) == [conversation]
        assert conversation.call.ua is again
        _, stranger = await office.comes_back()
        assert len(office.service.live) == 2
        assert again.legs["caller"].answered
        stranger.hang_up()
        caller.hang_up()
        await office.over()
        return office

    assert len(run(story()).store.records) == 2


def test_a_conversation_that_fails_lets_go_of_who_came_back(tmp_path: Path) -> None:
    async def story() -> MemoryUserAgent:
        office = Office(tmp_path, 100)
        conversation = await office.sent_away()
        again, _ = await office.comes_back()
        conversation.call.inbox.put_nowait(m.Escalate(None))  # type: ignore[arg-type]
        results = await asyncio.wait_for(asyncio.gather(*office._serving, return_exceptions=True), 60)
        assert isinstance(results[0], ExceptionGroup)
        assert results[1] is None
        return again

    assert run(story()).legs["caller"].phase == "ended"

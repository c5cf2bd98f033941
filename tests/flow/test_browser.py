"""An agent at a browser: rung after the brief, answers, is briefed, accepts; what becomes of lost pages."""

from pathlib import Path
from typing import Any

import pytest

from bridge.app.browsers import Page
from bridge.app.messages import Ordered
from bridge.model.handoff import Event, State
from sip.commands import BrowserOffer, RingBrowser
from tests.flow.stage import Stage, settings
from tests.virtual_time import run

REQUEST = "I want to talk to a real person"
SDP = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
AGENTS = [
    {"id": "ann", "devices": [{"kind": "browser"}], "mode": "refer_replaces"},
    {"id": "bob", "uri": "sip:bob@127.0.0.5"},
]


class Desk:
    """Ann's page and what it was told."""

    def __init__(self, stage: Stage, agent: str = "ann") -> None:
        self.told: list[dict[str, Any]] = []
        self.page: Page = stage.browsers.page(agent, self._take)

    async def _take(self, message: dict[str, Any]) -> None:
        self.told.append(message)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.told if message["type"] == f"phone.{kind}"]

    def says(self, kind: str, **fields: Any) -> None:
        self.page.receive({"type": f"phone.{kind}", **fields})

    def answers(self, leg: str = "agent-1", sdp: str = SDP) -> None:
        self.says("offer", conversation="c1", leg=leg, sdp=sdp)


async def ready(stage: Stage) -> Desk:
    desk = Desk(stage)
    await desk.page.__aenter__()
    desk.says("ready", ready=True)
    return desk


async def rung(stage: Stage) -> Desk:
    """Ann's page rings."""
    desk = await ready(stage)
    await stage.settle(6)
    stage.says(REQUEST)
    await stage.until(State.DIALING)
    await stage.settle(0.5)
    return desk


async def connected(stage: Stage) -> Desk:
    desk = await rung(stage)
    desk.answers()
    await stage.until(State.BRIEFING)
    await stage.settle(1)
    stage.conversation.call.inbox.put_nowait(Ordered(Event.ACCEPTED_CONFERENCE))
    await stage.until(State.CONNECTED)
    return desk


async def closed(desk: Desk) -> None:
    await desk.page.__aexit__(None, None, None)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, settings(agents=AGENTS))


def test_rung_after_the_brief_answered_briefed_and_joined_by_an_order(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await rung(stage)
            (ring,) = desk.of("ring")
            assert ring == {
                "type": "phone.ring",
                "conversation": "c1",
                "leg": "agent-1",
                "resume": False,
                "away": False,
            }
            assert len(stage.pop.shown) == 1
            desk.answers()
            await stage.until(State.BRIEFING)
            assert desk.of("answer")[0]["sdp"].startswith("answer to v=0")
            await stage.settle(1)
            assert "whisper" in stage.ua.heard_by("agent-1")
            stage.conversation.call.inbox.put_nowait(Ordered(Event.ACCEPTED_CONFERENCE))
            await stage.until(State.CONNECTED)
            assert stage.ua.heard_by("caller") == {"agent-1"}
            stage.caller.hang_up()
            await stage.settle()
            assert desk.of("end") == [
                {"type": "phone.end", "conversation": "c1", "leg": "agent-1", "reason": "ended"}
            ]
            await closed(desk)

    run(story())
    (handoff,) = stage.store.records[0].handoffs
    assert handoff.outcome.result == "connected"
    assert handoff.attempts[0].mode == "conference"
    assert handoff.attempts[0].mode_why.endswith("a browser is no SIP telephone")
    assert stage.whisper_leaks == 0


def test_a_killed_page_is_noticed_and_the_next_target_rung(stage: Stage) -> None:
    async def story() -> tuple[float, float]:
        async with stage:
            desk = await connected(stage)
            at = stage.ua.now()
            await closed(desk)
            stage.agent.vanish()
            await stage.settle(1.1)
            assert stage.ua.heard_by("caller") == {"comfort"}
            comfort_s = stage.ua.now() - at
            await stage.until(State.DIALING)
            dialing_s = stage.ua.now() - at
            await stage.settle(0.3)
            stage.agent.answer()
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            stage.caller.hang_up()
        return comfort_s, dialing_s

    comfort_s, dialing_s = run(story())
    assert comfort_s <= 2.0
    assert dialing_s <= 5.0
    (handoff,) = stage.store.records[0].handoffs
    assert [a.target for a in handoff.attempts] == ["ann", "bob"]
    assert "agent_lost" in [entry.event for entry in handoff.states]
    assert stage.worst_silence <= 0.3


def test_a_page_loaded_anew_takes_the_call_up_again(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await connected(stage)
            await closed(desk)
            stage.agent.vanish()
            await stage.settle(1.5)
            assert stage.ua.heard_by("caller") == {"comfort"}
            again = await ready(stage)
            await stage.settle()
            assert again.of("ring") == [
                {"type": "phone.ring", "conversation": "c1", "leg": "agent-1", "resume": True, "away": True}
            ]
            again.answers()
            await stage.settle()
            assert again.of("answer")
            assert stage.ua.heard_by("caller") == {"agent-1"}
            await stage.settle(10)
            assert stage.state is State.CONNECTED
            again.says("end", conversation="c1", leg="agent-1")
            await stage.settle()
            await closed(again)

    run(story())
    (handoff,) = stage.store.records[0].handoffs
    assert handoff.outcome.result == "connected"
    assert len(handoff.attempts) == 1


def test_a_link_that_was_lost_for_a_moment_leaves_the_call_alone(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await connected(stage)
            await closed(desk)
            again = await ready(stage)
            await stage.settle()
            assert again.of("ring")[0]["away"] is False
            again.says("keep", conversation="c1", leg="agent-1")
            again.says("end", conversation="c1", leg="agent-1")
            await stage.settle()
            assert again.of("end"), again.told
            assert stage.state is State.WRAP_UP
            assert len([c for _, c in stage.ua.commands if isinstance(c, BrowserOffer)]) == 1
            await closed(again)

    run(story())


def test_hand_back_gives_the_caller_to_the_bot_and_ends_the_page(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await connected(stage)
            stage.conversation.call.inbox.put_nowait(Ordered(Event.HAND_BACK))
            await stage.until(State.RETURNED)
            await stage.settle()
            assert desk.of("end")
            stage.caller.hang_up()
            await closed(desk)

    run(story())


def test_declined_at_the_page_goes_to_the_next(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await rung(stage)
            desk.says("end", conversation="c1", leg="agent-1")
            await stage.settle(0.3)
            assert desk.of("end")[0]["reason"] == "declined"
            assert stage.agent.leg.id == "agent-2"
            stage.caller.hang_up()
            await closed(desk)

    run(story())
    (handoff,) = stage.store.records[0].handoffs
    assert handoff.attempts[0].outcome == "declined"


def test_no_page_open_or_none_tested_is_offered_nothing(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            untested = Desk(stage)
            await untested.page.__aenter__()
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.until(State.DIALING)
            await stage.settle(0.5)
            assert stage.agent.leg.id == "agent-1"
            assert not untested.of("ring")
            stage.caller.hang_up()
            await closed(untested)

    run(story())
    (handoff,) = stage.store.records[0].handoffs
    assert [attempt.target for attempt in handoff.attempts] == ["bob"]


def test_the_last_page_closed_while_it_rings_does_not_hold_the_caller_up(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await rung(stage)
            await closed(desk)
            await stage.settle(3.5)
            assert stage.agent.leg.id == "agent-2"
            stage.caller.hang_up()

    run(story())


def test_of_two_pages_the_first_has_the_call(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            other = await ready(stage)
            desk = await rung(stage)
            assert other.of("ring")
            desk.answers()
            other.answers()
            await stage.settle()
            assert other.of("end")[0]["reason"] == "completed elsewhere"
            assert other.of("error")[0]["code"] == "taken"
            assert desk.of("answer")
            assert not other.of("answer")
            other.says("end", conversation="c1", leg="agent-1")
            await stage.settle()
            assert other.of("error")[1]["code"] == "taken"
            assert stage.ua.legs["agent-1"].answered
            stage.caller.hang_up()
            await closed(other)
            await closed(desk)

    run(story())


def test_nobody_answers_for_another_agent_or_with_nonsense(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await rung(stage)
            stranger = Desk(stage, "bob")
            await stranger.page.__aenter__()
            stranger.answers()
            stranger.says("end", conversation="c1", leg="agent-1")
            stranger.says("offer", conversation="c1")
            stranger.page.receive({})
            stranger.says("ready", ready="perhaps")
            await stage.settle()
            codes = [message["code"] for message in stranger.of("error")]
            assert codes == ["unknown_leg", "unknown_leg", "bad_message", "bad_message", "bad_message"]
            assert not [c for _, c in stage.ua.commands if isinstance(c, BrowserOffer)]
            desk.answers(sdp="v=0")
            await stage.settle()
            assert desk.of("error")[0]["code"] == "bad_offer"
            assert len(desk.of("ring")) == 2  # it may try again
            desk.answers()
            await stage.until(State.BRIEFING)
            stage.caller.hang_up()
            await closed(desk)
            await closed(stranger)

    run(story())


def test_nobody_answers_in_time(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await rung(stage)
            await stage.settle(26)
            assert desk.of("end")[0]["reason"] == "no_answer"
            assert stage.agent.leg.id == "agent-2"
            stage.caller.hang_up()
            await closed(desk)

    run(story())


def test_a_dead_worker_ends_the_page(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await connected(stage)
            stage.ua.die()
            await stage.settle()
            assert desk.of("end")[0]["reason"] == "lost"
            await closed(desk)

    run(story())


def test_the_directory_hears_whether_a_page_is_ready(stage: Stage) -> None:
    reached: list[tuple[str, bool]] = []

    async def story() -> None:
        stage.browsers.reach = lambda agent, yes: reached.append((agent, yes))
        async with stage:
            desk = await ready(stage)
            other = await ready(stage)
            await closed(desk)
            other.says("ready", ready=False)
            other.says("ready", ready=True)
            await closed(other)
            stage.caller.hang_up()

    run(story())
    assert reached == [
        ("ann", True), ("ann", True), ("ann", True), ("ann", False), ("ann", True), ("ann", False)
    ]  # fmt: skip


def test_it_is_rung_by_the_command_for_browsers(stage: Stage) -> None:
    async def story() -> None:
        async with stage:
            desk = await rung(stage)
            assert [c for _, c in stage.ua.commands if isinstance(c, RingBrowser)] == [
                RingBrowser(leg="agent-1", no_answer_s=25.0)
            ]
            stage.caller.hang_up()
            await closed(desk)

    run(story())

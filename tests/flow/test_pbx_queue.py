"""A PBX queue in an agent's place: it answers, music, announcements, and then a person."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from asr.types import MusicEnded, MusicStarted, SpeechEnded, SpeechEvent, SpeechStarted, StreamEvent
from bridge.model.handoff import State
from bridge.model.record import ConversationRecord
from tests.flow.stage import Stage, agents, settings
from tests.virtual_time import run

QUEUE = {"id": "desk", "devices": [{"kind": "queue", "uri": "sip:231@127.0.0.5", "ring_s": 60}]}
Story = Callable[[Stage], Awaitable[None]]


def tell(stage: Stage, *events: type[SpeechEvent]) -> None:
    """What the recognizer says of the queue's leg."""
    for event in events:
        told = StreamEvent(stream="c1/agent-1", epoch=1, at=0.0, event=event(position=0))
        stage.conversation.call.inbox.put_nowait(told)


async def says_a_word(stage: Stage, seconds: float = 1.0) -> None:
    await makes_a_sound(stage, seconds)
    stage.says("hello there", "agent-1")


async def makes_a_sound(stage: Stage, seconds: float = 1.0) -> None:
    """As voices do, and the beginning of music."""
    tell(stage, SpeechStarted)
    await stage.settle(seconds)
    tell(stage, SpeechEnded)
    await stage.settle(0.5)


def whispers(stage: Stage) -> int:
    return len([body for body in stage.events.of("whisper") if body["part"] == "headline"])


def tale(
    tmp_path: Path, *acts: Story, others: tuple[str, ...] = (), **sections: object
) -> ConversationRecord:
    """The queue has answered when `acts` begin; the record."""

    async def story() -> Stage:
        people = [QUEUE, *(agent.model_dump(exclude_defaults=True) for agent in agents(*others))]
        async with Stage(tmp_path, settings(agents=people, **sections)) as stage:
            await stage.settle(5)
            stage.says("i want to talk to a person")
            await stage.until(State.DIALING)
            stage.ua.far("agent-1").answer()
            await stage.settle(0.2)
            assert stage.state is State.DIALING
            for act in acts:
                await act(stage)
            stage.caller.hang_up()
            await stage.settle(0.1)
            stage.close_streams()
        assert not stage.whisper_leaks
        assert stage.worst_silence < 2
        return stage

    (record,) = run(story()).store.records
    return record


async def music_plays(stage: Stage) -> None:
    await makes_a_sound(stage)
    await stage.settle(1.5)
    tell(stage, MusicStarted)
    await stage.settle(20)
    assert (stage.state, whispers(stage)) == (State.DIALING, 0)


async def a_voice_in_the_music(stage: Stage) -> None:
    await says_a_word(stage, 3)
    await stage.settle(5)
    assert (stage.state, whispers(stage)) == (State.DIALING, 0)


async def a_person_picks_up(stage: Stage) -> None:
    tell(stage, MusicEnded)
    await stage.settle(0.3)
    await says_a_word(stage)
    await stage.settle(0.3)
    assert stage.state is State.DIALING, "more may follow"
    await stage.until(State.BRIEFING, 0.3)
    assert whispers(stage) >= 1


async def accepts(stage: Stage) -> None:
    stage.ua.far("agent-1").press("1")
    await stage.until(State.CONNECTED)


def test_the_whisper_waits_for_a_person(tmp_path: Path) -> None:
    record = tale(tmp_path, music_plays, a_voice_in_the_music, a_person_picks_up, accepts)
    (handoff,) = record.handoffs
    assert handoff.outcome.result == "connected"
    assert handoff.marks_s["agent_answered"] > handoff.marks_s["dialed"] + 20, (
        "answered is when somebody is there"
    )


def test_an_announcement_is_taken_for_a_person_until_the_music_is_heard_again(tmp_path: Path) -> None:
    async def announcement(stage: Stage) -> None:
        await says_a_word(stage, 2)
        await stage.until(State.BRIEFING, 2)
        tell(stage, MusicStarted)
        await stage.settle(0.1)
        before = whispers(stage)
        await stage.settle(50)
        assert stage.state is State.BRIEFING, "it may last as long as ringing may, not as a whisper may"
        assert "whisper" not in stage.ua.heard_by("agent-1")
        assert whispers(stage) == before

    async def comes_back(stage: Stage) -> None:
        before = whispers(stage)
        tell(stage, MusicEnded)
        await says_a_word(stage)
        await stage.settle(1)
        assert whispers(stage) == before + 1, "from the beginning"

    record = tale(tmp_path, announcement, comes_back, accepts)
    assert record.handoffs[0].outcome.result == "connected"


def test_a_key_says_that_somebody_is_there(tmp_path: Path) -> None:
    async def presses(stage: Stage) -> None:
        stage.ua.far("agent-1").press("1")
        await stage.until(State.BRIEFING, 0.2)
        assert whispers(stage) == 1, "told first; joined by the next key"

    record = tale(tmp_path, music_plays, presses, accepts)
    assert record.handoffs[0].whisper_heard


def test_a_queue_in_which_nobody_comes_is_given_up_for_the_next_agent(tmp_path: Path) -> None:
    async def nobody(stage: Stage) -> None:
        tell(stage, MusicStarted)
        async with asyncio.timeout(80):
            while "agent-2" not in stage.ua.legs:
                await stage.settle(0.5)
        await stage.settle(0.2)
        assert stage.ua.legs["agent-1"].phase == "ended"
        stage.ua.far("agent-2").answer()
        await stage.until(State.BRIEFING)

    record = tale(tmp_path, nobody, others=("ann",), routing={"order": "listed"})
    assert record.handoffs[0].attempts[0].outcome == "no_answer"


@pytest.mark.parametrize("act", ["hangs_up", "dies"])
def test_a_queue_that_goes_is_followed_by_the_next_agent(tmp_path: Path, act: str) -> None:
    async def goes(stage: Stage) -> None:
        far = stage.ua.far("agent-1")
        far.hang_up() if act == "hangs_up" else far.silence(True)
        await stage.settle(6)
        assert "agent-2" in stage.ua.legs

    record = tale(tmp_path, goes, others=("ann",), routing={"order": "listed"})
    assert record.handoffs[0].attempts[0].outcome in ("gone", "lost")


def test_a_telephone_beside_the_queue_rings_on_and_may_win(tmp_path: Path) -> None:
    async def ann_is_quicker(stage: Stage) -> None:
        tell(stage, MusicStarted)
        await stage.settle(3)
        assert stage.ua.legs["agent-2"].phase != "ended", "nobody has the call yet"
        stage.ua.far("agent-2").answer()
        await stage.until(State.BRIEFING)
        await stage.settle(0.2)
        assert stage.ua.legs["agent-1"].phase == "ended"
        tell(stage, MusicEnded)
        await says_a_word(stage)
        await stage.settle(2)

    record = tale(tmp_path, ann_is_quicker, others=("ann",), routing={"order": "listed"}, hunt={"at_once": 2})
    assert [a.outcome for a in record.handoffs[0].attempts] == ["completed_elsewhere", None]

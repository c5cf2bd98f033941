"""Ears that die: what a caller said meanwhile is asked for again from the replay ring."""

from pathlib import Path

from asr.types import SpeechStarted, StreamEvent
from bridge.app.messages import AsrLost
from sip.commands import Listen
from sip.events import StreamBroken
from tests.flow.stage import Stage
from tests.virtual_time import run


def listens(stage: Stage) -> list[tuple[int, int | None]]:
    """(epoch, from position) of every opening of the caller's stream."""
    sent = [command for _, command in stage.ua.commands if isinstance(command, Listen)]
    return [(c.epoch, c.from_position) for c in sent if c.leg == "caller" and c.asr]


def test_before_the_first_final_everything_is_heard_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with Stage(tmp_path) as stage:
            await stage.settle()
            stage.conversation.call.inbox.put_nowait(AsrLost("asr-0"))
            await stage.settle()
            assert listens(stage) == [(1, None), (2, 0)]
            stage.caller.hang_up()

    run(story())


def test_behind_a_final_only_the_rest_is_heard_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with Stage(tmp_path) as stage:
            await stage.settle(3)
            stage.says("it is about my invoice")
            await stage.settle()
            stage.conversation.call.inbox.put_nowait(AsrLost("asr-0"))
            await stage.settle()
            (_, position) = listens(stage)[-1]
            assert position
            assert position > 8_000
            stage.caller.hang_up()

    run(story())


def test_a_stream_that_never_opened_begins_at_the_beginning(tmp_path: Path) -> None:
    async def story() -> None:
        async with Stage(tmp_path) as stage:
            stage.pool.down = True
            stage.ua.post(StreamBroken(leg="caller", stream="c1/caller", epoch=1, at=0.0))
            await stage.settle(1)
            stage.pool.down = False
            await stage.settle(1)
            epoch, position = listens(stage)[-1]
            assert (epoch > 1, position) == (True, 0)
            stage.caller.hang_up()

    run(story())


def test_a_long_silence_is_not_asked_for_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with Stage(tmp_path) as stage:
            await stage.settle(7)
            stage.conversation.call.inbox.put_nowait(AsrLost("asr-0"))
            await stage.settle()
            (_, position) = listens(stage)[-1]
            assert position
            assert abs(position - 4 * 8_000) < 800
            stage.caller.hang_up()

    run(story())


def test_a_sentence_under_way_is_heard_again_whole(tmp_path: Path) -> None:
    async def story() -> None:
        async with Stage(tmp_path) as stage:
            await stage.settle(3)
            stage.says("good morning")
            started = SpeechStarted(position=30_000)
            inbox = stage.conversation.call.inbox
            inbox.put_nowait(StreamEvent(stream="c1/caller", epoch=1, at=0.0, event=started))
            await stage.settle(6)
            said = [u for u in stage.conversation.call.transcript.utterances if u.speaker == "caller"]
            inbox.put_nowait(AsrLost("asr-0"))
            await stage.settle()
            (_, position) = listens(stage)[-1]
            assert position
            assert abs(position - said[-1].end_s * 8_000) < 800
            stage.caller.hang_up()

    run(story())

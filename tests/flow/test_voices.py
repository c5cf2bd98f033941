"""How somebody speaks reaches the record and the events as numbers; music and holds leave none."""

import asyncio
from pathlib import Path
from typing import Any

from asr.types import (
    MusicEnded,
    MusicStarted,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    StreamEvent,
    VoiceMeasured,
)
from bridge.model.transcript import Utterance
from tests.flow.stage import Stage
from tests.flow.stories import only
from tests.virtual_time import run


def tell(stage: Stage, event: SpeechEvent) -> None:
    inbox = stage.conversation.call.inbox
    inbox.put_nowait(StreamEvent(stream="c1/caller", epoch=1, at=0.0, event=event))


def measured(stage: Stage, utterance: int, **changes: Any) -> VoiceMeasured:
    """Of the last second."""
    now = asyncio.get_running_loop().time() - stage.conversation.call.started
    fields: dict[str, Any] = {
        "energy_db": -20.0, "pitch_hz": 120.0, "syllables_per_s": 4.0, "words_per_s": 3.0,
        "pauses": 1, "pause_s": 0.3, "fillers": 2, "restarts": 1, "hesitation": 0.5,
        "energy_z": 1.5, "pitch_z": -0.5, "rate_z": 0.25,
    }  # fmt: skip
    start, end = int((now - 1) * 8000), int(now * 8000)
    return VoiceMeasured(utterance=utterance, start=start, end=end, **fields | changes)


def says(stage: Stage, text: str) -> None:
    tell(stage, measured(stage, stage._utterance + 1))
    stage.says(text)


def said(stage: Stage) -> dict[str, Utterance]:
    return {u.text: u for u in only(stage).transcript}


def test_an_utterance_carries_its_voice_into_the_record(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(5)
            says(stage, "it is about my invoice")
            await stage.settle()
            stage.says("and about another")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    stage = run(story())
    voice = said(stage)["it is about my invoice"].voice
    assert voice is not None
    assert (voice.energy_z, voice.pitch_z, voice.rate_z, voice.hesitation) == (1.5, -0.5, 0.25, 0.5)
    assert (voice.pauses, voice.fillers, voice.restarts) == (1, 2, 1)
    assert said(stage)["and about another"].voice is None, "that voice was another utterance's"
    (told,) = stage.events.of("voice")
    assert told["energy_z"] == 1.5
    assert all(name == "speaker" or not isinstance(value, str) for name, value in told.items())


def test_talking_over_the_bot_is_overlap(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(0.5)
            says(stage, "over the greeting")
            await stage.settle(8)  # the bot has asked, and not yet again
            says(stage, "in the silence behind it")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    utterances = said(run(story()))
    over, behind = utterances["over the greeting"].voice, utterances["in the silence behind it"].voice
    assert over is not None
    assert behind is not None
    assert over.overlap_s > 0.3
    assert behind.overlap_s == 0.0


def test_music_and_a_hold_leave_no_voice(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(5)
            tell(stage, MusicStarted(position=30_000))
            says(stage, "la la la")
            await stage.settle(1)
            assert stage.conversation._listening.music_on("caller")
            tell(stage, MusicEnded(position=44_000))
            await stage.settle(1)
            assert not stage.conversation._listening.music_on("caller")
            stage.caller.hold(True)
            await stage.settle(3)
            says(stage, "dum di dum")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert said(stage)["la la la"].voice is None
    assert said(stage)["dum di dum"].voice is None
    assert [body["playing"] for body in stage.events.of("music")] == [True, False]


def test_turns_of_both_sides_are_kept(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(8)
            tell(stage, SpeechStarted(position=7 * 8000))
            tell(stage, SpeechEnded(position=8 * 8000))
            says(stage, "nobody else spoke")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    voice = said(run(story()))["nobody else spoke"].voice
    assert voice is not None
    assert voice.overlap_s == 0.0

"""What every engine must do, whatever it hears."""

from collections.abc import Callable

import numpy as np
import pytest

from asr.errors import AsrError
from asr.recognizer import Recognizer
from asr.scripted import ScriptedRecognizer, say
from asr.types import Closed, Final, Partial, SpeechEnded, SpeechEvent, SpeechStarted
from asr.vosk import VoskRecognizer
from asr.whisper_asr import WhisperRecognizer
from tests.asr.conftest import Speak
from tests.asr.sounds import RATE, Sound, feed, only, pcm, seconds, telephone

TEXT = "please cancel my account"
Open = Callable[[], Recognizer]


@pytest.fixture(
    params=[
        "scripted",
        "whisper_asr",
        pytest.param("vosk", marks=pytest.mark.needs_vosk_model),
    ]
)
def recognizer(request: pytest.FixtureRequest) -> Recognizer:
    if request.param == "scripted":
        scripts = [[*say(TEXT, start=RATE), *say("thank you", start=5 * RATE, utterance=2)] for _ in range(3)]
        return ScriptedRecognizer(scripts)
    if request.param == "vosk":
        vosk: VoskRecognizer = request.getfixturevalue("any_vosk")
        return vosk
    whisper: WhisperRecognizer = request.getfixturevalue("whisper_asr")
    return whisper


@pytest.fixture(scope="module")
def call(speak: Speak) -> Sound:
    parts = [seconds(1), speak(TEXT), seconds(1.5), speak("thank you"), seconds(1.5)]
    return telephone(np.concatenate(parts), seed=11)


def hear(recognizer: Recognizer, sound: Sound, position: int = 0) -> list[SpeechEvent]:
    events: list[SpeechEvent] = []
    stream = recognizer.open(rate=RATE, emit=events.append, position=position)
    stream.close(feed(stream, sound, position))
    return events


def test_it_says_what_it_is(recognizer: Recognizer) -> None:
    assert recognizer.name in ("scripted", "whisper_asr", "vosk")
    assert len(bytes.fromhex(recognizer.model_sha256)) == 32


@pytest.mark.parametrize("rate", [0, 7999, 44_100, 48_000])
def test_other_rates_are_refused(recognizer: Recognizer, rate: int) -> None:
    with pytest.raises(AsrError) as refused:
        recognizer.open(rate=rate, emit=print)
    assert refused.value.code == "bad_rate"


def test_the_story_is_well_formed(recognizer: Recognizer, call: Sound) -> None:
    events = hear(recognizer, call)
    assert isinstance(events[-1], Closed)
    assert len(only(Closed, events)) == 1
    assert len(only(SpeechStarted, events)) == len(only(SpeechEnded, events)) == 2
    finals = only(Final, events)
    assert [final.utterance for final in finals] == [1, 2]
    for final in finals:
        told = events.index(final)
        partials = [e for e in only(Partial, events[:told]) if e.utterance == final.utterance]
        assert partials or recognizer.name == "vosk"  # a short word may be over before its first guess
        assert all(0 <= partial.stable <= len(partial.text.split()) for partial in partials)
        assert not [e for e in only(Partial, events[told:]) if e.utterance == final.utterance]


def test_words_lie_inside_their_final_and_in_order(recognizer: Recognizer, call: Sound) -> None:
    last_end = 0
    for final in only(Final, hear(recognizer, call)):
        assert final.text == " ".join(word.text for word in final.words)
        assert last_end <= final.start <= final.words[0].start
        for word in final.words:
            assert word.start <= word.end <= final.end
            assert word.confidence is None or 0.0 <= word.confidence <= 1.0
        assert 0.0 <= final.confidence <= 1.0
        last_end = final.end


def test_a_stream_that_closes_in_mid_speech_flushes_what_it_has(recognizer: Recognizer, call: Sound) -> None:
    cut = round(1.9 * RATE)
    events = hear(recognizer, call[:cut])
    assert events[-1] == Closed(position=cut)
    if recognizer.name != "scripted":
        assert len(only(Final, events)) == 1


def test_silence_says_nothing(recognizer: Recognizer) -> None:
    events: list[SpeechEvent] = []
    stream = ScriptedRecognizer() if recognizer.name == "scripted" else recognizer
    opened = stream.open(rate=RATE, emit=events.append)
    opened.close(feed(opened, seconds(5)))
    assert events == [Closed(position=5 * RATE)]


def test_after_close_nothing_comes(recognizer: Recognizer, call: Sound) -> None:
    events: list[SpeechEvent] = []
    stream = recognizer.open(rate=RATE, emit=events.append)
    stream.close(0)
    feed(stream, call)
    stream.close(100)
    assert events == [Closed(position=0)]


def test_frames_lost_on_the_way_break_nothing(recognizer: Recognizer, call: Sound) -> None:
    events: list[SpeechEvent] = []
    stream = recognizer.open(rate=RATE, emit=events.append)
    data = pcm(call)
    rng = np.random.default_rng(7)
    print("seed 7")
    for start in range(0, len(data) - 320, 320):
        if rng.random() > 0.05:
            stream.feed(data[start : start + 320], start // 2)
    stream.close(len(call))
    assert isinstance(events[-1], Closed)
    assert only(Final, events)

"""No text where nobody speaks. A minute of it with every run; ten minutes with `make soak`."""

from pathlib import Path

import pytest

from asr.recognizer import Recognizer
from asr.scheduler import Inline
from asr.types import Final, MusicStarted, Partial, SpeechEvent
from asr.vosk import VoskRecognizer
from asr.whisper_asr import WhisperRecognizer
from tests.asr.nonspeech import KINDS, nonspeech
from tests.asr.sounds import RATE, feed, only

HOTWORDS = ("agent", "representative", "cancel", "dispute")
PLAIN_S = 60.0
"""of tones and noise together; of music as much again"""
MUSIC = "music"


@pytest.fixture(scope="module")
def biased() -> WhisperRecognizer:
    return WhisperRecognizer(Inline(), hotwords=HOTWORDS)


def hear(recognizer: Recognizer, kind: str, duration: float) -> list[SpeechEvent]:
    events: list[SpeechEvent] = []
    stream = recognizer.open(rate=RATE, emit=events.append)
    stream.close(feed(stream, nonspeech(kind, duration)))
    return events


def check_silent(recognizer: Recognizer, total_s: float) -> None:
    """Each plain kind gets its share of `total_s`, music all of it."""
    said: list[tuple[str, str]] = []
    for kind in KINDS:
        share = total_s if kind == MUSIC else max(total_s / (len(KINDS) - 1), 4.0)
        events = hear(recognizer, kind, share)
        said += [(kind, event.text) for event in only(Final, events)]
        said += [(kind, event.text) for event in only(Partial, events) if kind != MUSIC and event.text]
        assert bool(only(MusicStarted, events)) is (kind == MUSIC)
    assert said == []


@pytest.mark.parametrize("engine", ["whisper_asr", "biased"])
def test_a_minute_of_it_has_no_words(request: pytest.FixtureRequest, engine: str) -> None:
    check_silent(request.getfixturevalue(engine), PLAIN_S)


@pytest.mark.needs_vosk_model
def test_a_minute_of_it_has_no_words_for_vosk(vosk_english: Path) -> None:
    check_silent(VoskRecognizer(Inline(), model_dir=vosk_english), PLAIN_S)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ["whisper_asr", "biased"])
def test_ten_minutes_of_it_have_no_words(request: pytest.FixtureRequest, engine: str) -> None:
    check_silent(request.getfixturevalue(engine), 600.0)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.needs_vosk_model
def test_ten_minutes_of_it_have_no_words_for_vosk(vosk_english: Path) -> None:
    check_silent(VoskRecognizer(Inline(), model_dir=vosk_english), 600.0)

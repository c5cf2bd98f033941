"""What is particular to Vosk. Its streams are tested in test_contract."""

from pathlib import Path

import jiwer
import numpy as np
import pytest

from asr.errors import AsrError
from asr.scheduler import Inline
from asr.types import Final, Partial, SpeechEvent
from asr.vosk import VoskRecognizer
from tests.asr.conftest import Speak
from tests.asr.sounds import RATE, feed, only, seconds, telephone


def test_no_directory_is_said_with_its_cure() -> None:
    with pytest.raises(AsrError) as refused:
        VoskRecognizer(Inline(), model_dir=None)
    assert refused.value.code == "model_missing"
    assert "models add" in refused.value.cure


def test_a_directory_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(AsrError, match=str(tmp_path)) as refused:
        VoskRecognizer(Inline(), model_dir=tmp_path)
    assert refused.value.code == "model_missing"


def test_a_broken_model_is_said_to_be_broken(tmp_path: Path) -> None:
    (tmp_path / "am").mkdir()
    (tmp_path / "am" / "final.mdl").write_bytes(b"not a model")
    with pytest.raises(AsrError) as refused:
        VoskRecognizer(Inline(), model_dir=tmp_path)
    assert refused.value.code == "model_broken"


@pytest.mark.needs_vosk_model
def test_partials_follow_the_words_closely(vosk_english: Path, speak: Speak) -> None:
    """In audio time: with word times asked for, partials would be told in steps of more than a second."""
    sound = np.concatenate(
        (seconds(1), speak("i want to cancel my subscription because it is too expensive"))
    )
    events: list[SpeechEvent] = []
    stream = VoskRecognizer(Inline(), model_dir=vosk_english).open(rate=RATE, emit=events.append)
    feed(stream, telephone(sound, seed=41))
    partials = only(Partial, events)
    (known,) = {partial.text for partial in partials if partial.text.endswith("subscription")}
    first = next(partial.end for partial in partials if partial.text == known)
    stream.close(len(sound))
    (final,) = only(Final, events)
    (word,) = [word for word in final.words if word.text == "subscription"]
    assert first - word.end < 0.5 * RATE
    assert len({partial.text for partial in partials}) >= 6


@pytest.mark.needs_vosk_model
def test_english_is_understood(vosk_english: Path, speak: Speak) -> None:
    recognizer = VoskRecognizer(Inline(), model_dir=vosk_english)
    sentences = ["i want to talk to a real person", "please cancel my subscription today"]
    sound = np.concatenate([part for text in sentences for part in (seconds(1), speak(text), seconds(1))])
    events: list[SpeechEvent] = []
    stream = recognizer.open(rate=RATE, emit=events.append)
    stream.close(feed(stream, telephone(sound, seed=41)))
    heard = " ".join(final.text for final in only(Final, events))
    assert jiwer.wer(" ".join(sentences), heard) <= 0.2

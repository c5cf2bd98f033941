"""Words of the deployment: heard better when they are said, never heard when they are not."""

import numpy as np
import pytest
import tokenizers

from asr.errors import AsrError
from asr.hotwords import MAX_TOKENS, check_hotwords, hotword_tokens
from asr.models import packaged_whisper_dir
from asr.scheduler import Inline
from asr.types import Final, SpeechEvent
from asr.whisper_asr import WhisperRecognizer
from tests.asr.conftest import Speak
from tests.asr.sounds import RATE, Sound, feed, only, pink_noise, seconds, telephone, tone, white_noise

HOTWORDS = (
    "Kowalczyk",
    "Okonkwo",
    "Szymanski",
    "Aquaflow",
    "representative",
    "supervisor",
    "cancel",
    "refund",
)


@pytest.fixture(scope="module")
def with_hotwords() -> WhisperRecognizer:
    return WhisperRecognizer(Inline(), hotwords=HOTWORDS)


def heard(recognizer: WhisperRecognizer, sound: Sound) -> str:
    events: list[SpeechEvent] = []
    stream = recognizer.open(rate=RATE, emit=events.append)
    stream.close(feed(stream, sound))
    return " ".join(final.text for final in only(Final, events))


@pytest.mark.parametrize(
    "sound",
    [
        seconds(4),
        white_noise(4, -30, 81),
        pink_noise(4, -25, 82),
        tone(4, 440, 480),
        np.concatenate([tone(0.4, 480, 620), seconds(0.4)] * 5),
    ],
    ids=["silence", "white", "pink", "ringing", "busy"],
)
def test_out_of_nothing_comes_nothing(with_hotwords: WhisperRecognizer, sound: Sound) -> None:
    assert heard(with_hotwords, sound) == ""


def test_other_words_stay_what_they_are(with_hotwords: WhisperRecognizer, speak: Speak) -> None:
    sound = np.concatenate([seconds(1), speak("The internet has been down since yesterday."), seconds(1)])
    text = heard(with_hotwords, telephone(sound, seed=83)).lower()
    assert "internet" in text
    assert [word for word in HOTWORDS if word.lower() in text] == []


def test_a_rare_name_is_spelled_as_it_was_given(
    with_hotwords: WhisperRecognizer, whisper_asr: WhisperRecognizer, speak: Speak
) -> None:
    names = ("Kowalczyk", "Okonkwo", "Szymanski", "Aquaflow")
    sounds = {
        name: telephone(
            np.concatenate([seconds(1), speak(f"I spoke with {name} yesterday."), seconds(1)]), seed=84
        )
        for name in names
    }
    known = [name for name, sound in sounds.items() if name in heard(with_hotwords, sound)]
    guessed = [name for name, sound in sounds.items() if name in heard(whisper_asr, sound)]
    assert len(known) > len(guessed)


def test_too_many_are_said_not_cut_off() -> None:
    packaged = packaged_whisper_dir()
    assert packaged is not None
    tokenizer = tokenizers.Tokenizer.from_file(str(packaged / "tokenizer.json"))
    assert 0 < len(hotword_tokens(tokenizer, HOTWORDS)) <= MAX_TOKENS
    check_hotwords(packaged, HOTWORDS)
    with pytest.raises(AsrError, match=str(MAX_TOKENS)) as refused:
        check_hotwords(packaged, [f"Kowalczyk{n}" for n in range(100)])
    assert refused.value.code == "too_many_hotwords"

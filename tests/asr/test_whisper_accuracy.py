"""The default engine on speech made here, through a telephone made here."""

import re

import jiwer
import numpy as np
import pytest

from asr.scheduler import Inline
from asr.types import Closed, Final, Partial, SpeechEvent
from asr.whisper_asr import WhisperRecognizer
from tests.asr.conftest import Speak
from tests.asr.sounds import RATE, Sound, dtmf, feed, only, pink_noise, seconds, telephone, tone, white_noise

SENTENCES = [
    "I have been charged twice this month.",
    "I want to talk to a real person.",
    "Yes.",
    "Please cancel my subscription today.",
    "The internet has been down since yesterday morning.",
    "That is not what I asked for.",
    "Can I speak to an agent please?",
    "No.",
    "I would like to dispute this charge.",
    "My order has not arrived yet.",
    "Thank you, goodbye.",
]


def hear(recognizer: WhisperRecognizer, sound: Sound) -> list[SpeechEvent]:
    events: list[SpeechEvent] = []
    stream = recognizer.open(rate=RATE, emit=events.append)
    stream.close(feed(stream, sound))
    return events


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9' ]", "", text.lower())


def said(events: list[SpeechEvent]) -> str:
    return plain(" ".join(final.text for final in only(Final, events)))


@pytest.fixture(scope="module")
def call(speak: Speak) -> Sound:
    parts = [part for sentence in SENTENCES for part in (seconds(1.2), speak(sentence))]
    return telephone(np.concatenate([*parts, seconds(1)]), seed=21, snr_db=20)


def test_a_call_is_understood(whisper_asr: WhisperRecognizer, call: Sound) -> None:
    events = hear(whisper_asr, call)
    reference = plain(" ".join(SENTENCES))
    measures = jiwer.process_words(reference, said(events))
    print(f"wer {measures.wer:.3f} insertions {measures.insertions}")
    assert measures.wer <= 0.2
    assert measures.insertions <= 0.03 * len(reference.split())
    assert len(only(Final, events)) == len(SENTENCES)


def test_the_last_partial_of_an_utterance_says_what_the_final_says(
    whisper_asr: WhisperRecognizer, call: Sound
) -> None:
    events = hear(whisper_asr, call)
    for final in only(Final, events):
        last = [e for e in only(Partial, events) if e.utterance == final.utterance][-1]
        assert last.text == final.text
        assert last.stable == len(final.words)


def test_words_are_where_they_were_spoken(whisper_asr: WhisperRecognizer, speak: Speak) -> None:
    phrases = [speak("I want to cancel"), speak("my subscription"), speak("please")]
    gap = seconds(0.15)
    spans, at = [], RATE
    for phrase in phrases:
        loud = np.flatnonzero(np.abs(phrase) > 0.04 * np.abs(phrase).max())
        spans.append((at + loud[0], at + loud[-1]))
        at += len(phrase) + len(gap)
    sound = np.concatenate([seconds(1), *(part for phrase in phrases for part in (phrase, gap)), seconds(1)])
    words = [
        word for final in only(Final, hear(whisper_asr, telephone(sound, seed=22))) for word in final.words
    ]
    placed = {plain(word.text): word for word in words}
    assert {"i", "cancel", "my", "subscription", "please"} <= set(placed)
    for word, where in (("i", spans[0][0]), ("my", spans[1][0]), ("please", spans[2][0])):
        assert placed[word].start == pytest.approx(where, abs=0.3 * RATE)
    for word, where in (("cancel", spans[0][1]), ("subscription", spans[1][1]), ("please", spans[2][1])):
        assert placed[word].end == pytest.approx(where, abs=0.3 * RATE)


@pytest.mark.parametrize("text", ["Let me talk to a real person.", "Agent.", "Representative please."])
def test_what_makes_the_decoder_loop_is_said_once(
    whisper_asr: WhisperRecognizer, speak: Speak, text: str
) -> None:
    for snr_db in (12.0, 20.0, 40.0):
        sound = telephone(np.concatenate([seconds(1), speak(text), seconds(1)]), seed=23, snr_db=snr_db)
        events = hear(whisper_asr, sound)
        assert all(len(event.text.split()) <= len(text.split()) + 3 for event in only(Partial, events))
        assert len(said(events).split()) <= len(text.split()) + 1


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(seconds(10), id="silence"),
        pytest.param(white_noise(10, -40, seed=31), id="white noise"),
        pytest.param(white_noise(10, -20, seed=32), id="loud white noise"),
        pytest.param(pink_noise(10, -35, seed=33), id="line noise"),
        pytest.param(pink_noise(10, -18, seed=34), id="loud line noise"),
        pytest.param(tone(10, 425), id="dial tone"),
        pytest.param(np.concatenate([tone(1, 440, 480), seconds(1)] * 5), id="ringback"),
        pytest.param(dtmf("0123456789*#" * 5), id="dtmf"),
        pytest.param(np.concatenate([dtmf("0"), seconds(2)] * 4), id="single keys"),
    ],
)
def test_what_is_not_speech_has_no_words(whisper_asr: WhisperRecognizer, sound: Sound) -> None:
    events = hear(whisper_asr, sound)
    assert only(Final, events) == []
    assert [event for event in only(Partial, events) if event.text] == []


def test_closing_in_mid_sentence_keeps_the_words_said(whisper_asr: WhisperRecognizer, speak: Speak) -> None:
    sentence = speak("I would like to speak to an agent right now")
    sound = telephone(np.concatenate([seconds(1), sentence]), seed=24)
    events = hear(whisper_asr, sound)
    assert isinstance(events[-1], Closed)
    assert "agent" in said(events)


def test_long_speech_without_a_pause_is_understood_across_the_cuts(
    whisper_asr: WhisperRecognizer, speak: Speak
) -> None:
    text = (
        "I called you last week about the same problem and the man on the phone told me that somebody would "
        "come on monday but nobody came and when I called again they said there was no appointment at all "
        "and now I have been waiting for ten days without any internet and I am still paying for it"
    )
    events = hear(whisper_asr, telephone(np.concatenate([seconds(1), speak(text), seconds(1)]), seed=25))
    assert len(only(Final, events)) >= 2
    assert jiwer.wer(plain(text), said(events).replace("10", "ten")) <= 0.2


def test_hotwords_are_used_by_finals_and_do_no_harm(call: Sound) -> None:
    biased = WhisperRecognizer(Inline(), hotwords=("agent", "representative", "cancel", "dispute"))
    assert jiwer.wer(plain(" ".join(SENTENCES)), said(hear(biased, call))) <= 0.2


def test_the_same_audio_gives_the_same_words(whisper_asr: WhisperRecognizer, call: Sound) -> None:
    assert hear(whisper_asr, call[: 10 * RATE]) == hear(whisper_asr, call[: 10 * RATE])


def test_wideband_audio_needs_no_upsampling(whisper_asr: WhisperRecognizer) -> None:
    import soxr
    from hibari import Hibari

    voice = Hibari()
    sound = soxr.resample(
        np.asarray(voice("Please cancel my subscription today.", seed=1), float), voice.sample_rate, 16_000
    )
    events: list[SpeechEvent] = []
    stream = whisper_asr.open(rate=16_000, emit=events.append)
    sound = np.concatenate([np.zeros(16_000), sound, np.zeros(16_000)])
    data = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    for start in range(0, len(data), 640):
        stream.feed(data[start : start + 640], start // 2)
    stream.close(len(sound))
    assert said(events) == "please cancel my subscription today"
    assert only(Final, events)[0].start == pytest.approx(16_000, abs=8000)

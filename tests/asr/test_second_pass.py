"""Partials by the first model, finals by the second while there is time."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from asr.audio import Samples
from asr.engines import make_recognizer
from asr.errors import AsrError
from asr.hypothesis import Asked, HeardWord, Hypothesis
from asr.scheduler import DecodeQueue, HopRules, Inline, Job, Priority
from asr.second_pass import SecondPass
from asr.types import Final, Partial, SpeechEvent
from asr.whisper_asr import WhisperRecognizer
from tests.asr.conftest import WHISPER_BASE, Speak
from tests.asr.sounds import RATE, Sound, feed, only, seconds, telephone

AUDIO = np.zeros(16_000, np.float32)


class Says:
    """Hears its own name, whatever is said."""

    def __init__(self, name: str, *, fails: bool = False) -> None:
        self.speculates, self.incremental, self.kin = True, False, None
        self.word = HeardWord(text=name)
        self.fails = fails

    def partials(self, asked: Sequence[Asked]) -> list[Hypothesis]:
        return [Hypothesis(words=(self.word,)) for _ in asked]

    def final(self, utterance: int, audio: Samples) -> Hypothesis:
        if self.fails:
            raise RuntimeError("what was said must not leak")
        return Hypothesis(words=(self.word,))


def test_each_model_has_its_part() -> None:
    both = SecondPass(Says("first"), Says("second"), DecodeQueue())
    assert both.partials([Asked(utterance=1, audio=AUDIO)])[0].text == "first"
    assert both.final(1, AUDIO).text == "second"


def test_a_final_that_waits_gets_its_turn_sooner() -> None:
    queue = DecodeQueue()
    both = SecondPass(Says("first"), Says("second"), queue)
    queue.submit(Job("another stream", Priority.FINAL, lambda: None))
    assert both.final(1, AUDIO).text == "first"
    assert queue.take()
    assert both.final(1, AUDIO).text == "second"


def test_under_overload_finals_are_the_first_models_own() -> None:
    now = [0.0]
    queue = DecodeQueue(HopRules(settle=1, weight=1.0), clock=lambda: now[0])
    both = SecondPass(Says("first"), Says("second"), queue)
    for stream in "st":
        queue.submit(Job(stream, Priority.PARTIAL))
        assert not queue.overloaded
        now[0] += 1.0
        assert queue.take()
    assert queue.hop_ms > 240
    assert both.final(1, AUDIO).text == "first"


def test_a_second_model_that_breaks_costs_no_words(caplog: pytest.LogCaptureFixture) -> None:
    both = SecondPass(Says("first"), Says("second", fails=True), Inline())
    assert both.final(1, AUDIO).text == "first"
    assert "RuntimeError" in caplog.text
    assert "leak" not in caplog.text


@pytest.fixture(scope="module")
def call(speak: Speak) -> Sound:
    spoken = speak("My order number is on the letter that you sent to Brighton in spring.")
    return telephone(np.concatenate([seconds(1), spoken, seconds(1.5)]), seed=61, snr_db=12.0)


def hear(recognizer: object, sound: Sound) -> list[SpeechEvent]:
    events: list[SpeechEvent] = []
    stream = recognizer.open(rate=RATE, emit=events.append)  # type: ignore[attr-defined]
    stream.close(feed(stream, sound))
    return events


def test_partials_are_those_of_tiny_and_the_final_is_that_of_base(
    whisper_asr: WhisperRecognizer, call: Sound
) -> None:
    base = WhisperRecognizer(Inline(), model_dir=WHISPER_BASE)
    both = make_recognizer("whisper_asr", Inline(), final_model_dir=WHISPER_BASE)
    assert both.model_sha256 == whisper_asr.model_sha256
    assert both.final_model_sha256 == base.model_sha256 != both.model_sha256
    of_tiny, of_base, of_both = (hear(recognizer, call) for recognizer in (whisper_asr, base, both))
    assert only(Final, of_both) == only(Final, of_base)
    final = only(Final, of_both)[0].text
    shown = [partial.text for partial in only(Partial, of_both)]
    assert shown[:-1] == [partial.text for partial in only(Partial, of_tiny)][:-1]
    assert shown[-1] == final


@pytest.mark.parametrize("missing", ["nowhere", ""])
def test_a_second_model_that_is_none_is_said(tmp_path: Path, missing: str) -> None:
    with pytest.raises(AsrError) as refused:
        make_recognizer("whisper_asr", Inline(), final_model_dir=tmp_path / missing)
    assert refused.value.code == "model_missing"


def test_an_engine_that_cuts_its_own_utterances_cannot_take_part() -> None:
    with pytest.raises(AsrError, match="final_model") as refused:
        make_recognizer("scripted", Inline(), final_model_dir=WHISPER_BASE)
    assert refused.value.code == "engine_missing"

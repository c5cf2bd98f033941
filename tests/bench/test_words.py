"""Scoring of words, on hypotheses made by hand; and what the talkers say."""

import numpy as np
import pytest

from bridge.bench.speech import SyntheticSpeech
from bridge.bench.talk import WIRE_HZ
from bridge.bench.words import Heard, Said, Scores, score

SAID = [
    Said(text="my", at=10.0),
    Said(text="parcel", at=10.4),
    Said(text="is", at=10.6),
    Said(text="late", at=11.0, last=True),
]
HEARD = [
    Heard(at=10.3, kind="partial", text="my", utterance=1),
    Heard(at=10.5, kind="partial", text="My parcel", utterance=1),
    Heard(at=10.8, kind="partial", text="My partial is", utterance=1),
    Heard(at=11.2, kind="partial", text="My parcel is late.", utterance=1),
    Heard(at=11.6, kind="final", text="My parcel is late."),
]


def test_first_right_and_right_for_good() -> None:
    scores = score(SAID, HEARD)
    assert scores.word == pytest.approx([300, 100, 200, 200])
    assert scores.stable == pytest.approx([300, 800, 200, 200])
    assert scores.turn == pytest.approx([200])
    assert scores.final == pytest.approx([600])
    assert scores.coverage == 1.0


def test_a_wrong_word_has_no_latency_and_lowers_coverage() -> None:
    heard = [*HEARD[:-1], Heard(at=11.6, kind="final", text="My partial is late.")]
    scores = score(SAID, heard)
    assert scores.coverage == 0.75
    assert len(scores.word) == 3
    whole = Scores()
    whole.add(scores)
    assert whole.errors.told() == {
        "wer": 0.25, "substitutions": 0.25, "deletions": 0.0, "insertions": 0.0, "words": 4,
    }  # fmt: skip


def test_nothing_heard_is_no_coverage() -> None:
    scores = score(SAID, [])
    assert scores.coverage == 0.0
    assert Scores().errors.wer is None


def test_talkers_say_the_same_for_the_same_seed_and_words_end_where_sound_does() -> None:
    talk, again = SyntheticSpeech().talk(8.0, seed=1), SyntheticSpeech().talk(8.0, seed=1)
    assert np.array_equal(talk.pcm, again.pcm)
    ends = [end for _, end, _ in talk.words]
    assert ends == sorted(ends)
    assert sum(last for _, _, last in talk.words) >= 1
    for _, end, last in talk.words:
        if last:
            rms = [float(np.std(talk.pcm[at : at + WIRE_HZ // 4])) for at in (end - WIRE_HZ // 4, end)]
            assert rms[0] > 3 * rms[1]

"""What the talkers of `bench latency` say: synthetic speech, as a telephone carries it.

Where the corpus is built its clips are said instead (`bridge.bench.talk`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from bridge.adapters.voices import HibariVoice
from bridge.bench.corpus.align import CLEAN_HZ, Aligner
from bridge.bench.corpus.channel import line
from bridge.bench.talk import WIRE_HZ, Talk

TALKERS: Final = (1.0, 0.92, 1.08, 0.96, 1.04)
"""the one voice that comes with the wheel, slower and deeper or faster and higher"""
PAUSE_S: Final = (1.2, 2.2)
LEVEL_DB: Final = -22.0
SNR_DB: Final = 25.0

SENTENCES: Final = (
    "I ordered a blue jacket two weeks ago and it has not arrived yet.",
    "My internet connection drops every evening around eight o'clock.",
    "The invoice you sent me shows the wrong address.",
    "I already paid this bill by bank transfer on Friday.",
    "Could you tell me when the technician is going to come?",
    "I would like to change the delivery date of my order.",
    "The washing machine makes a loud noise and then it stops.",
    "My password does not work and the reset mail never comes.",
    "We moved to a new apartment and need the contract changed.",
    "The battery of my phone is empty after only three hours.",
    "I was told that the refund takes five working days.",
    "Please check whether the payment has reached your account.",
    "The train was late and I missed my connection in the north.",
    "There is water on the kitchen floor below the boiler.",
    "I want to know why the price went up last month.",
    "The driver left the parcel in front of the wrong house.",
    "My insurance number is on the letter that you sent in spring.",
    "The room we booked has only one bed instead of two.",
    "It worked fine until the update was installed yesterday.",
    "I tried to turn it off and on again but nothing happened.",
    "The colour of the sofa is different from the picture.",
    "How long does it take until the new card is here?",
    "My daughter lost her ticket on the way to school.",
    "The screen stays black although the green light is on.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`words`: each with the sample (8 kHz) behind its last sound."""

    pcm: npt.NDArray[np.float64]
    words: tuple[tuple[str, int], ...]


class SyntheticSpeech:
    """Keeps `bridge.bench.talk.Speech`. Sentences are spoken and aligned once for all streams."""

    told = "synthetic: sentences of one voice in five paces, no corpus"

    def __init__(self) -> None:
        self._aligner = Aligner()
        self._voice = HibariVoice()
        self._spoken: dict[tuple[str, float], Sentence] = {}

    def talk(self, seconds: float, seed: int) -> Talk:
        """Sentences with pauses between, for `seconds`; the same for the same seed."""
        random = np.random.default_rng(seed)
        parts: list[npt.NDArray[np.float64]] = []
        words: list[tuple[str, int, bool]] = []
        length = 0
        order = random.permutation(len(SENTENCES))
        for number in range(10_000):
            sentence = self._sentence(SENTENCES[order[number % len(order)]], TALKERS[seed % len(TALKERS)])
            if length and length + len(sentence.pcm) > seconds * WIRE_HZ:
                break
            last = len(sentence.words) - 1
            words += [(text, length + end, i == last) for i, (text, end) in enumerate(sentence.words)]
            parts += [sentence.pcm, np.zeros(round(random.uniform(*PAUSE_S) * WIRE_HZ))]
            length = sum(len(part) for part in parts)
        said = line(np.concatenate(parts), random, level_dbfs=LEVEL_DB, snr_db=SNR_DB)
        return Talk(pcm=said, words=tuple(words))

    def _sentence(self, text: str, pace: float) -> Sentence:
        if (text, pace) not in self._spoken:
            self._spoken[text, pace] = self._speak(text, pace)
        return self._spoken[text, pace]

    def _speak(self, text: str, pace: float) -> Sentence:
        spoken = self._voice.speak(text, CLEAN_HZ).astype(np.float32) / np.float32(32_768)
        clean = np.asarray(soxr.resample(spoken, CLEAN_HZ * pace, CLEAN_HZ), np.float32)
        ends = self._aligner.word_ends(clean, text)
        words = tuple((word, end * WIRE_HZ // CLEAN_HZ) for word, end in ends)
        return Sentence(pcm=soxr.resample(clean.astype(np.float64), CLEAN_HZ, WIRE_HZ), words=words)

"""What the talkers of `bench latency` say: synthetic speech, as a telephone carries it.

The voice tells no word times, so they come from a forced alignment of the clean 16 kHz audio with its known
text (cross-attention of the packaged Whisper model), each word's end moved back to its last audible sample.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from asr.models import whisper_dir
from asr.whisper_model import WhisperModel
from bridge.adapters.voices import HibariVoice
from bridge.bench.words import plain
from sip.party.g711 import Pcm

METHOD: Final = "forced alignment of the clean synthetic speech (packaged Whisper, cross-attention)"
TALKERS: Final = (1.0, 0.92, 1.08, 0.96, 1.04)
"""the one voice that comes with the wheel, slower and deeper or faster and higher"""
CLEAN_HZ: Final = 16_000
WIRE_HZ: Final = 8_000
PAUSE_S: Final = (1.2, 2.2)
LEVEL_DB: Final = -22.0
SNR_DB: Final = 25.0
BAND_HZ: Final = (300.0, 3_400.0)
AUDIBLE: Final = 0.03
LATE_S: Final = 0.066
"""by how much alignment puts a word's end too late: the median over 171 words whose true ends were known"""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What one caller says. `words`: (text, sample of its end, whether it ends a turn)."""

    pcm: Pcm
    words: tuple[tuple[str, int, bool], ...]


class Talkers:
    """Sentences are spoken and aligned once, however many streams say them."""

    def __init__(self) -> None:
        self._aligner = WhisperModel(whisper_dir())
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
        return Talk(pcm=_telephone(np.concatenate(parts), random), words=tuple(words))

    def _sentence(self, text: str, pace: float) -> Sentence:
        if (text, pace) not in self._spoken:
            self._spoken[text, pace] = self._speak(text, pace)
        return self._spoken[text, pace]

    def _speak(self, text: str, pace: float) -> Sentence:
        spoken = self._voice.speak(text, CLEAN_HZ).astype(np.float32) / np.float32(32_768)
        clean = np.asarray(soxr.resample(spoken, CLEAN_HZ * pace, CLEAN_HZ), np.float32)
        loud = np.nonzero(np.abs(clean) >= AUDIBLE * float(np.max(np.abs(clean))))[0]
        words: list[tuple[str, int]] = []
        aligned = self._aligner.align(clean, text)
        for number, word in enumerate(aligned):
            end = len(clean) if number == len(aligned) - 1 else round(word.end_s * CLEAN_HZ)
            before = loud[loud < end]
            end = int(before[-1]) + 1 if len(before) else end
            if number < len(aligned) - 1:
                end = max(end - round(LATE_S * CLEAN_HZ), 0)
            words += [(part, end * WIRE_HZ // CLEAN_HZ) for part in plain(word.text)]
        return Sentence(pcm=soxr.resample(clean.astype(np.float64), CLEAN_HZ, WIRE_HZ), words=tuple(words))


def _telephone(sound: npt.NDArray[np.float64], random: np.random.Generator) -> Pcm:
    """300-3400 Hz, telephone level, pink line noise. G.711 comes with the wire."""
    hertz = np.fft.rfftfreq(len(sound), 1 / WIRE_HZ)
    spectrum = np.fft.rfft(sound)
    spectrum[(hertz < BAND_HZ[0]) | (hertz > BAND_HZ[1])] = 0.0
    band = np.fft.irfft(spectrum, len(sound))
    spoken = band[np.abs(band) > 0.01 * float(np.max(np.abs(band)))]
    band *= 10 ** (LEVEL_DB / 20) / float(np.std(spoken))
    pink = np.fft.rfft(random.normal(0.0, 1.0, len(sound))) / np.sqrt(np.maximum(np.arange(len(hertz)), 1))
    noise = np.fft.irfft(pink, len(sound))
    noise *= 10 ** ((LEVEL_DB - SNR_DB) / 20) / float(np.std(noise))
    made: Pcm = (np.clip(band + noise, -1.0, 1.0) * 32_767).astype(np.int16)
    return made

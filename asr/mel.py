"""The log-mel spectrogram Whisper models take: 80 (or 128) bands, 10 ms hop, Slaney scale.

The same numbers as faster_whisper.feature_extractor (a test compares), without importing that package, which
brings PyAV and the hub client with it.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from asr.audio import TICKS_PER_S, Samples

HOP: Final = 160
_FFT = 400


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney: linear to 1 kHz, logarithmic above."""
    linear = mels * (200.0 / 3)
    return np.where(mels < 15.0, linear, 1000.0 * np.exp((np.log(6.4) / 27.0) * (mels - 15.0)))


@lru_cache(maxsize=2)
def _filters(bands: int) -> Samples:
    bins = np.fft.rfftfreq(_FFT, 1.0 / TICKS_PER_S)
    edges = _hertz(np.linspace(0.0, 45.245640471924965, bands + 2))
    widths = np.diff(edges)
    ramps = edges[:, None] - bins[None, :]
    lower = -ramps[:-2] / widths[:-1, None]
    upper = ramps[2:] / widths[1:, None]
    weights = np.maximum(0.0, np.minimum(lower, upper)) * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return weights.astype(np.float32)


@lru_cache(maxsize=1)
def _window() -> Samples:
    return np.hanning(_FFT + 1)[:-1].astype(np.float32)


def log_mel(samples: Samples, bands: int = 80) -> Samples:
    """[bands, len(samples) // 160], float32, C order."""
    padded = np.pad(samples, _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::HOP][:-1]
    power = np.abs(np.fft.rfft(frames * _window(), axis=-1)).astype(np.float32) ** 2
    energy = _filters(bands) @ power.T
    log = np.log10(np.maximum(energy, 1e-10))
    log = np.maximum(log, log.max() - 8.0)
    return np.ascontiguousarray((log + 4.0) / 4.0, dtype=np.float32)

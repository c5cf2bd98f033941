"""What the music detector and the prosody look at: 64 ms of sound every 32 ms, as a power spectrum."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from asr.audio import TICKS_PER_S, Samples

WINDOW: Final = 1024
"""ticks: two VAD frames"""
BIN_HZ: Final = TICKS_PER_S / WINDOW
BAND: Final = slice(16, 224)
"""bins of 250 to 3500 Hz: what a telephone lets through"""
_FLOOR: Final = np.float32(1e-12)
_SHAPE: Final = np.hanning(WINDOW).astype(np.float32)
_GAIN: Final = np.float32(2 / (WINDOW * float((_SHAPE.astype(float) ** 2).sum())))
_EDGES: Final = np.unique(np.round(np.geomspace(1, 209, 17)).astype(int))[:-1] - 1


@dataclass(frozen=True, slots=True)
class Spectrum:
    power: Samples
    """of every bin, 0 to 8 kHz"""
    level_db: float
    """in `BAND`, dB of full scale"""
    bands_db: Samples
    """the level in 16 bands of rising width"""


class Spectra:
    """One stream's windows, each of the frame pushed and the one before."""

    def __init__(self) -> None:
        self._heard: Samples = np.zeros(WINDOW, np.float32)

    def push(self, frame: Samples) -> Spectrum:
        """`frame`: the next half window of 16 kHz samples."""
        half = WINDOW // 2
        self._heard[:half] = self._heard[half:]
        self._heard[half:] = frame
        bins = np.fft.rfft(self._heard * _SHAPE)
        power = np.asarray(bins.real**2 + bins.imag**2, np.float32) * _GAIN
        bands = np.add.reduceat(power[BAND], _EDGES) + _FLOOR
        level = 10 * float(np.log10(bands.sum()))
        return Spectrum(power, level, np.log10(bands, dtype=np.float32) * np.float32(10))

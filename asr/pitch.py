"""The fundamental of a voice from its harmonics: a telephone cuts the fundamental itself off."""

from typing import Final

import numpy as np

from asr.audio import TICKS_PER_S
from asr.spectrum import BAND, WINDOW, Spectrum

LOWEST_HZ: Final = 70.0
HIGHEST_HZ: Final = 400.0
PERIODIC: Final = 0.4
"""of the autocorrelation at lag 0: less is no voiced sound"""
_AS_GOOD: Final = 0.88
"""of the best lag: a shorter one so good is the period, the others are its multiples"""
_FIRST: Final = int(TICKS_PER_S / HIGHEST_HZ)
_LAST: Final = int(TICKS_PER_S / LOWEST_HZ) + 1


def pitch_hz(spectrum: Spectrum) -> float | None:
    """None when the window has no period between 70 and 400 Hz.

    Autocorrelation of the compressed spectrum (the magnitude's square root, as Tolonen and Karjalainen 2000
    do), so that one strong formant does not hide the comb of harmonics.
    """
    comb = np.zeros(WINDOW // 2 + 1, np.float32)
    comb[BAND] = spectrum.power[BAND] ** 0.25
    comb[BAND] -= comb[BAND].mean()
    likeness = np.fft.irfft(np.maximum(comb, 0))
    if likeness[0] <= 0:
        return None
    likeness = likeness[: _LAST + 2] / likeness[0]
    inside = likeness[_FIRST : _LAST + 1]
    best = float(inside.max())
    if best < PERIODIC:
        return None
    tops = (inside >= likeness[_FIRST - 1 : _LAST]) & (inside >= likeness[_FIRST + 1 : _LAST + 2])
    good = np.flatnonzero(tops & (inside >= _AS_GOOD * best))
    if not len(good):
        return None
    lag = _FIRST + int(good[0])
    before, top, after = (float(likeness[lag + step]) for step in (-1, 0, 1))
    bend = before - 2 * top + after
    return TICKS_PER_S / (lag + (0.5 * (before - after) / bend if bend < 0 else 0.0))

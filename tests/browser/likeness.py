"""Whether what was heard are certain words, by their spectrograms."""

import numpy as np
import numpy.typing as npt

from sip.party.g711 import Pcm

BANDS = (3, 5, 7, 9, 12, 15, 19, 24, 30, 38, 48, 60, 76, 95)
"""first bins, of 31 Hz each"""


def alike(ear: Pcm, clip: Pcm) -> float:
    """The correlation of their spectrograms, where they fit best: 1 is the same words, other words stay below
    0.6. Chromium stretches and squeezes time, which sample by sample would look like other words."""
    heard, wanted = spectrogram(ear), spectrogram(clip)
    if len(heard) < len(wanted):
        return 0.0
    norm = np.linalg.norm(wanted)
    pieces = (heard[at : at + len(wanted)] for at in range(len(heard) - len(wanted) + 1))
    centred = (piece - piece.mean(axis=0) for piece in pieces)
    return max(float((c * wanted).sum() / max(np.linalg.norm(c) * norm, 1.0)) for c in centred)


def spectrogram(pcm: Pcm) -> npt.NDArray[np.float64]:
    """Logarithmic, 14 bands, each around its mean."""
    size, step = 256, 160
    if len(pcm) < size:
        return np.zeros((0, len(BANDS)))
    windows = np.lib.stride_tricks.sliding_window_view(pcm.astype(float), size)[::step]
    power = np.abs(np.fft.rfft(windows * np.hanning(size))) ** 2
    bands: npt.NDArray[np.float64] = np.log(np.add.reduceat(power, BANDS, axis=1) + 1e4)
    return bands - bands.mean(axis=0)

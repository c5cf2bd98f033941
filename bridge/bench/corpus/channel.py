"""A telephone line made here: band, level, line noise, G.711; the same for the same random numbers."""

from typing import Final

import numpy as np
import numpy.typing as npt

from sip.party.g711 import Pcm, ulaw_decode, ulaw_encode

Sound = npt.NDArray[np.float64]
RATE: Final = 8_000
BAND_HZ: Final = (300.0, 3_400.0)
LEVELS_DBFS: Final = (-28.0, -18.0)
SNRS_DB: Final = (15.0, 25.0)
_SOFT: Final = 0.01
"""of the peak: what is softer is no part of the level"""


def line(sound: Sound, random: np.random.Generator, *, level_dbfs: float, snr_db: float) -> Pcm:
    """300-3400 Hz, telephone level, pink line noise. G.711 comes with the wire, or with `mu_law`."""
    band = _band(sound)
    spoken = band[np.abs(band) > _SOFT * float(np.max(np.abs(band)))]
    band *= 10 ** (level_dbfs / 20) / float(np.std(spoken))
    noisy = band + pink(len(sound), random, level_dbfs - snr_db)
    made: Pcm = (np.clip(noisy, -1.0, 1.0) * 32_767).astype(np.int16)
    return made


def any_line(sound: Sound, random: np.random.Generator) -> Pcm:
    """A line of random level and noise, G.711 included."""
    level_dbfs, snr_db = random.uniform(*LEVELS_DBFS), random.uniform(*SNRS_DB)
    return mu_law(line(sound, random, level_dbfs=level_dbfs, snr_db=snr_db))


def mu_law(pcm: Pcm) -> Pcm:
    return ulaw_decode(ulaw_encode(pcm))


def pink(samples: int, random: np.random.Generator, dbfs: float) -> Sound:
    spectrum = np.fft.rfft(random.normal(0.0, 1.0, samples))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    noise = np.fft.irfft(spectrum, samples)
    return np.asarray(noise * 10 ** (dbfs / 20) / float(np.std(noise)), np.float64)


def _band(sound: Sound) -> Sound:
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hertz < BAND_HZ[0]) | (hertz > BAND_HZ[1])] = 0.0
    return np.asarray(np.fft.irfft(spectrum, len(sound)), np.float64)

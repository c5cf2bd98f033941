"""Sounds for the tests: made here, 8 kHz telephone quality, seeded."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from asr.recognizer import Stream
from asr.types import SpeechEvent

RATE = 8000
FRAME = 160
Sound = NDArray[np.float64]


def seconds(duration: float) -> Sound:
    return np.zeros(round(duration * RATE))


def white_noise(duration: float, dbfs: float, seed: int) -> Sound:
    print(f"seed {seed}")
    return np.random.default_rng(seed).normal(0.0, 10 ** (dbfs / 20), round(duration * RATE))


def pink_noise(duration: float, dbfs: float, seed: int) -> Sound:
    spectrum = np.fft.rfft(white_noise(duration, 0.0, seed))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    pink = np.fft.irfft(spectrum, round(duration * RATE))
    return pink / pink.std() * 10 ** (dbfs / 20)


def tone(duration: float, *hertz: float, dbfs: float = -15.0) -> Sound:
    time = np.arange(round(duration * RATE)) / RATE
    return sum(np.sin(2 * np.pi * f * time) for f in hertz) / len(hertz) * 10 ** (dbfs / 20)


def dtmf(digits: str) -> Sound:
    """80 ms on, 80 ms off."""
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    keys = "123456789*0#"
    pairs = [(rows[keys.index(d) // 3], columns[keys.index(d) % 3]) for d in digits]
    return np.concatenate([part for pair in pairs for part in (tone(0.08, *pair, dbfs=-8), seconds(0.08))])


def mu_law_round_trip(sound: Sound) -> Sound:
    """What G.711 leaves of it (the continuous law, 8 bits)."""
    clipped = np.clip(sound, -1.0, 1.0)
    code = np.round(np.sign(clipped) * np.log1p(255 * np.abs(clipped)) / np.log(256) * 127) / 127
    return np.sign(code) * (np.power(256.0, np.abs(code)) - 1) / 255


def telephone(sound: Sound, seed: int, snr_db: float = 20.0) -> Sound:
    """300-3400 Hz, pink line noise, mu-law, -22 dBFS."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0.0
    band = np.fft.irfft(spectrum, len(sound))
    loud = band[np.abs(band) > 0.01 * np.abs(band).max()]
    band *= 10 ** (-22 / 20) / loud.std()
    return mu_law_round_trip(band + pink_noise(len(sound) / RATE, -22 - snr_db, seed))


def pcm(sound: Sound) -> bytes:
    return (np.clip(sound, -1.0, 1.0) * 32767).astype("<i2").tobytes()


def feed(stream: Stream, sound: Sound, position: int = 0) -> int:
    """In 20 ms frames, as fast as it goes; the position after the last whole frame."""
    data = pcm(sound)
    for start in range(0, len(data) - 2 * FRAME + 1, 2 * FRAME):
        stream.feed(data[start : start + 2 * FRAME], position + start // 2)
    return position + len(data) // (2 * FRAME) * FRAME


def only(kind: type, events: Iterable[SpeechEvent]) -> list:
    return [event for event in events if isinstance(event, kind)]

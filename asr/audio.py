"""Audio on the recognizer's own clock: 16 kHz float32, counted in *ticks* (samples since it began)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from asr.errors import AsrError

Samples = NDArray[np.float32]
TICKS_PER_S: Final = 16_000
RATES: Final = (8_000, 16_000)

_HALF_TAPS = 16


def ticks(ms: float) -> int:
    """Milliseconds to 16 kHz samples."""
    return round(ms * TICKS_PER_S / 1000)


def check_rate(rate: int) -> int:
    """The rate itself, or `AsrError("bad_rate")`."""
    if rate not in RATES:
        raise AsrError("bad_rate", f"cannot recognise audio at {rate} Hz", "feed 8000 or 16000 Hz")
    return rate


def from_pcm(pcm: bytes) -> Samples:
    """s16le mono bytes to float32 in -1..1."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(32768.0)


def to_pcm(samples: Samples) -> bytes:
    """float32 in -1..1 to s16le mono bytes, clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def _half_band() -> Samples:
    """Windowed sinc at half-sample offsets: the odd phase of a x2 interpolator."""
    offsets = np.arange(-_HALF_TAPS + 0.5, _HALF_TAPS)
    taps = np.sinc(offsets) * np.kaiser(2 * _HALF_TAPS, 7.0)
    return np.asarray(taps / taps.sum(), np.float32)


class Upsampler:
    """8 to 16 kHz, streaming, output i lying exactly at input i/2; holds back 16 input samples (2 ms).

    Not soxr's `ResampleStream`: that one hands out blocks, 20-110 ms late by quality (measured), which is a
    fifth of the whole latency budget.
    """

    def __init__(self) -> None:
        self._taps = _half_band()
        self._tail: Samples = np.zeros(_HALF_TAPS - 1, np.float32)

    def push(self, samples: Samples) -> Samples:
        heard = np.concatenate((self._tail, samples))
        if len(heard) < 2 * _HALF_TAPS:
            self._tail = heard
            return np.zeros(0, np.float32)
        odd = np.convolve(heard, self._taps, "valid")
        out = np.empty(2 * len(odd), np.float32)
        out[0::2] = heard[_HALF_TAPS - 1 : _HALF_TAPS - 1 + len(odd)]
        out[1::2] = odd
        self._tail = heard[len(odd) :]
        return out

    def flush(self) -> Samples:
        """What is held back, as if silence followed."""
        return self.push(np.zeros(_HALF_TAPS, np.float32))


class Track:
    """The recent audio of one stream, addressed by tick. Grows at the end, forgets at the front."""

    def __init__(self) -> None:
        self._samples: Samples = np.zeros(4 * TICKS_PER_S, np.float32)
        self._begin = 0
        """tick of `_samples[0]`"""
        self._used = 0

    @property
    def end(self) -> int:
        return self._begin + self._used

    def append(self, samples: Samples) -> None:
        need = self._used + len(samples)
        if need > len(self._samples):
            self._samples = np.concatenate((self._samples[: self._used], np.zeros(need, np.float32)))
        self._samples[self._used : need] = samples
        self._used = need

    def slice(self, start: int, end: int) -> Samples:
        """A copy of [start, end), cut to what is still held."""
        first = max(start - self._begin, 0)
        return self._samples[first : max(min(end - self._begin, self._used), first)].copy()

    def forget(self, before: int) -> None:
        """Allow audio older than `before` to go; done in strides so that it costs nothing per frame."""
        drop = min(before - self._begin, self._used)
        if drop < 2 * TICKS_PER_S:
            return
        self._samples[: self._used - drop] = self._samples[drop : self._used].copy()
        self._used -= drop
        self._begin += drop

"""Known sounds, and finding them again in what was on the wire."""

import base64
import math
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.bench.wirefile import RATE, Track
from sip.party.g711 import Pcm

HUM_S: Final = 1.0
BURST_S: Final = 0.08
BURSTS: Final = 8
BURST_EVERY_S: Final = 0.233
"""not a multiple of 20 ms: each burst begins elsewhere in its packet"""
LEVEL: Final = 3_000
SEED: Final = 4_733
AUDIBLE: Final = 0.03
"""of a sound's peak: what is softer is the voice's breath, not its words"""
ALIKE: Final = 0.8
HEAD_S: Final = 0.3
BLOCK: Final = 40
MODERATE: Final = 4.0
"""mean square below which a stretch is silence, so that correlating it means nothing"""


def hum() -> Pcm:
    """Seeded noise: no stretch of it is like another, so one packet says which part it is."""
    return _noise(HUM_S, SEED)


def bursts() -> list[Pcm]:
    return [_noise(BURST_S, SEED + 1 + number) for number in range(BURSTS)]


def marker() -> Pcm:
    """What the caller sends around the accept: the hum, a pause, then the bursts."""
    sound = np.zeros(round((HUM_S + 0.2 + BURSTS * BURST_EVERY_S) * RATE), np.int16)
    sound[: round(HUM_S * RATE)] = hum()
    for number, burst in enumerate(bursts()):
        start = round((HUM_S + 0.2 + number * BURST_EVERY_S) * RATE)
        sound[start : start + len(burst)] = burst
    return sound


def _noise(seconds: float, seed: int) -> Pcm:
    made: Pcm = np.random.default_rng(seed).normal(0, LEVEL, round(seconds * RATE)).astype(np.int16)
    return made


def audible(sound: Pcm) -> tuple[int, int]:
    """The first and the last audible sample; (0, 0) of silence."""
    loud = np.nonzero(np.abs(sound.astype(np.int32)) >= max(1.0, AUDIBLE * _peak(sound)))[0]
    return (int(loud[0]), int(loud[-1])) if _peak(sound) and len(loud) else (0, 0)


def _peak(sound: Pcm) -> int:
    return int(np.max(np.abs(sound.astype(np.int32)))) if len(sound) else 0


def head(clip: Pcm) -> Pcm:
    """The beginning of a clip, from its first audible sample."""
    first, _ = audible(clip)
    return clip[first : first + round(HEAD_S * RATE)]


def find(sound: Pcm, heard: Pcm) -> int | None:
    """Where `sound` begins in `heard`: the first place that is as good as the best; None below `ALIKE`."""
    if len(heard) < len(sound) or not _peak(sound):
        return None
    alike = _alike(sound, heard)
    best = float(alike.max())
    return int(np.nonzero(alike >= best - 1e-6)[0][0]) if best >= ALIKE else None


def _alike(sound: Pcm, heard: Pcm) -> npt.NDArray[np.float64]:
    """Normalised correlation at every place."""
    pattern, stream = sound.astype(np.float64), heard.astype(np.float64)
    size = 1 << math.ceil(math.log2(len(stream) + len(pattern)))
    product = np.fft.irfft(np.fft.rfft(stream, size) * np.conj(np.fft.rfft(pattern, size)), size)
    sums = np.concatenate([[0.0], np.cumsum(stream**2)])
    power = sums[len(pattern) :] - sums[: -len(pattern)]
    floor = MODERATE * len(pattern)
    alike = product[: len(power)] / np.sqrt(np.maximum(power, floor) * float(np.sum(pattern**2)))
    found: npt.NDArray[np.float64] = np.where(power > floor, alike, 0.0)
    return found


def first_of(sound: Pcm, track: Track, begin: int) -> int | None:
    """The first sample at or behind `begin` that carries `sound`, whichever part of it comes first."""
    for number, start in enumerate(track.starts):
        end = track.starts[number + 1] if number + 1 < len(track.starts) else len(track.samples)
        if start < begin:
            continue
        place = find(track.samples[start:end], sound)
        if place is not None:
            return _back(sound, track.samples, start, place, begin)
    return None


def _back(sound: Pcm, heard: Pcm, start: int, place: int, begin: int) -> int:
    """The packet before may carry the end of its audio already: step back block by block."""
    while start - BLOCK >= begin and place >= BLOCK:
        was = heard[start - BLOCK : start].astype(np.float64)
        said = sound[place - BLOCK : place].astype(np.float64)
        norm = math.sqrt(float(np.sum(was**2) * np.sum(said**2)))
        if np.sum(was**2) <= MODERATE * BLOCK or float(np.sum(was * said)) < ALIKE * norm:
            break
        start, place = start - BLOCK, place - BLOCK
    return start


def to_text(sound: Pcm) -> str:
    return base64.b64encode(sound.astype("<i2").tobytes()).decode()


def of_text(text: str) -> Pcm:
    return np.frombuffer(base64.b64decode(text), "<i2").astype(np.int16)

"""Ten minutes in which nobody speaks: a recognizer that finds words in them has made them up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr

from bridge.bench.corpus.channel import RATE, Sound, pink
from bridge.bench.corpus.recordings import music, music_sound

PIECE_S: Final = 30.0
ROWS_HZ: Final = (697, 770, 852, 941)
COLUMNS_HZ: Final = (1_209, 1_336, 1_477)
KEYS: Final = "123456789*0#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    id: str
    kind: str
    licence: str
    sound: Sound


def made() -> Iterator[Noise]:
    """Six minutes of noise and signals, seeded."""
    kinds: dict[str, Callable[[np.random.Generator], Sound]] = {
        "white": _white,
        "pink": lambda random: pink(_samples(PIECE_S), random, random.uniform(-40, -18)),
        "tone": _tone,
        "ringback": _ringback,
        "dtmf": _dtmf,
        "busy": lambda random: _beats(random, (480, 620), 0.5, 0.5),
    }
    for kind, make in kinds.items():
        for number in range(2):
            random = np.random.default_rng([number, *kind.encode()])
            yield Noise(id=f"{kind}-{number}", kind=kind, licence="made here", sound=make(random))


def hold_music() -> Iterator[Noise]:
    """Four minutes and more of Debian's hold music. Raises `PeerUnavailable`."""
    pieces = music()
    seconds = 240.0 / max(len(pieces), 1)
    for path in pieces:
        sound = soxr.resample(music_sound(path, seconds).astype(np.float64), 16_000, RATE)
        yield Noise(id=f"music-{path.stem}", kind="music", licence="CC-BY-SA-3.0", sound=sound)


def _samples(seconds: float) -> int:
    return round(seconds * RATE)


def _white(random: np.random.Generator) -> Sound:
    return random.normal(0.0, 10 ** (random.uniform(-40, -18) / 20), _samples(PIECE_S))


def _sines(seconds: float, hertz: tuple[float, ...]) -> Sound:
    at = np.arange(_samples(seconds)) / RATE
    return np.asarray(sum(np.sin(2 * np.pi * f * at) for f in hertz) / len(hertz), np.float64)


def _tone(random: np.random.Generator) -> Sound:
    """A dial tone, then a test tone of any pitch."""
    return 0.2 * np.concatenate(
        [_sines(PIECE_S / 2, (350, 440)), _sines(PIECE_S / 2, (random.uniform(400, 2_000),))]
    )


def _beats(random: np.random.Generator, hertz: tuple[float, ...], on_s: float, off_s: float) -> Sound:
    beat = np.concatenate([_sines(on_s, hertz), np.zeros(_samples(off_s))])
    whole = np.tile(beat, int(PIECE_S / (on_s + off_s)) + 1)[: _samples(PIECE_S)]
    return random.uniform(0.1, 0.3) * whole


def _ringback(random: np.random.Generator) -> Sound:
    hertz, on_s, off_s = (((440, 480), 2.0, 4.0), ((425,), 1.0, 4.0))[int(random.integers(2))]
    return _beats(random, hertz, on_s, off_s)


def _dtmf(random: np.random.Generator) -> Sound:
    """Keys of 80 to 200 ms, singly and in numbers."""
    parts: list[Sound] = []
    while sum(len(part) for part in parts) < _samples(PIECE_S):
        key = int(random.integers(len(KEYS)))
        pair = (ROWS_HZ[key // 3], COLUMNS_HZ[key % 3])
        parts += [
            0.3 * _sines(random.uniform(0.08, 0.2), pair),
            np.zeros(_samples(random.choice([0.08, 0.1, 1.5]))),
        ]
    return np.concatenate(parts)[: _samples(PIECE_S)]

"""What a telephone line carries that nobody says, by kind; each of any length, seeded."""

from collections.abc import Callable
from functools import cache

import numpy as np

from bridge.bench.music import read
from bridge.peers.recordings import hold_music
from tests.asr.sounds import RATE, Sound, dtmf, mu_law_round_trip, pink_noise, seconds, tone, white_noise


def _lasting(duration: float, *cycle: Sound) -> Sound:
    """The cadence again and again, on a line with a little noise."""
    once = np.concatenate(cycle)
    wanted = round(duration * RATE)
    return np.tile(once, wanted // len(once) + 1)[:wanted] + pink_noise(duration, -55, seed=61)


def _music(duration: float) -> Sound:
    """Parts of every piece of Debian's hold music, from its beginning, a third and two thirds."""
    pieces = [read(path).astype(float) for path in hold_music()]
    share = round(duration * RATE / len(pieces) / 3)
    parts = [piece[len(piece) * i // 3 :][:share] for piece in pieces for i in range(3)]
    return np.concatenate(parts)


TONES: dict[str, Callable[[float], Sound]] = {
    "dial tone": lambda s: _lasting(s, tone(1, 350, 440)),
    "ringback US": lambda s: _lasting(s, tone(2, 440, 480), seconds(4)),
    "ringback UK": lambda s: _lasting(s, tone(0.4, 400, 450), seconds(0.2), tone(0.4, 400, 450), seconds(2)),
    "ringback EU": lambda s: _lasting(s, tone(1, 425), seconds(4)),
    "busy": lambda s: _lasting(s, tone(0.5, 480, 620), seconds(0.5)),
    "special information": lambda s: _lasting(
        s, tone(0.33, 950), tone(0.33, 1400), tone(0.33, 1800), seconds(1)
    ),
    "fax calling": lambda s: _lasting(s, tone(0.5, 1100), seconds(3)),
    "beeps": lambda s: _lasting(s, tone(0.3, 1000), seconds(2.7)),
    "dtmf": lambda s: _lasting(s, dtmf("0123456789*#"), seconds(0.7)),
    "single keys": lambda s: _lasting(s, dtmf("0"), seconds(2), dtmf("5"), seconds(2)),
}
NOISES: dict[str, Callable[[float], Sound]] = {
    "white noise": lambda s: white_noise(s, -30, seed=62),
    "loud white noise": lambda s: white_noise(s, -20, seed=63),
    "pink noise": lambda s: pink_noise(s, -30, seed=64),
    "loud pink noise": lambda s: pink_noise(s, -18, seed=65),
    "hum": lambda s: tone(s, 50, 100, 150, 250, 350, dbfs=-30) + pink_noise(s, -45, seed=66),
}
KINDS = TONES | NOISES | {"music": _music}


@cache
def nonspeech(kind: str, duration: float) -> Sound:
    """8 kHz, after G.711."""
    return mu_law_round_trip(KINDS[kind](duration))

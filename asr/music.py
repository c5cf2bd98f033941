"""Tells music from speech, tones, noise and silence on telephone audio, by 1.5 s of spectra.

Notes are held, so music has spectral peaks that stay where they are, while the harmonics of a voice glide
(the continuous frequency activation of Seyerlehner, Pohle, Schedl, Widmer, DAFx 2007); a voice is also
broken by closures and pauses and changes its spectrum faster. Three such measures are weighed by a linear
rule, whose weights `python -m bridge.bench.music` puts to the test.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from asr.audio import Samples
from asr.spectrum import BAND, WINDOW, Spectrum

Sound = Literal["silence", "noise", "tone", "music", "speech"]

_FRAMES: Final = 47
"""looked back at: 1.5 s"""
_EVERY: Final = 4
"""frames between two judgements: 128 ms"""
_SILENCE_DB: Final = -52.0
_ACTIVE_DB: Final = 20.0
"""frames more than this below the loudest say nothing"""
_PEAK_DB: Final = 6.0
"""a bin so far above its surroundings is a peak"""
_NEIGHBOURS: Final = np.ones(21, np.float32)
_NEIGHBOURHOOD: Final = np.convolve(np.ones(BAND.stop - BAND.start, np.float32), _NEIGHBOURS, "same")
"""bins in it: fewer at the edges"""
_MIN_ACTIVE: Final = 24
"""frames a peak has to be seen against, so that half a second of a vowel is not music"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicRules:
    """Weights and thresholds, chosen on the "dev" half of the recordings of `bridge.bench.music`."""

    sustained: float = 11.8
    """a unit of it: five spectral peaks that last as long as the sound"""
    dynamics: float = -0.74
    """a dB of level's standard deviation"""
    change: float = -0.62
    """a dB of difference between neighbouring loud frames, averaged over the bands"""
    bias: float = 0.34
    start_score: float = 0.5
    stop_score: float = -1.0
    start_judgements: int = 3
    """in a row"""
    stop_judgements: int = 10
    tone_share: float = 0.93
    """of the energy in the two strongest lines"""
    steady_db: float = 0.6
    """standard deviation of the level: a hum keeps it lower, music hardly ever does"""
    noise_flatness: float = 0.25
    """geometric over arithmetic mean of the spectrum: 0.56 in white noise, below 0.05 in voices"""


@dataclass(frozen=True, slots=True)
class MusicOnset:
    at: int
    """tick at which the sound that was found to be music began, as far as it was looked back at"""


@dataclass(frozen=True, slots=True)
class MusicEnd:
    at: int


class MusicDetector:
    """One stream's. `push` takes its spectra one by one; costs about 0.1 ms of CPU a 100 ms of audio."""

    def __init__(self, rules: MusicRules | None = None) -> None:
        self._rules = rules or MusicRules()
        self.playing = False
        self.sound: Sound = "silence"
        """the latest judgement, of the last 1.5 s"""
        self.measures: tuple[float, float, float] | None = None
        """what the latest judgement weighed: sustained, dynamics, change; None when it was plain without"""
        self._count = 0
        self._for = self._against = self._ended = 0
        self._levels = np.full(_FRAMES, -120.0, np.float32)
        self._flatness = np.ones(_FRAMES, np.float32)
        self._lines = np.zeros(_FRAMES, np.float32)
        self._changes = np.zeros(_FRAMES, np.float32)
        self._peaks = np.zeros((_FRAMES, BAND.stop - BAND.start), np.float32)
        self._bands: Samples | None = None

    def push(self, spectrum: Spectrum, now: int) -> MusicOnset | MusicEnd | None:
        """`now`: tick at the end of this spectrum's window."""
        self._note(spectrum, self._count % _FRAMES)
        self._count += 1
        if self._count % _EVERY:
            return None
        score = self._judge()
        return self._stop(score, now) if self.playing else self._start(score, now)

    def _start(self, score: float, now: int) -> MusicOnset | None:
        self._for = self._for + 1 if score > self._rules.start_score else 0
        if self._for < self._rules.start_judgements:
            return None
        self.playing, self._against = True, 0
        return MusicOnset(max(now - _FRAMES * WINDOW // 2, self._ended))

    def _stop(self, score: float, now: int) -> MusicEnd | None:
        self._against = self._against + 1 if score < self._rules.stop_score else 0
        if self._against < self._rules.stop_judgements:
            return None
        self.playing, self._for, self._ended = False, 0, now
        return MusicEnd(now)

    def _note(self, spectrum: Spectrum, row: int) -> None:
        power = spectrum.power[BAND] + np.float32(1e-12)
        logs = np.log(power)
        mean = power.mean()
        self._levels[row] = spectrum.level_db
        self._flatness[row] = np.exp(logs.mean()) / mean
        self._lines[row] = _two_lines(power) / (mean * len(power))
        self._peaks[row] = logs - _surroundings(logs) > _PEAK_DB * np.log(10) / 10
        floored = np.maximum(spectrum.bands_db, spectrum.level_db - 40)
        self._changes[row] = 0 if self._bands is None else np.abs(floored - self._bands).mean()
        self._bands = floored

    def _judge(self) -> float:
        """The score for music; sets `sound`."""
        loudest = float(np.partition(self._levels, -3)[-3])
        active = self._levels > loudest - _ACTIVE_DB
        self.measures = None
        self.sound = self._plain(loudest, active)
        if self.sound != "speech":
            return -10.0
        self.measures = sustained, dynamics, change = self._measure(loudest, active)
        rules = self._rules
        score = rules.sustained * sustained + rules.dynamics * dynamics + rules.change * change + rules.bias
        if score > 0:
            self.sound = "music"
        return score

    def _plain(self, loudest: float, active: NDArray[np.bool_]) -> Sound:
        """Silence, tone or noise, which need no weighing; else "speech"."""
        if loudest < _SILENCE_DB:
            return "silence"
        lines = np.sort(self._lines[active])
        if lines[len(lines) // 4] > self._rules.tone_share:
            return "tone"
        if np.median(self._flatness[active]) > self._rules.noise_flatness:
            return "noise"
        if self._levels.std() < self._rules.steady_db:
            return "noise"
        return "speech"

    def _measure(self, loudest: float, active: NDArray[np.bool_]) -> tuple[float, float, float]:
        lasting = self._peaks[active].sum(axis=0) / max(int(active.sum()), _MIN_ACTIVE)
        sustained = float(np.partition(lasting, -5)[-5:].mean())
        dynamics = float(np.maximum(self._levels, loudest - 30).std())
        changed = self._changes[active & np.roll(active, 1)]
        return sustained, dynamics, float(changed.mean()) if len(changed) else 0.0


def _surroundings(logs: Samples) -> Samples:
    """The mean of each bin and its neighbours."""
    return np.convolve(logs, _NEIGHBOURS, "same") / _NEIGHBOURHOOD


def _two_lines(power: Samples) -> float:
    """The energy of the two strongest spectral lines, each with three bins on either side."""
    rest, energy = power.copy(), 0.0
    for _ in range(2):
        strongest = int(rest.argmax())
        line = slice(max(strongest - 3, 0), strongest + 4)
        energy += float(rest[line].sum())
        rest[line] = 0.0
    return energy

"""How something was said: loudness, pitch, pace, pauses and fillers, against the speaker's own beginning.

Sounds are looked at every 32 ms; an utterance is measured when it ends, and every 4 s while it goes on. Pace
is counted in syllable nuclei: peaks of the level with a dip on both sides, in voiced sound (de Jong
and Wempe, Behavior Research Methods 2009). A filler ("uh", "um", a drawn-out vowel) is 250 to 800 ms of a
voice that moves neither in pitch nor in spectrum; recognizers write nothing for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from asr.audio import TICKS_PER_S, Samples, ticks
from asr.pitch import pitch_hz
from asr.spectrum import WINDOW, Spectrum
from asr.vad import FRAME

FRAME_S: Final = FRAME / TICKS_PER_S
_SECOND: Final = round(1 / FRAME_S)
_EVERY_S: Final = 4.0
"""an utterance that goes on is measured again"""
_DIP_DB: Final = 1.0
"""of 64 ms windows; theirs are shorter, with 2 dB"""
_FAINT_DB: Final = 25.0
"""below the loudest: no syllable"""
_PAUSE_S: Final = 0.2
_FILLER_S: Final = (0.25, 0.8)
_STEADY_SEMITONES: Final = 0.5
"""from frame to frame"""
_STEADY_DB: Final = 2.0
"""mean change of a band from frame to frame, the level set aside"""
_SHAPE_DB: Final = -25.0
"""below the level: a band so faint is noise, which never keeps still"""
_MIN_VOICED: Final = 4
"""frames, for anything to be said of a voice"""
_NOTHING: Final = np.zeros(0)

Row = tuple[float, float, float, float]
"""of a frame: level dB, pitch in semitones over 1 Hz or nan, change dB, 1.0 for speech"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """The sound of [start, end), ticks."""

    start: int
    end: int
    energy_db: float
    """of voiced frames, dB of full scale, 250-3500 Hz"""
    pitch_hz: float
    """median"""
    syllables_per_s: float
    """pauses apart"""
    pauses: int
    """of 200 ms and more inside"""
    pause_s: float
    fillers: int
    energy_z: float | None = None
    """in standard deviations of the speaker's first 10 s, seconds being compared; None until they are over"""
    pitch_z: float | None = None
    rate_z: float | None = None


class Baseline:
    """A speaker's first 10 s of speech: how much a second of it differs from another; then frozen."""

    SECONDS: Final = 10
    _SMALLEST: Final = np.array([2.0, 1.0, 0.6])
    """dB, semitones, syllables a second: below this nobody hears a difference"""

    def __init__(self) -> None:
        self._seconds: list[NDArray[np.float64]] = []
        self._mean = self._spread = _NOTHING

    @property
    def complete(self) -> bool:
        return len(self._mean) > 0

    def add(self, seconds: Sequence[NDArray[np.float64]]) -> None:
        """(level, pitch or nan, pace) of each second."""
        if self.complete:
            return
        self._seconds += seconds
        if len(self._seconds) < self.SECONDS:
            return
        first = np.array(self._seconds[: self.SECONDS])
        known = np.isfinite(first)
        self._mean = np.where(known, first, 0).sum(0) / known.sum(0).clip(1)
        differences = np.where(known, first - self._mean, 0)
        self._spread = np.maximum(np.sqrt((differences**2).sum(0) / known.sum(0).clip(1)), self._SMALLEST)
        self._mean[~known.any(0)] = np.nan

    def z(self, measured: NDArray[np.float64]) -> list[float | None]:
        if not self.complete:
            return [None] * len(measured)
        z = ((measured - self._mean) / self._spread).round(2)
        return [float(value) if np.isfinite(value) else None for value in z]


class Prosody:
    """One stream's. Give it each frame, then say what the endpointer made of it."""

    def __init__(self) -> None:
        self._baseline = Baseline()
        self._rows: list[Row] = []
        self._first = 0
        """frame number of `_rows[0]`"""
        self._before: Samples | None = None
        self._due = 0

    def push(self, spectrum: Spectrum, *, speech: bool) -> None:
        """`speech`: whether the VAD takes this frame for speech, and no music plays."""
        hz = pitch_hz(spectrum) if speech else None
        shape = np.maximum(spectrum.bands_db - spectrum.level_db, _SHAPE_DB)
        change = 0.0 if self._before is None else float(np.abs(shape - self._before).mean())
        self._before = shape
        self._rows.append((spectrum.level_db, 12 * log2(hz) if hz else np.nan, change, float(speech)))

    def forget(self, before: int) -> None:
        """Frames that end before this tick are not asked for any more."""
        drop = min(before // FRAME - self._first, len(self._rows))
        if drop > _SECOND:
            del self._rows[:drop]
            self._first += drop

    def opened(self, onset: int) -> None:
        self._due = onset + ticks(1000 * _EVERY_S)

    def under_way(self, onset: int, now: int) -> Voice | None:
        """The voice since `onset`, every 4 s."""
        if now < self._due:
            return None
        self._due += ticks(1000 * _EVERY_S)
        return self._voice(onset, now, self._between(onset, now))

    def closed(self, onset: int, end: int) -> Voice | None:
        """The whole utterance; None when hardly any of it was voiced. Its seconds go into the baseline."""
        frames = self._between(onset, end)
        voice = self._voice(onset, end, frames)
        if voice is not None:
            self._baseline.add(_by_second(frames))
        return voice

    def _between(self, start: int, end: int) -> NDArray[np.float64]:
        """Frames whose windows' centres lie there."""
        shift = WINDOW // 2 - FRAME
        first = max((start - shift) // FRAME - self._first, 0)
        rows = self._rows[first : max((end - shift) // FRAME - self._first, first)]
        return np.array(rows).reshape(-1, 4)

    def _voice(self, start: int, end: int, frames: NDArray[np.float64]) -> Voice | None:
        if _voiced(frames).sum() < _MIN_VOICED:
            return None
        measured = _measured(frames)
        level, semitones, pace = measured.tolist()
        energy_z, pitch_z, rate_z = self._baseline.z(np.nanmean(_by_second(frames), axis=0))
        pauses = _pauses(frames[:, 3] > 0)
        return Voice(
            start=start,
            end=end,
            energy_db=round(level, 1),
            pitch_hz=round(2 ** (semitones / 12), 1),
            syllables_per_s=round(pace, 2),
            pauses=len(pauses),
            pause_s=round(sum(pauses) * FRAME_S, 2),
            fillers=_fillers(frames),
            energy_z=energy_z,
            pitch_z=pitch_z,
            rate_z=rate_z,
        )


def _voiced(frames: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.isfinite(frames[:, 1])


def _measured(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """(level, pitch, pace) of frames that hold some voice."""
    voiced = frames[_voiced(frames)]
    spoken = max(float(frames[:, 3].sum()), 1.0)
    return np.array([voiced[:, 0].mean(), np.median(voiced[:, 1]), _nuclei(frames) / (spoken * FRAME_S)])


def _by_second(frames: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """What each second of speech measures, as far as it holds some voice; at least one."""
    spoken = frames[frames[:, 3] > 0]
    starts = range(0, max(len(spoken) - _SECOND // 2, 1), _SECOND)
    parts = [spoken[i : i + _SECOND] for i in starts]
    return [_measured(part) for part in parts if _voiced(part).sum() >= _MIN_VOICED] or [_measured(frames)]


def _nuclei(frames: NDArray[np.float64]) -> int:
    """Syllables: voiced peaks of the level, each with a dip before the next."""
    levels, voiced = frames[:, 0], _voiced(frames)
    faint = levels.max() - _FAINT_DB
    count, low, peak, peak_voiced = 0, levels[0], -np.inf, False
    for level, is_voiced in zip(levels, voiced, strict=True):
        if level > peak:
            peak, peak_voiced = level, bool(is_voiced)
        if level < peak - _DIP_DB:
            if peak > low + _DIP_DB and peak_voiced and peak > faint:
                count += 1
            low, peak = level, level
        low = min(low, level)
        if level <= low:
            peak = level
    return count + bool(peak > low + _DIP_DB and peak_voiced and peak > faint)


def _runs(on: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(start, end) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], on.astype(np.int8), [0]))))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _pauses(speech: NDArray[np.bool_]) -> list[int]:
    """Frames of each silence between two sounds that is long enough."""
    inside = [(start, end) for start, end in _runs(~speech) if start > 0 and end < len(speech)]
    return [end - start for start, end in inside if (end - start) * FRAME_S >= _PAUSE_S]


def _fillers(frames: NDArray[np.float64]) -> int:
    """Stretches of one steady voiced sound."""
    steps = np.abs(np.diff(frames[:, 1], prepend=np.nan))
    steady = (steps <= _STEADY_SEMITONES) & (frames[:, 2] <= _STEADY_DB)  # nan compares false
    lasting = ((end - start + 2) * FRAME_S for start, end in _runs(steady))  # windows overlap its ends
    return sum(_FILLER_S[0] <= seconds <= _FILLER_S[1] for seconds in lasting)

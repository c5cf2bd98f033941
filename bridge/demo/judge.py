"""What the demo demands of a call, measured on what the telephones heard.

A leak of the whisper is looked for with a phase-only correlation: every frequency counts alike, so comfort
tones cannot hide it. The score is the highest peak in multiples of the spread of all values; the same search
with the clip played backwards is the null, which has the same spectrum and is certainly not there.
"""

import math
import re
from dataclasses import dataclass
from typing import Any, Final

import jiwer
import numpy as np
import numpy.typing as npt

from sip.party.g711 import Pcm

RATE: Final = 8_000
FRAME: Final = 160
PRESENT: Final = 8.0
"""a peak so many spreads high is the clip itself; of chance, one of 10^6 values reaches 5"""
SILENT_DBFS: Final = -60.0
MAX_SILENCE_S: Final = 2.0
MAX_WER: Final = 0.20

_NUMBERS: Final = dict(zip("0123456789", "zero one two three four five six seven eight nine".split(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One demand: what was measured, and whether it is met."""

    name: str
    ok: bool
    measured: str
    demand: str

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "ok": self.ok, "measured": self.measured, "demand": self.demand}


def likeness(clip: Pcm, ear: Pcm) -> float:
    """How sure it is that `clip` is in `ear`: the highest peak of the phase-only correlation, in spreads."""
    if len(clip) < RATE // 10 or len(ear) < RATE // 10 or not np.any(clip) or not np.any(ear):
        return 0.0
    size = 1 << (len(clip) + len(ear)).bit_length()
    cross = np.fft.rfft(ear.astype(float), size) * np.conj(np.fft.rfft(clip.astype(float), size))
    power = np.abs(cross)
    cross /= np.maximum(power, 1e-9 * float(power.max()))
    values: npt.NDArray[np.float64] = np.abs(np.fft.irfft(cross, size))
    return float(values.max() / values.std())


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """The whisper in the caller's ear, against the null, and in the agent's ear as proof of the method."""

    caller: float
    null: float
    agent: float

    @property
    def private(self) -> bool:
        return self.caller < PRESENT and self.caller < 2 * self.null

    @property
    def heard(self) -> bool:
        return self.agent >= PRESENT


def privacy(clips: list[Pcm], caller: Pcm, agent: Pcm) -> Privacy:
    """The worst of all clips. The ears hold the time in which the whisper was played, and a little more."""
    return Privacy(
        caller=max((likeness(clip, caller) for clip in clips), default=0.0),
        null=max((likeness(clip[::-1], caller) for clip in clips), default=0.0),
        agent=min((likeness(clip, agent) for clip in clips), default=0.0),
    )


def levels_dbfs(ear: Pcm) -> npt.NDArray[np.float64]:
    """Level of each 20 ms."""
    frames = ear[: len(ear) // FRAME * FRAME].reshape(-1, FRAME).astype(float)
    power = np.mean(np.square(frames), axis=1) / 32_768.0**2
    return 10 * np.log10(np.maximum(power, 1e-12))


def longest_silence_s(ear: Pcm) -> float:
    """The longest stretch below -60 dBFS."""
    longest = run = 0
    for quiet in levels_dbfs(ear) < SILENT_DBFS:
        run = run + 1 if quiet else 0
        longest = max(longest, run)
    return longest * FRAME / RATE


def speech_spans(ear: Pcm, *, above_dbfs: float = -45.0, join_s: float = 0.35) -> list[tuple[float, float]]:
    """Where there is sound, in seconds; stretches nearer than `join_s` are one."""
    spans: list[tuple[float, float]] = []
    for number in np.flatnonzero(levels_dbfs(ear) > above_dbfs):
        begin, end = number * FRAME / RATE, (number + 1) * FRAME / RATE
        if spans and begin - spans[-1][1] < join_s:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    return [(begin, end) for begin, end in spans if end - begin >= 0.06]


def normalised(text: str) -> str:
    """Lower case words, digits one by one as words, without punctuation."""
    text = re.sub(r"\d", lambda digit: f" {_NUMBERS[digit[0]]} ", text.lower().replace("’", "'"))
    return " ".join(re.findall(r"[a-z]+(?:'[a-z]+)*", text))


def word_error_rate(said: list[str], heard: list[str]) -> float | None:
    """Of all lines of one speaker together. None when nothing was to be said."""
    reference, hypothesis = normalised(" ".join(said)), normalised(" ".join(heard))
    if not reference:
        return None
    return float(jiwer.wer(reference, hypothesis)) if hypothesis else 1.0


def whisper_edges(events: list[dict[str, Any]]) -> tuple[list[list[str]], int]:
    """Edges that would carry what is the agent's alone to the caller, and how often they were changed."""
    tables = [event["edges"] for event in events if event["type"] == "hears"]
    leaks = [edge for edges in tables for edge in edges if edge[0] in ("whisper", "hint") and edge[1] == "caller"]
    return leaks, len(tables)


def in_db(ratio: float) -> float:
    return 20 * math.log10(max(ratio, 1e-9))

"""What the demo demands of a call, measured on what the telephones heard.

A clip is looked for in an ear by correlation, where it must be if it is there: the moment it was played plus
the way through two jitter buffers. Both are whitened piece by piece first, so that every frequency of every
moment counts alike and neither comfort tones nor louder speech can hide it. The score is the highest value
there in multiples of the spread at all other moments. Of chance it is 3 to 5; the same search with the clip
played backwards, which has the same spectrum and is certainly not there, is the null.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import jiwer
import numpy as np
import numpy.typing as npt

from sip.party.g711 import Pcm, ulaw_decode, ulaw_encode

RATE: Final = 8_000
FRAME: Final = 160
PRESENT: Final = 8.0
"""a score of the clip itself"""
LEAK_DB: Final = -30.0
"""a leak as weak as this must still be found, which each call proves on its own sound"""
LEAD_S: Final = 1.0
"""how much of the ear is given before and behind a clip"""
_EARLY_S: Final = 0.05
_LATE_S: Final = 0.35
_ELSEWHERE_S: Final = 0.9
_PIECE: Final = 512
_FLOOR: Final = 30.0
"""magnitude of a frequency below which a piece is silence and stays so"""
SILENT_DBFS: Final = -60.0
MAX_SILENCE_S: Final = 2.0
MAX_WER: Final = 0.20

_WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


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
    """How sure it is that `clip` was heard. `ear` begins `LEAD_S` before the clip and ends as much behind."""
    if len(clip) < RATE // 10 or len(ear) < len(clip) or not np.any(clip) or not np.any(ear):
        return 0.0
    size = 1 << (len(clip) + len(ear)).bit_length()
    spectrum = np.fft.rfft(whitened(ear), size) * np.conj(np.fft.rfft(whitened(clip), size))
    values = np.abs(np.fft.irfft(spectrum, size))
    begin, end = round((LEAD_S - _EARLY_S) * RATE), round((LEAD_S + _LATE_S) * RATE)
    first, last = round((LEAD_S - _ELSEWHERE_S) * RATE), round((LEAD_S + _ELSEWHERE_S) * RATE)
    elsewhere = np.concatenate([values[first:begin], values[end:last]])
    spread = float(np.sqrt(np.mean(np.square(elsewhere))))
    return float(values[begin:end].max()) / spread if spread > 0 else 0.0


def whitened(pcm: Pcm) -> npt.NDArray[np.float64]:
    """The sound with all frequencies of each piece of 64 ms equally strong; pieces overlap by half."""
    step, window = _PIECE // 2, np.hanning(_PIECE)
    padded = np.concatenate([np.zeros(_PIECE), pcm.astype(float), np.zeros(2 * _PIECE)])
    spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, _PIECE)[::step] * window, axis=1)
    pieces = np.fft.irfft(spectra / (np.abs(spectra) + _FLOOR), _PIECE, axis=1) * window
    out = np.zeros(len(padded))
    for number, piece in enumerate(pieces):
        out[number * step : number * step + _PIECE] += piece
    return out[_PIECE : _PIECE + len(pcm)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """The whisper in the caller's ear; backwards there (the null); in the agent's ear; and what a leak of
    `LEAK_DB` would have scored in this caller's ear."""

    caller: float
    null: float
    agent: float
    leak: float

    @property
    def private(self) -> bool:
        return self.caller < PRESENT

    @property
    def sensitive(self) -> bool:
        return self.leak >= PRESENT

    @property
    def heard(self) -> bool:
        return self.agent >= PRESENT

    def worse(self, other: "Privacy") -> "Privacy":
        return Privacy(
            caller=max(self.caller, other.caller), null=max(self.null, other.null),
            agent=min(self.agent, other.agent), leak=min(self.leak, other.leak),
        )  # fmt: skip


def privacy(clip: Pcm, caller: Pcm, agent: Pcm) -> Privacy:
    """The ears begin `LEAD_S` before the clip and end as much behind it."""
    return Privacy(
        caller=likeness(clip, caller),
        null=likeness(clip[::-1], caller),
        agent=likeness(clip, agent),
        leak=likeness(clip, leaky(clip, caller)),
    )


def leaky(clip: Pcm, ear: Pcm, level_db: float = LEAK_DB) -> Pcm:
    """The ear as it would be with the clip mixed in, over a G.711 line."""
    mixed = ear.astype(float)
    begin = round((LEAD_S + 0.04) * RATE)
    room = mixed[begin : begin + len(clip)]
    room += clip[: len(room)] * 10 ** (level_db / 20)
    return ulaw_decode(ulaw_encode(np.clip(np.round(mixed), -32_768, 32_767).astype(np.int16)))


def levels_dbfs(ear: Pcm) -> npt.NDArray[np.float64]:
    """Level of each 20 ms."""
    frames = ear[: len(ear) // FRAME * FRAME].reshape(-1, FRAME).astype(float)
    power = np.mean(np.square(frames), axis=1) / 32_768.0**2
    levels: npt.NDArray[np.float64] = 10 * np.log10(np.maximum(power, 1e-12))
    return levels


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
    text = re.sub(r"\d", lambda digit: f" {_WORDS[int(digit[0])]} ", text.lower().replace("’", "'"))
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
    leaks = [
        edge for edges in tables for edge in edges if edge[0] in ("whisper", "hint") and edge[1] == "caller"
    ]
    return leaks, len(tables)

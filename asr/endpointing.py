"""Where utterances begin and end, decided on the audio's own clock from VAD probabilities. Pure.

Times are 16 kHz ticks since the stream began. A *segment* is what one final covers; *speech* is the speaker's
turn, which may hold several segments when it is long. Silence is rounded to the nearest VAD frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from asr.audio import ticks

ASKED_MS: Final = {"yes_no": 350, "choice": 400, "digits": 1_200}
"""People pause between the groups of a number; a "yes" has nothing behind it."""

Reason = Literal["endpoint", "soft_limit", "hard_limit", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRules:
    onset_probability: float = 0.4
    hold_probability: float = 0.25
    """enough to count as speech while speech goes on"""
    onset_ms: int = 64
    """speech shorter than this opens nothing (clicks)"""
    preroll_ms: int = 300
    """audio before the onset that belongs to the segment: weak first consonants"""
    speculate_ms: int = 200
    endpoint_ms: int = 500
    asked_ms: Mapping[str, int] = field(default_factory=lambda: dict(ASKED_MS))
    """`endpoint_ms` while that kind of answer is expected"""
    soft_limit_ms: int = 9_000
    soft_pause_ms: int = 100
    """from `soft_limit_ms` on, a segment ends at the first pause this long"""
    hard_limit_ms: int = 14_000

    def __post_init__(self) -> None:
        if not 0 < self.hold_probability <= self.onset_probability < 1:
            raise ValueError("0 < hold_probability <= onset_probability < 1 is needed")
        if not 0 < self.speculate_ms < min(self.endpoint_ms, *self.asked_ms.values()):
            raise ValueError("0 < speculate_ms < endpoint_ms is needed, whatever is asked")
        if not self.soft_limit_ms < self.hard_limit_ms:
            raise ValueError("soft_limit_ms < hard_limit_ms is needed")


@dataclass(frozen=True, slots=True)
class SpeechOnset:
    at: int


@dataclass(frozen=True, slots=True)
class SpeechEnd:
    at: int
    """where the last voiced frame ended, not where that became clear"""


@dataclass(frozen=True, slots=True)
class SegmentOpened:
    start: int
    """pre-roll included"""
    onset: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Silence long enough to decode on the guess that this is the end."""

    at: int
    voiced_end: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """Speech goes on after `Paused`: the guess was wrong."""

    at: int


@dataclass(frozen=True, slots=True)
class SegmentClosed:
    end: int
    voiced_end: int
    reason: Reason


Decision = SpeechOnset | SpeechEnd | SegmentOpened | Paused | Resumed | SegmentClosed


class Endpointer:
    """Feed it one probability a frame; it answers with what that frame decided, in order."""

    def __init__(self, rules: EndpointRules, frame_ticks: int) -> None:
        self._rules = rules
        self._frame = frame_ticks
        self._slack = frame_ticks // 2
        self._onset_frames = max(1, round(ticks(rules.onset_ms) / frame_ticks))
        self._endpoint_ms = rules.endpoint_ms
        self._now = 0
        self._run = 0
        """voiced frames in a row"""
        self._floor = 0
        """no segment starts before the last one's end"""
        self._start: int | None = None
        self._speaking = False
        self._paused = False
        self._voiced_end = 0
        self._voiced = 0

    @property
    def now(self) -> int:
        return self._now

    @property
    def start(self) -> int | None:
        """of the open segment"""
        return self._start

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def voiced_ticks(self) -> int:
        """speech in the open segment"""
        return self._voiced

    @property
    def silent_ticks(self) -> int:
        """since anything was voiced in the open segment"""
        return self._silent_for() if self._start is not None else 0

    def expect(self, kind: str) -> None:
        """What the speaker was asked: a key of `asked_ms`, or anything else for the usual endpoint."""
        self._endpoint_ms = self._rules.asked_ms.get(kind, self._rules.endpoint_ms)

    def push(self, probability: float) -> list[Decision]:
        self._now += self._frame
        voiced = probability >= self._threshold()
        self._run = self._run + 1 if voiced else 0
        if self._start is None:
            return self._outside()
        return self._inside(voiced)

    def flush(self, end: int) -> list[Decision]:
        """The audio ends at tick `end`: close what is open."""
        decided: list[Decision] = []
        if self._start is not None:
            decided.append(self._close(end, "closed"))
        if self._speaking:
            self._speaking = False
            decided.append(SpeechEnd(self._voiced_end))
        return decided

    def _threshold(self) -> float:
        going_on = self._speaking and self._silent_for() < ticks(self._rules.speculate_ms)
        return self._rules.hold_probability if going_on else self._rules.onset_probability

    def _silent_for(self) -> int:
        return self._now - self._voiced_end

    def _lasts(self, silence_ms: int) -> bool:
        return self._silent_for() >= ticks(silence_ms) - self._slack

    def _outside(self) -> list[Decision]:
        if self._run >= self._onset_frames:
            return self._open(self._now - self._run * self._frame)
        if self._speaking and not self._run and self._lasts(self._endpoint_ms):
            self._speaking = False
            return [SpeechEnd(self._voiced_end)]
        return []

    def _open(self, onset: int) -> list[Decision]:
        decided: list[Decision] = []
        if not self._speaking:
            self._speaking = True
            decided.append(SpeechOnset(onset))
        self._start = max(onset - ticks(self._rules.preroll_ms), self._floor)
        self._voiced = self._run * self._frame
        self._voiced_end = self._now
        self._paused = False
        decided.append(SegmentOpened(self._start, onset))
        return decided

    def _inside(self, voiced: bool) -> list[Decision]:
        assert self._start is not None
        decided: list[Decision] = []
        if voiced:
            self._voiced_end = self._now
            self._voiced += self._frame
            if self._paused:
                self._paused = False
                decided.append(Resumed(self._now))
        length = self._now - self._start
        if self._lasts(self._endpoint_ms):
            self._speaking = False
            return [*decided, self._close(self._now, "endpoint"), SpeechEnd(self._voiced_end)]
        if length >= ticks(self._rules.soft_limit_ms) and self._lasts(self._rules.soft_pause_ms):
            return [*decided, self._close(self._now, "soft_limit")]
        if length >= ticks(self._rules.hard_limit_ms):
            return [*decided, self._close(self._now, "hard_limit"), *self._open(self._now)]
        if not self._paused and self._lasts(self._rules.speculate_ms):
            self._paused = True
            decided.append(Paused(self._now, self._voiced_end))
        return decided

    def _close(self, end: int, reason: Reason) -> SegmentClosed:
        self._start = None
        self._paused = False
        self._floor = end
        self._run = 0
        self._voiced = 0
        return SegmentClosed(end, self._voiced_end, reason)

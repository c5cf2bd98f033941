"""What was said. Times are seconds since the conversation began."""

from dataclasses import dataclass
from enum import StrEnum

REMOTE_HOLD = "remote_hold"


class Speaker(StrEnum):
    CALLER = "caller"
    BOT = "bot"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    text: str
    start_s: float
    end_s: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How it was said; numbers only. A z is against the speaker's own first 10 s, None before."""

    energy_z: float | None = None
    pitch_z: float | None = None
    rate_z: float | None = None
    """of syllables a second, pauses apart"""
    words_per_s: float | None = None
    pauses: int = 0
    """of 200 ms and more inside"""
    pause_s: float = 0.0
    fillers: int = 0
    restarts: int = 0
    hesitation: float | None = None
    """pauses, fillers and restarts a word"""
    overlap_s: float = 0.0
    """how long another side spoke meanwhile"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A final with a speaker. `during` tells what the speaker could hear: dialogue, hold, whisper, hint.

    `remote_hold`: the speaker's own telephone system held us, so this may be its music.
    """

    id: str
    speaker: Speaker
    text: str
    start_s: float
    end_s: float
    confidence: float | None = None
    normalized: str = ""
    """the text with its numbers, amounts, dates and spelled letters written"""
    words: tuple[Word, ...] = ()
    during: str = "dialogue"
    voice: Voice | None = None
    """None for the built-in bot, and for what may be music"""

    @property
    def addressed(self) -> bool:
        """Was it said to anybody here? Else it is for the record alone."""
        return self.during != REMOTE_HOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Audio of one speaker that no recognizer heard."""

    speaker: Speaker
    at_s: float
    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Transcript:
    utterances: tuple[Utterance, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def add(self, utterance: Utterance) -> "Transcript":
        """A new transcript, ordered by start; finals of two speakers may arrive out of order."""
        ordered = sorted((*self.utterances, utterance), key=lambda u: (u.start_s, u.end_s))
        return Transcript(tuple(ordered), self.gaps)

    def add_gap(self, gap: Gap) -> "Transcript":
        return Transcript(self.utterances, (*self.gaps, gap))

    def of(self, speaker: Speaker) -> tuple[Utterance, ...]:
        return tuple(u for u in self.utterances if u.speaker is speaker)

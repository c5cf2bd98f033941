"""What a recognizer reports. Positions are samples of the stream it was fed, so latency is exact."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    text: str
    start: int
    """sample position"""
    end: int
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    position: int
    type: Literal["speech_started"] = "speech_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded:
    position: int
    type: Literal["speech_ended"] = "speech_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """A hypothesis that may change; its first `stable` words are not expected to (local agreement)."""

    utterance: int
    text: str
    stable: int
    start: int
    end: int
    """audio up to this position has been heard for it"""
    type: Literal["partial"] = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    utterance: int
    text: str
    words: tuple[Word, ...]
    start: int
    end: int
    confidence: float
    normalized: str = ""
    """the text with its numbers written, see `asr.itn.normalize`; the words stay as heard"""
    type: Literal["final"] = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Everything before `position` is decided; the last event of a stream."""

    position: int
    type: Literal["closed"] = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The stream is broken; open it again, elsewhere, from the end of the last final."""

    code: str
    message: str
    type: Literal["failed"] = "failed"


SpeechEvent = SpeechStarted | SpeechEnded | Partial | Final | Closed | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """A speech event with the stream it belongs to, as it travels to main (one JSON line)."""

    stream: str
    epoch: int
    at: float
    """time.monotonic() when it left the ASR worker"""
    spoken_at: float | None = None
    """time.monotonic() at the event's last position, by the stream's latest anchor; None without one"""
    event: SpeechEvent

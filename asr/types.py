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
class MusicStarted:
    """Music, as a queue plays it, since about `position`; told within 2 s, mostly."""

    position: int
    type: Literal["music_started"] = "music_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicEnded:
    position: int
    type: Literal["music_ended"] = "music_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceMeasured:
    """How an utterance sounded: every 4 s of a long one, and just before its `Final`. Numbers only.

    A z is in standard deviations of the same speaker's first 10 s of speech, None until they are over.
    """

    utterance: int
    start: int
    end: int
    energy_db: float
    """of voiced sound, dB of full scale, 250-3500 Hz"""
    pitch_hz: float
    syllables_per_s: float
    """pauses apart"""
    pauses: int
    """silences of 200 ms and more inside"""
    pause_s: float
    fillers: int
    """"uh" and drawn-out vowels, found in the sound"""
    restarts: int | None = None
    """words said twice in a row; this and the next two only with the final"""
    words_per_s: float | None = None
    hesitation: float | None = None
    """pauses, fillers and restarts a word; about 0.06 in fluent talk (Shriberg 1994)"""
    energy_z: float | None = None
    pitch_z: float | None = None
    rate_z: float | None = None
    type: Literal["voice_measured"] = "voice_measured"


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


SpeechEvent = (
    SpeechStarted
    | SpeechEnded
    | MusicStarted
    | MusicEnded
    | VoiceMeasured
    | Partial
    | Final
    | Closed
    | Failed
)


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

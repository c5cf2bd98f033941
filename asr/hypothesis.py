"""What an engine makes of one utterance, and the port it keeps towards `asr.stream`."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from asr.audio import Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWord:
    text: str
    start_s: float = 0.0
    """from the beginning of the audio it was heard in; not told in partials"""
    end_s: float = 0.0
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    words: tuple[HeardWord, ...] = ()
    confidence: float = 0.0
    tokens: int = 0
    """pieces the engine made the words of, where it makes pieces"""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a partial is asked of. `audio`: 16 kHz, the utterance from its start, more of it each time."""

    utterance: int
    audio: Samples
    before: Hypothesis | None = None
    """what the partial before this one heard of the same utterance"""


class Transcriber(Protocol):
    """The decoding of one stream's utterances. Called by one decode thread at a time, never under a lock."""

    @property
    def kin(self) -> Hashable:
        """Transcribers of equal kin can do each other's partials, several in one go; None: only its own."""

    @property
    def speculates(self) -> bool:
        """A final may be decoded before the end is certain, and thrown away."""

    @property
    def incremental(self) -> bool:
        """A partial costs only the audio that is new, so partials may follow each other closely."""

    def partials(self, asked: Sequence[Asked]) -> list[Hypothesis]:
        """One of each; of several streams only where they have a `kin`."""

    def final(self, utterance: int, audio: Samples) -> Hypothesis:
        """The whole utterance; word times and confidences are filled in as well as the engine can."""


@runtime_checkable
class Transcribing(Protocol):
    """A loaded model that can decode utterances cut by us: one of the two of a second pass."""

    @property
    def name(self) -> str: ...

    @property
    def model_sha256(self) -> str: ...

    def transcriber(self) -> Transcriber:
        """For one stream."""

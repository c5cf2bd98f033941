"""One utterance on its way: what was cut, what was heard so far, and how both become events."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from asr.agreement import LocalAgreement
from asr.audio import TICKS_PER_S
from asr.hypothesis import HeardWord, Hypothesis
from asr.itn.normalize import normalize
from asr.prosody import Voice
from asr.scheduler import Job
from asr.types import Final, Partial, Word

Position = Callable[[int], int]
"""tick of the audio -> sample position of the stream"""


@dataclass(slots=True, eq=False)
class Ending:
    """A final that is being decoded; a guess until it is `certain`."""

    end: int
    voiced_end: int
    certain: bool = False
    dropped: bool = False
    heard: Hypothesis | None = None
    job: Job | None = None


@dataclass(slots=True, eq=False)
class Utterance:
    id: int
    start: int
    onset: int
    asked: int
    """tick up to which audio was queued for a partial"""
    heard_to: int = 0
    """tick up to which the partial in flight has it"""
    before: Hypothesis | None = None
    """the last partial"""
    agreement: LocalAgreement = field(default_factory=LocalAgreement)
    ending: Ending | None = None
    decided: bool = False
    shown: bool = False
    """a partial with words went out"""
    over_music: bool = False
    voice: Voice | None = None
    """the last measure of it"""

    def partial(self, heard: Hypothesis, end: int, stable: int, position: Position) -> Partial:
        """`end`: tick up to which it was heard."""
        return Partial(
            utterance=self.id, text=heard.text, stable=stable, start=position(self.onset), end=position(end)
        )

    def final(self, heard: Hypothesis, voiced_end: int, position: Position, language: str) -> Final | None:
        """None where there are no words."""
        if not heard.words:
            return None
        return Final(
            utterance=self.id,
            text=heard.text,
            words=tuple(self._placed(heard.words, voiced_end, position)),
            start=position(self.onset),
            end=position(voiced_end),
            confidence=heard.confidence,
            normalized=normalize(heard.text, language),
        )

    def _placed(self, words: tuple[HeardWord, ...], voiced_end: int, position: Position) -> Iterator[Word]:
        """Times in the audio to positions of the stream; nobody speaks before the onset or after the end."""
        floor = self.onset
        for word in words:
            start = min(max(self.start + round(word.start_s * TICKS_PER_S), floor), voiced_end)
            floor = min(max(self.start + round(word.end_s * TICKS_PER_S), start), voiced_end)
            yield Word(text=word.text, start=position(start), end=position(floor), confidence=word.confidence)

"""Partials by one model, finals by a better and dearer one: only what is kept costs more."""

import logging
from collections.abc import Sequence

from asr.audio import Samples
from asr.hypothesis import Asked, Hypothesis, Transcriber, Transcribing
from asr.recognizer import Emit
from asr.scheduler import Scheduler
from asr.segmenting import Segmenting
from asr.stream import SegmentedStream

_log = logging.getLogger("asr.second_pass")


class SecondPassRecognizer:
    """Keeps `asr.recognizer.Recognizer` over two loaded models."""

    def __init__(self, first: Transcribing, second: Transcribing, segmenting: Segmenting) -> None:
        self._first, self._second = first, second
        self._segmenting = segmenting

    @property
    def name(self) -> str:
        return self._first.name

    @property
    def model_sha256(self) -> str:
        return self._first.model_sha256

    @property
    def final_model_sha256(self) -> str:
        return self._second.model_sha256

    def open(self, *, rate: int, emit: Emit, position: int = 0) -> SegmentedStream:
        transcriber = SecondPass(
            self._first.transcriber(), self._second.transcriber(), self._segmenting.scheduler
        )
        return self._segmenting.open(transcriber, rate=rate, emit=emit, position=position)


class SecondPass:
    """Keeps `Transcriber`. A final is the first model's own where the second has no time for it or fails."""

    def __init__(self, first: Transcriber, second: Transcriber, scheduler: Scheduler) -> None:
        self._first, self._second = first, second
        self._scheduler = scheduler
        self.speculates = first.speculates and second.speculates
        self.incremental = first.incremental
        self.kin = first.kin

    def partials(self, asked: Sequence[Asked]) -> list[Hypothesis]:
        return self._first.partials(asked)

    def final(self, utterance: int, audio: Samples) -> Hypothesis:
        if self._scheduler.overloaded:
            return self._first.final(utterance, audio)
        try:
            return self._second.final(utterance, audio)
        except (
            Exception
        ) as error:  # native code raises anything; the type only: a message could quote what was said
            _log.warning("the second pass failed: %s", type(error).__name__)
            return self._first.final(utterance, audio)

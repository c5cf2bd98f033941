"""Opening streams, the same for every engine that decodes the segments we cut for it."""

from dataclasses import dataclass

from asr.audio import check_rate
from asr.endpointing import EndpointRules
from asr.hypothesis import Transcriber
from asr.recognizer import Emit
from asr.scheduler import Scheduler
from asr.segmenter import Segmenter
from asr.stream import SegmentedStream
from asr.vad import make_vad


@dataclass(frozen=True, slots=True)
class Segmenting:
    """How a recognizer's streams are cut. Raises `AsrError("engine_missing")` for an unknown `vad`."""

    scheduler: Scheduler
    vad: str
    rules: EndpointRules
    language: str = "en"

    def __post_init__(self) -> None:
        make_vad(self.vad)  # refused at load, not in a call

    def open(self, transcriber: Transcriber, *, rate: int, emit: Emit, position: int) -> SegmentedStream:
        """Raises `AsrError("bad_rate")`."""
        check_rate(rate)
        segmenter = Segmenter(rate=rate, vad=make_vad(self.vad), rules=self.rules, position=position)
        return SegmentedStream(
            segmenter=segmenter,
            transcriber=transcriber,
            scheduler=self.scheduler,
            emit=emit,
            language=self.language,
        )

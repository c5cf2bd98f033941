"""Partials of one or several streams, decoded in one go: reading the model's weights is most of the cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from asr.hypothesis import Asked, Hypothesis, Transcriber
from asr.scheduler import Job


@dataclass(slots=True, eq=False)
class PartialJob(Job):
    """`ask` is called when the decode begins, so that it has all the audio there is by then."""

    transcriber: Transcriber = field(kw_only=True)
    ask: Callable[[], Asked | None] = field(kw_only=True)
    """None: nothing is wanted any more"""
    heard: Callable[[Asked, Hypothesis], None] = field(kw_only=True)
    failed: Callable[[Exception], None] = field(kw_only=True)

    def run_with(self, others: Sequence[Job]) -> None:
        jobs = [self, *(job for job in others if isinstance(job, PartialJob))]
        asked = [(job, one) for job in jobs if (one := job.ask()) is not None]
        if not asked:
            return
        try:
            heard = self.transcriber.partials([one for _, one in asked])
        except Exception as error:  # native code and broken models raise anything; the call must go on
            for job, _ in asked:
                job.failed(error)
            return
        for (job, one), hypothesis in zip(asked, heard, strict=True):
            job.heard(one, hypothesis)

"""The port every engine keeps. Adding an engine is one file that keeps it, and a line in `asr.engines`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from asr.endpointing import EndpointRules
from asr.scheduler import Scheduler
from asr.types import SpeechEvent

Emit = Callable[[SpeechEvent], None]


class Stream(Protocol):
    """One speaker. Called from one thread at a time; may emit from another."""

    def feed(self, pcm: bytes, position: int) -> None:
        """20 ms s16le mono at the stream's rate, starting at sample `position`. Never blocks on a decode."""

    def expect(self, kind: str) -> None:
        """What the speaker was asked (see `asr.endpointing.ASKED_MS`); "" for nothing in particular."""

    def close(self, position: int) -> None:
        """No more audio: decide what is open, then emit `Closed(position)`."""


class Recognizer(Protocol):
    """An engine with its model loaded; shared by many streams."""

    @property
    def name(self) -> str: ...

    @property
    def model_sha256(self) -> str:
        """Of the model's main file, for reports."""

    @property
    def final_model_sha256(self) -> str:
        """Of the one that finals come from; the same without a second pass."""

    def open(self, *, rate: int, emit: Emit, position: int = 0) -> Stream:
        """8000 or 16000 Hz; any other rate raises `AsrError("bad_rate")`."""


class Load(Protocol):
    """What an engine's module calls `load`. Raises `AsrError` when the model does not load."""

    def __call__(
        self,
        scheduler: Scheduler,
        *,
        model_dir: str | Path | None,
        language: str,
        hotwords: Sequence[str],
        vad: str,
        rules: EndpointRules | None,
        threads: int,
    ) -> Recognizer: ...

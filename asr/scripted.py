"""The engine that hears what it is told: a fake for flow tests and demonstrations, shipped with the rest.

A script is a timeline of events by sample position; a stream emits them as its audio passes by, in the
feeding thread. A test may also drive a stream by hand. No threads, no clock, no model.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from asr.audio import check_rate
from asr.errors import AsrError
from asr.itn.normalize import normalize
from asr.recognizer import Emit
from asr.scheduler import Scheduler
from asr.types import Closed, Failed, Final, Partial, SpeechEnded, SpeechEvent, SpeechStarted, Word


@dataclass(frozen=True, slots=True)
class Line:
    """`event` is told when the audio reaches sample `at`."""

    at: int
    event: SpeechEvent


_SCRIPTS: TypeAdapter[list[list[Line]]] = TypeAdapter(list[list[Line]])


def say(
    text: str,
    *,
    start: int,
    rate: int = 8000,
    utterance: int = 1,
    words_per_s: float = 3.0,
    final_ms: int = 500,
) -> list[Line]:
    """The timeline of one utterance from `start`: a partial a word, the final `final_ms` after its end."""
    length = round(rate / words_per_s)
    words = tuple(
        Word(text=word, start=start + i * length, end=start + (i + 1) * length, confidence=0.9)
        for i, word in enumerate(text.split())
    )
    end = words[-1].end if words else start
    lines = [Line(start, SpeechStarted(position=start))]
    for count, word in enumerate(words, 1):
        shown = " ".join(heard.text for heard in words[:count])
        partial = Partial(utterance=utterance, text=shown, stable=count - 1, start=start, end=word.end)
        lines.append(Line(word.end, partial))
    until = end + rate * final_ms // 1000
    lines.append(Line(until, SpeechEnded(position=end)))
    final = Final(
        utterance=utterance, text=text, words=words, start=start, end=end, confidence=0.9,
        normalized=normalize(text),
    )  # fmt: skip
    return [*lines, Line(until, final)]


def load_scripts(path: Path) -> list[list[Line]]:
    """JSON: a list of scripts, one a stream, each a list of {"at", "event"}."""
    try:
        return _SCRIPTS.validate_json(path.read_bytes())
    except FileNotFoundError:
        raise AsrError("model_missing", f"no script {path}", "model_dir names a JSON file here") from None
    except ValidationError as error:
        raise AsrError("model_broken", f"{path} is not a script", str(error.errors()[0]["msg"])) from None


class ScriptedStream:
    """Follows its script; `tell` and `fail` add to it by hand."""

    def __init__(self, script: Iterable[Line], emit: Emit) -> None:
        self._script = sorted(script, key=lambda line: line.at)
        self._emit = emit
        self.fed_until = 0
        self.expecting = ""
        self.over = False

    def feed(self, pcm: bytes, position: int) -> None:
        if not self.over:
            self._reach(max(self.fed_until, position + len(pcm) // 2))

    def expect(self, kind: str) -> None:
        self.expecting = kind

    def close(self, position: int) -> None:
        """What was begun is decided: a final whose words were all heard comes now, others never."""
        if self.over:
            return
        self._reach(max(self.fed_until, position))
        for line in self._script:
            if _began(line.event, position):
                self._emit(line.event)
        self.tell(Closed(position=position))

    def tell(self, event: SpeechEvent) -> None:
        if self.over:
            return
        self.over = isinstance(event, Closed | Failed)
        self._emit(event)

    def fail(self, code: str = "decode_failed", message: str = "scripted failure") -> None:
        self.tell(Failed(code=code, message=message))

    def _reach(self, position: int) -> None:
        self.fed_until = position
        while self._script and self._script[0].at <= position and not self.over:
            self.tell(self._script.pop(0).event)


def _began(event: SpeechEvent, position: int) -> bool:
    if isinstance(event, Final):
        return event.end <= position
    return isinstance(event, SpeechEnded) and event.position <= position


class ScriptedRecognizer:
    """The n-th stream opened follows `scripts[n]`; streams beyond that hear nothing."""

    def __init__(self, scripts: Sequence[Iterable[Line]] = ()) -> None:
        self._scripts = list(scripts)
        self.streams: list[ScriptedStream] = []
        """as opened, for a test to drive"""

    @property
    def name(self) -> str:
        return "scripted"

    @property
    def model_sha256(self) -> str:
        return hashlib.sha256(b"scripted").hexdigest()

    @property
    def final_model_sha256(self) -> str:
        return self.model_sha256

    def open(self, *, rate: int, emit: Emit, position: int = 0) -> ScriptedStream:
        check_rate(rate)
        script = self._scripts[len(self.streams)] if len(self.streams) < len(self._scripts) else ()
        stream = ScriptedStream((line for line in script if line.at >= position), emit)
        stream.fed_until = position
        self.streams.append(stream)
        return stream


def load(scheduler: Scheduler, *, model_dir: str | Path | None = None, **others: Any) -> ScriptedRecognizer:
    """`model_dir` names the scripts, a JSON file."""
    return ScriptedRecognizer(load_scripts(Path(model_dir)) if model_dir is not None else ())

"""Vosk (Kaldi): native partials and word confidences, cut into utterances by our own endpointing.

The pip build (0.3.45) cannot set its endpointer, so it is never asked: each utterance gets a recognizer of
its own and ends with `FinalResult`. A stream decodes only the audio that is new since its last partial.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from asr.audio import TICKS_PER_S, Samples, to_pcm
from asr.endpointing import EndpointRules
from asr.errors import AsrError
from asr.hypothesis import Asked, HeardWord, Hypothesis, Transcriber
from asr.models import sha256, vosk_dir, vosk_main_file
from asr.recognizer import Emit
from asr.scheduler import Scheduler
from asr.segmenting import Segmenting
from asr.stream import SegmentedStream

_EVERYDAY = {
    "en": ("the", "and", "yes", "because", "would"),
    "de": ("und", "ich", "nicht", "weil", "würde"),
    "fr": ("je", "oui", "avec", "parce", "voudrais"),
    "es": ("yo", "sí", "porque", "quiero", "muy"),
    "it": ("io", "sono", "perché", "vorrei", "anche"),
    "pt": ("eu", "não", "porque", "quero", "muito"),
    "nl": ("ik", "niet", "omdat", "graag", "het"),
    "ko": ("네", "그리고", "아니요"),
}
"""words that no recognizer of the language lacks; one of another language lacks most of them"""


@cache
def _library() -> Any:
    """Imported late: it loads a 25 MB shared object, which other engines need not pay for."""
    try:
        import vosk
    except (ImportError, OSError) as error:
        raise AsrError("engine_missing", f"vosk does not load: {error}", "pip install vosk") from error
    vosk.SetLogLevel(-1)
    return vosk


def index_url() -> str:
    """Where the library itself looks models up. Raises `AsrError("engine_missing")`."""
    return str(_library().MODEL_LIST_URL)


class VoskRecognizer:
    """A loaded Vosk model directory (small models: 0.5 s, 300 MB). Raises `AsrError` when it does not load.

    `hotwords` are not supported by these models' graphs without narrowing them to a grammar: ignored. So is
    `threads`: each stream's decoder is its own.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        *,
        model_dir: str | Path | None,
        language: str = "en",
        hotwords: Sequence[str] = (),
        vad: str = "gated",
        rules: EndpointRules | None = None,
        threads: int = 1,
    ) -> None:
        directory = vosk_dir(model_dir)
        try:
            self._model = _library().Model(str(directory))
        except AsrError:
            raise
        except Exception as error:  # the binding raises a bare Exception
            raise AsrError("model_broken", f"{directory} does not load", "unpack the model again") from error
        _check_language(self._model, language, directory)
        self._sha256 = sha256(vosk_main_file(directory))
        self._segmenting = Segmenting(scheduler, vad, rules or EndpointRules(), language)
        _VoskTranscriber(self._model).final(1, np.zeros(TICKS_PER_S, np.float32))  # the first one is slow

    @property
    def name(self) -> str:
        return "vosk"

    @property
    def model_sha256(self) -> str:
        return self._sha256

    @property
    def final_model_sha256(self) -> str:
        return self._sha256

    def open(self, *, rate: int, emit: Emit, position: int = 0) -> SegmentedStream:
        return self._segmenting.open(self.transcriber(), rate=rate, emit=emit, position=position)

    def transcriber(self) -> Transcriber:
        return _VoskTranscriber(self._model)


load = VoskRecognizer


def _check_language(model: Any, language: str, directory: Path) -> None:
    """A model's files do not say what it speaks, but its vocabulary does."""
    unknown = [word for word in _EVERYDAY.get(language, ()) if model.vosk_model_find_word(word) < 0]
    if unknown:
        message = f"{directory} does not know everyday words of {language!r}: {', '.join(unknown)}"
        raise AsrError("wrong_language", message, "set asr.language, or give a model of that language")


class _VoskTranscriber:
    speculates = False
    """`FinalResult` ends an utterance for good"""
    incremental = True
    kin = None
    """it holds what it has heard"""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._utterance = 0
        self._fed = 0
        self._kaldi: Any = None
        self._done: list[HeardWord] = []

    def partials(self, asked: Sequence[Asked]) -> list[Hypothesis]:
        return [self._partial(one.utterance, one.audio) for one in asked]

    def _partial(self, utterance: int, audio: Samples) -> Hypothesis:
        self._hear(utterance, audio)
        heard = json.loads(self._kaldi.PartialResult())["partial"].split()
        return _hypothesis([*self._done, *(HeardWord(text=text) for text in heard if _is_word(text))])

    def final(self, utterance: int, audio: Samples) -> Hypothesis:
        self._hear(utterance, audio)
        result = json.loads(self._kaldi.FinalResult())
        self._utterance = 0
        return _hypothesis([*self._done, *_words(result.get("result", []))])

    def _hear(self, utterance: int, audio: Samples) -> None:
        if utterance != self._utterance:
            self._utterance, self._fed, self._done = utterance, 0, []
            self._kaldi = _library().KaldiRecognizer(self._model, TICKS_PER_S)
            self._kaldi.SetWords(True)  # not SetPartialWords: its partials come in steps of 1.2 s
        if len(audio) > self._fed and self._kaldi.AcceptWaveform(to_pcm(audio[self._fed :])):
            # its own endpointer saw an end in mid-utterance: keep what it has and go on
            self._done += _words(json.loads(self._kaldi.Result()).get("result", []))
        self._fed = max(self._fed, len(audio))


def _words(result: list[dict[str, Any]]) -> list[HeardWord]:
    return [
        HeardWord(
            text=str(word["word"]),
            start_s=float(word["start"]),
            end_s=float(word["end"]),
            confidence=float(word["conf"]),
        )
        for word in result
        if _is_word(str(word["word"]))
    ]


def _is_word(text: str) -> bool:
    """Noises and unknown words have names in brackets."""
    return not text.startswith(("[", "<"))


def _hypothesis(words: list[HeardWord]) -> Hypothesis:
    known = [word.confidence for word in words if word.confidence is not None]
    return Hypothesis(words=tuple(words), confidence=sum(known) / len(known) if known else 0.0)

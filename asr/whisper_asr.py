"""The default engine: Whisper tiny.en by CTranslate2, made to stream by decoding the open segment anew.

Every 240 ms of new speech (160 where there is little to do) and in each short pause the segment is decoded
from its start (window >= 5 s, greedy), together with segments of other streams that wait; after 200 ms of
silence it is decoded once more with a window >= 10 s, and that becomes the final when the silence lasts
500 ms. With hotwords the final is decoded by beam search with the words as context. Word times and
confidences of finals come from the model's cross-attention (CTranslate2 `align`, about 10 ms).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from asr.audio import TICKS_PER_S, Samples
from asr.endpointing import EndpointRules
from asr.hypothesis import Asked, HeardWord, Hypothesis, Transcriber
from asr.models import sha256, whisper_dir
from asr.recognizer import Emit
from asr.scheduler import Scheduler
from asr.segmenting import Segmenting
from asr.stream import SegmentedStream
from asr.whisper_model import Decoded, WhisperModel, WindowRules

PARTIAL = WindowRules(min_window_s=5.0, tokens_per_s=6.0, spare_tokens=5)
FINAL = WindowRules(min_window_s=10.0, timings=True)
HOTWORD_BEAM = 5
NEW_TOKENS = 5
"""more than the partial before had are not spoken within a hop: the model has begun to loop"""


class WhisperRecognizer:
    """A loaded model (0.7 s, +100 MB), warmed up by one decode. Raises `AsrError` when it does not load.

    `model_dir`: any CTranslate2 Whisper directory; default: the packaged tiny.en. `language` is looked at by
    multilingual models only.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        *,
        model_dir: str | Path | None = None,
        language: str = "en",
        hotwords: Sequence[str] = (),
        vad: str = "gated",
        rules: EndpointRules | None = None,
        threads: int = 1,
    ) -> None:
        directory = whisper_dir(model_dir)
        self._model = WhisperModel(directory, language=language, hotwords=hotwords, threads=threads)
        self._sha256 = sha256(directory / "model.bin")
        self._segmenting = Segmenting(scheduler, vad, rules or EndpointRules(), language)
        self._final = replace(FINAL, beam=HOTWORD_BEAM, hotwords=True) if hotwords else FINAL
        self._model.decode(np.zeros(TICKS_PER_S, np.float32), self._final)

    @property
    def name(self) -> str:
        return "whisper_asr"

    @property
    def model_sha256(self) -> str:
        return self._sha256

    @property
    def final_model_sha256(self) -> str:
        return self._sha256

    def open(self, *, rate: int, emit: Emit, position: int = 0) -> SegmentedStream:
        return self._segmenting.open(self.transcriber(), rate=rate, emit=emit, position=position)

    def transcriber(self) -> Transcriber:
        return _WhisperTranscriber(self._model, self._final)


load = WhisperRecognizer


class _WhisperTranscriber:
    speculates = True
    incremental = False

    def __init__(self, model: WhisperModel, final: WindowRules) -> None:
        self._model = model
        self._final = final
        self.kin = id(model)

    def partials(self, asked: Sequence[Asked]) -> list[Hypothesis]:
        """The last one bounds the next: the decodes that loop were a quarter of the CPU time (measured)."""
        most = [one.before.tokens + NEW_TOKENS if one.before and one.before.words else None for one in asked]
        decoded = self._model.decode_batch([one.audio for one in asked], PARTIAL, most)
        return [_hypothesis(one) for one in decoded]

    def final(self, utterance: int, audio: Samples) -> Hypothesis:
        return _hypothesis(self._model.decode(audio, self._final))


def _hypothesis(decoded: Decoded) -> Hypothesis:
    words = (
        HeardWord(text=word.text, start_s=word.start_s, end_s=word.end_s, confidence=word.probability)
        for word in decoded.words
    )
    tokens = sum(len(word.tokens) for word in decoded.words)
    return Hypothesis(words=tuple(words), confidence=decoded.probability, tokens=tokens)

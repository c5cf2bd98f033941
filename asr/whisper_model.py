"""One Whisper model on CTranslate2: a short window of audio in, words out. Shared by a process's streams.

The window is trimmed to the speech, which makes an encoder pass cost 16-36 ms instead of 300; what that
breaks is repaired here: half a second of silence on the right, a smallest window, the loop cutter, and the
gates against words the model makes up over noise.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import tokenizers

from asr.audio import TICKS_PER_S, Samples
from asr.errors import AsrError
from asr.hotwords import hotword_tokens
from asr.loops import cut_inside, cut_loops
from asr.mel import HOP, log_mel


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRules:
    """How one kind of decode is done."""

    min_window_s: float
    right_pad_s: float = 0.5
    beam: int = 1
    hotwords: bool = False
    timings: bool = False
    max_no_speech: float = 0.6
    """the model hears nobody: no words, however sure it is of them"""
    min_logprob: float = -1.0
    doubtful_no_speech: float = 0.4
    """words below `min_logprob` are dropped when it hears nobody to this degree as well: an accent makes it
    unsure of the words, but not of the voice, and a caller must not be silenced for it"""
    tokens_per_s: float = 8.0
    spare_tokens: int = 8

    def cap(self, samples: Samples, most: int | None) -> int:
        """Tokens that `samples` may become."""
        longest = int(self.tokens_per_s * len(samples) / TICKS_PER_S) + self.spare_tokens
        return longest if most is None else min(longest, most)

    def made_up(self, no_speech: float, logprob: float) -> bool:
        """Whether nobody said what was decoded: music and noise show it in both, people rarely (measured)."""
        unsure = logprob < self.min_logprob and no_speech >= self.doubtful_no_speech
        return unsure or no_speech >= self.max_no_speech


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedWord:
    text: str
    tokens: tuple[int, ...]
    start_s: float = 0.0
    end_s: float = 0.0
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    words: tuple[DecodedWord, ...] = ()
    probability: float = 0.0
    """geometric mean over the tokens"""


class WhisperModel:
    """Raises `AsrError` when the directory does not load. Thread-safe; `threads` decodes run at once."""

    def __init__(
        self, model_dir: Path, *, language: str = "en", hotwords: Sequence[str] = (), threads: int = 1
    ):
        try:
            self._model = ctranslate2.models.Whisper(
                str(model_dir), device="cpu", compute_type="int8", inter_threads=threads, intra_threads=1
            )
            self._tokenizer = tokenizers.Tokenizer.from_file(str(model_dir / "tokenizer.json"))
            config = json.loads((model_dir / "config.json").read_text())
        except ValueError as error:
            code = "cpu_unsupported" if "compute type" in str(error) else "model_broken"
            raise AsrError(
                code, f"{model_dir}: {error}", "convert the model again with int8 weights"
            ) from error
        except Exception as error:  # CTranslate2 and tokenizers raise bare RuntimeError and Exception
            raise AsrError("model_broken", f"{model_dir}: {error}", "install the model again") from error
        self._bands = int(config.get("num_mel_bins", 80)) if isinstance(config, dict) else 80
        self._text_end = self._token("<|endoftext|>")
        self._start = self._start_tokens(language)
        before = hotword_tokens(self._tokenizer, hotwords)
        self._hotwords = [self._token("<|startofprev|>"), *before] if before else []

    def decode(self, samples: Samples, rules: WindowRules) -> Decoded:
        """The words in `samples` (16 kHz); none when the model itself doubts that anybody spoke."""
        return self.decode_batch([samples], rules, [None])[0]

    def decode_batch(
        self, batch: Sequence[Samples], rules: WindowRules, most_tokens: Sequence[int | None]
    ) -> list[Decoded]:
        """As `decode`, each in the window of the longest; `most_tokens` bounds what each may become."""
        assert len(batch) == 1 or not rules.timings  # cross-attention is aligned for one
        length = max(self._length(samples, rules) for samples in batch)
        mels = np.stack([log_mel(self._window(samples, length), self._bands) for samples in batch])
        prompt = [*self._hotwords, *self._start] if rules.hotwords else self._start
        encoded = self._model.encode(ctranslate2.StorageView.from_array(mels))
        caps = [rules.cap(samples, most) for samples, most in zip(batch, most_tokens, strict=True)]
        # CTranslate2 counts the prompt into max_length and generates at most half of it
        results = self._model.generate(
            encoded,
            [prompt] * len(batch),
            beam_size=rules.beam,
            max_length=min(448, max(2 * max(caps), max(caps) + len(prompt))),
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [
            self._decoded(result, samples, rules, cap, encoded)
            for result, samples, cap in zip(results, batch, caps, strict=True)
        ]

    def _decoded(self, result: Any, samples: Samples, rules: WindowRules, cap: int, encoded: Any) -> Decoded:
        seconds = len(samples) / TICKS_PER_S
        ids = [token for token in result.sequences_ids[0] if token < self._text_end][:cap]
        logprob = result.scores[0] * len(result.sequences_ids[0]) / (len(result.sequences_ids[0]) + 1)
        if not ids or rules.made_up(result.no_speech_prob, logprob):
            return Decoded()
        words = self._words(ids)
        words = [
            words[index] for index in cut_loops([w.text for w in words], seconds, ran_out=len(ids) >= cap)
        ]
        if rules.timings and words:
            words = self._timed(encoded, words, seconds)
        return Decoded(words=tuple(words), probability=exp(min(logprob, 0.0)))

    def align(self, samples: Samples, text: str) -> tuple[DecodedWord, ...]:
        """Where each word of a known text stands in `samples` (16 kHz, at most 29 s): forced alignment."""
        window = self._window(samples, self._length(samples, WindowRules(min_window_s=10.0)))
        encoded = self._model.encode(ctranslate2.StorageView.from_array(log_mel(window, self._bands)[None]))
        words = self._words(self._tokenizer.encode(f" {text}", add_special_tokens=False).ids)
        return tuple(self._timed(encoded, words, len(samples) / TICKS_PER_S)) if words else ()

    def _token(self, text: str) -> int:
        found = self._tokenizer.token_to_id(text)
        if found is None:
            raise AsrError("model_broken", f"tokenizer.json has no {text}", "use a Whisper model")
        return found

    def _start_tokens(self, language: str) -> list[int]:
        start, plain = self._token("<|startoftranscript|>"), self._token("<|notimestamps|>")
        if not self._model.is_multilingual:
            if language != "en":
                raise AsrError(
                    "wrong_language",
                    f"the model knows English only, not {language!r}",
                    "set asr.language: en, or give a multilingual model such as base",
                )
            return [start, plain]
        spoken = self._tokenizer.token_to_id(f"<|{language}|>")
        if spoken is None:
            raise AsrError("wrong_language", f"the model does not know {language!r}", "use a two-letter code")
        return [start, spoken, self._token("<|transcribe|>"), plain]

    @staticmethod
    def _length(samples: Samples, rules: WindowRules) -> int:
        """Of the window, in samples."""
        length = max(
            len(samples) + int(rules.right_pad_s * TICKS_PER_S), int(rules.min_window_s * TICKS_PER_S)
        )
        return min(-(-length // (2 * HOP)) * 2 * HOP, 30 * TICKS_PER_S)

    @staticmethod
    def _window(samples: Samples, length: int) -> Samples:
        window = np.zeros(length, np.float32)
        window[: len(samples)] = samples[:length]
        return window

    def _words(self, ids: Sequence[int]) -> list[DecodedWord]:
        groups: list[list[int]] = []
        for token in ids:
            piece = self._tokenizer.id_to_token(token) or ""
            if piece.startswith("Ġ") or not groups:
                groups.append([])
            groups[-1].append(token)
        texts = (cut_inside(self._tokenizer.decode(group).strip()) for group in groups)
        return [
            DecodedWord(text=text, tokens=tuple(group))
            for text, group in zip(texts, groups, strict=True)
            if any(letter.isalnum() for letter in text)
        ]

    def _timed(self, encoded: Any, words: list[DecodedWord], seconds: float) -> list[DecodedWord]:
        """Times and probabilities from the decoder's cross-attention: one pass over all tokens at once."""
        ids = [token for word in words for token in word.tokens]
        frames = max(2, int(seconds * TICKS_PER_S) // HOP)
        aligned = self._model.align(encoded, self._start, [ids], frames)[0]
        first_frame: dict[int, int] = {}
        for token_index, frame in aligned.alignments:
            first_frame.setdefault(token_index, frame)
        timed, index = [], 0
        for word in words:
            following = index + len(word.tokens)
            start = first_frame.get(index, frames // 2) / 50.0
            end = first_frame.get(following, frames // 2) / 50.0
            chances = aligned.text_token_probs[index:following]
            timed.append(
                DecodedWord(
                    text=word.text,
                    tokens=word.tokens,
                    start_s=min(start, seconds),
                    end_s=min(max(end, start), seconds),
                    probability=float(np.mean(chances)) if chances else None,
                )
            )
            index = following
        return timed

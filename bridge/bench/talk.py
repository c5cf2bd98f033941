"""What one caller says on a line: clips of the corpus, or synthetic sentences where it is not built."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from bridge.bench.corpus.manifest import RATE, Choice, Clip, chosen, load, read_manifest
from bridge.cues.detectors import our_detectors
from sip.party.g711 import Pcm

WIRE_HZ: Final = RATE
TALKING: Final = 0.6
"""share of the time"""
REACTED_TO: Final = ("request", "near_request", "upset")
"""kinds that may make the bridge fetch an agent, and so stop listening"""
_FADED_S: Final = 0.3
"""behind the last word there is only the line's noise"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """`words`: (canonical text, sample of its end at 8 kHz, whether it ends a turn)."""

    pcm: Pcm
    words: tuple[tuple[str, int, bool], ...]


class Speech(Protocol):
    @property
    def told(self) -> str:
        """What it is, for the report."""

    def talk(self, seconds: float, seed: int) -> Talk:
        """At most `seconds`; the same for the same seed."""


class CorpusSpeech:
    """Clips in random order, with pauses so that 60 % of the time is talked. Raises `CorpusMissing`."""

    def __init__(self, directory: Path, split: Choice) -> None:
        self._directory = directory
        self._clips = _harmless(chosen(read_manifest(directory), split))
        self.told = f"corpus, {split} split, {len(self._clips)} clips, {TALKING:.0%} talking"

    def talk(self, seconds: float, seed: int) -> Talk:
        random = np.random.default_rng(seed)
        parts: list[Pcm] = []
        words: list[tuple[str, int, bool]] = []
        length, spoken_s = 0, 0.0
        for index in random.permutation(len(self._clips)):
            clip = self._clips[index]
            if length + clip.samples > seconds * RATE:
                if length:
                    break
                continue
            pcm = load(self._directory, clip)
            last = len(clip.words) - 1
            words += [(text, length + end, i == last) for i, (text, end) in enumerate(clip.words)]
            spoken_s += clip.speech_s
            rest = _rest(
                pcm[clip.end + round(_FADED_S * RATE) :], round(spoken_s / TALKING * RATE) - length - len(pcm)
            )
            parts += [pcm, rest]
            length += len(pcm) + len(rest)
        return Talk(pcm=np.concatenate(parts), words=tuple(words))


def _harmless(clips: Sequence[Clip]) -> list[Clip]:
    asks = our_detectors().asks
    return [
        clip
        for clip in clips
        if clip.words and not clip.stress and clip.kind not in REACTED_TO and not asks(clip.text)
    ]


def _rest(noise: Pcm, samples: int) -> Pcm:
    """More of the same line noise, forwards and backwards so that it has no seam."""
    return np.resize(np.concatenate([noise[::-1], noise]), max(samples, 0))

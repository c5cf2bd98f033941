"""What a corpus holds: one line of JSON a clip, beside the audio."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from bridge.peers.cache import cache_dir
from sip.party.g711 import Pcm
from sip.party.wav import read_wav

RATE: Final = 8_000
NAME: Final = "manifest.jsonl"
TEST_SHARE: Final = 3
"""one text in three is kept for tests"""

Split = Literal["dev", "test"]
Choice = Literal["dev", "test", "all"]
CHOICES: Final = get_args(Choice)


class CorpusMissing(Exception):
    """No corpus where it should be; the text holds the cure."""

    code = "corpus_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A WAV of 8 kHz, s16 mono, as a telephone line brought it. Positions are samples of it.

    `words`: canonical (`bridge.bench.spoken`), each with the sample behind its last sound; none of what is no
    speech. `start`, `end`: first and last sample that is heard. `stress`: so unlike people that it is told
    apart. `split` is None for what is no speech, which every run decodes.
    """

    id: str
    split: Split | None
    source: str
    kind: str
    licence: str
    text: str
    words: tuple[tuple[str, int], ...]
    start: int
    end: int
    samples: int
    stress: bool = False
    sha256: str
    """of the samples as s16le"""

    @property
    def file(self) -> str:
        return f"{self.id}.wav"

    @property
    def speech_s(self) -> float:
        return (self.end - self.start) / RATE


def default_dir() -> Path:
    return cache_dir("corpus")


def split_of(text_id: str) -> Split:
    """By the text, not the clip: no sentence is in both, whoever says it."""
    return "test" if hashlib.sha256(text_id.encode()).digest()[0] % TEST_SHARE == 0 else "dev"


def digest(pcm: Pcm) -> str:
    return hashlib.sha256(pcm.astype("<i2").tobytes()).hexdigest()


def write_manifest(directory: Path, clips: Iterable[Clip]) -> None:
    """Whole or not at all: a manifest says that the corpus is complete."""
    unfinished = directory / f"{NAME}.part"
    unfinished.write_text("".join(json.dumps(asdict(clip)) + "\n" for clip in clips))
    unfinished.rename(directory / NAME)


def read_manifest(directory: Path) -> list[Clip]:
    """Raises `CorpusMissing`."""
    path = directory / NAME
    if not path.is_file():
        raise CorpusMissing(f"no corpus in {directory}; make corpus")
    return [_clip(json.loads(line)) for line in path.read_text().splitlines()]


def _clip(found: dict[str, object]) -> Clip:
    words = found.pop("words")
    assert isinstance(words, list)
    return Clip(**found, words=tuple((text, end) for text, end in words))  # type: ignore[arg-type]


def load(directory: Path, clip: Clip) -> Pcm:
    """Raises `CorpusMissing` where the audio is not the one the manifest was written for."""
    path = directory / clip.file
    pcm = read_wav(path) if path.is_file() else None
    if pcm is None or digest(pcm) != clip.sha256:
        raise CorpusMissing(f"{path} is not what the manifest says; make corpus")
    return pcm


def chosen(clips: Sequence[Clip], split: Choice, limit: int | None = None) -> list[Clip]:
    """Speech of a split and all that is no speech. `limit`: so many clips of each source, evenly spread."""
    fitting = [clip for clip in clips if split == "all" or clip.split in (None, split)]
    if limit is None:
        return fitting
    sources: dict[str, list[Clip]] = {}
    for clip in fitting:
        sources.setdefault(clip.source, []).append(clip)
    return [clip for held in sources.values() for clip in held[:: max(1, -(-len(held) // limit))][:limit]]

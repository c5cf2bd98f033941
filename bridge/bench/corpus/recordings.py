"""Recordings out of Debian packages: people who speak, with what they say, and music for callers on hold."""

import gzip
import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bridge.bench.corpus.speakers import Clean, clean_wav
from bridge.peers.cache import cache_dir
from bridge.peers.debian import unpacked

PACKAGES: Final = (
    "asterisk-core-sounds-en-wav", "asterisk-core-sounds-en", "pocketsphinx-testdata",
    "asterisk-moh-opsound-wav",
)  # fmt: skip
LONGEST_S: Final = 15.0
FEWEST_WORDS: Final = 4
_TRANSCRIPT: Final = re.compile(r"^<s>(.*)</s>\s*\((.*)\)$")
_PROMPT: Final = re.compile(r"^([^;:]+): ([^\[]+)$")
_CUT_OFF: Final = "..."
"""begins or ends in mid-sentence"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """`audio`: 16 kHz, cut to what is heard."""

    source: str
    id: str
    kind: str
    licence: str
    text: str
    audio: Clean


def recordings() -> Iterator[Recording]:
    """Everything of it that is whole sentences of a length to align. Raises `PeerUnavailable`."""
    share = unpacked(PACKAGES, cache_dir("corpus-recordings")) / "usr" / "share"
    yield from _prompts(share)
    yield from _transcribed(share / "pocketsphinx" / "test" / "data" / "librivox", "read")
    yield from _transcribed(share / "pocketsphinx" / "test" / "data" / "cards", "cards")


def music() -> list[Path]:
    """8 kHz WAVs. Raises `PeerUnavailable`."""
    return sorted(unpacked(PACKAGES, cache_dir("corpus-recordings")).glob("usr/share/asterisk/moh/*.wav"))


def _prompts(share: Path) -> Iterator[Recording]:
    """What a telephone system says: one professional voice, recorded for 8 kHz."""
    told = share / "doc" / "asterisk-core-sounds-en" / "core-sounds-en.txt.gz"
    for line in gzip.decompress(told.read_bytes()).decode().splitlines():
        found = _PROMPT.match(line)
        if (
            not found
            or _CUT_OFF in line
            or found[1].startswith("silence")
            or len(found[2].split()) < FEWEST_WORDS
        ):
            continue
        path = share / "asterisk" / "sounds" / "en_US_f_Allison" / f"{found[1]}.wav"
        if path.is_file() and _seconds(path) <= LONGEST_S:
            yield Recording(
                source="asterisk", id=found[1].replace("/", "-"), kind="prompt", licence="CC-BY-SA-3.0",
                text=found[2].strip(), audio=clean_wav(path),
            )  # fmt: skip


def _transcribed(directory: Path, kind: str) -> Iterator[Recording]:
    """People who read aloud, wideband."""
    transcripts = directory / "transcription"
    if not transcripts.is_file():
        transcripts = directory / f"{directory.name}.transcription"
    for line in transcripts.read_text().splitlines():
        found = _TRANSCRIPT.match(line.strip())
        if found:
            yield Recording(
                source="pocketsphinx", id=f"{kind}-{found[2][-8:].lstrip('-')}", kind=kind,
                licence="BSD-2-Clause", text=" ".join(found[1].split()),
                audio=clean_wav(directory / f"{found[2]}.wav"),
            )  # fmt: skip


def _seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def music_sound(path: Path, seconds: float) -> Clean:
    """The first `seconds` of a piece, 16 kHz."""
    return np.asarray(clean_wav(path)[: round(seconds * 16_000)], np.float32)

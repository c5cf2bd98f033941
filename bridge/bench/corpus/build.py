"""Building the corpus: who says what, through which line, and where its words end."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from bridge.bench.corpus.align import CLEAN_HZ, METHOD, Aligner
from bridge.bench.corpus.channel import RATE, Sound, any_line
from bridge.bench.corpus.manifest import Clip, digest, split_of, write_manifest
from bridge.bench.corpus.nonspeech import Noise, hold_music, made
from bridge.bench.corpus.recordings import recordings
from bridge.bench.corpus.speakers import Clean, Speaker, speakers
from bridge.bench.corpus.texts import LICENCE, REQUEST, Text, texts
from bridge.peers.debian import PeerUnavailable
from sip.party.g711 import Pcm
from sip.party.wav import write_wav

FEWEST_CLIPS: Final = 200
FEWEST_WORDS: Final = 3_000
LEAD_S: Final = 0.5
TAIL_S: Final = 1.2
VOICES_EACH: Final = 2
REQUEST_VOICES: Final = 3
STRESS_EVERY: Final = 6
Tell = Callable[[str], None]


def build(directory: Path, tell: Tell, *, limit: int | None = None, fetch: bool = True) -> dict[str, Any]:
    """Write the corpus; its summary says what it holds and what could not be had (`missing`).

    `limit`: so many sentences and recordings only. `fetch=False`: the product's voice and made noise only.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    builder = _Builder(directory)
    missing: list[str] = []
    for name, clips in _sources(builder, limit, fetch):
        try:
            before = len(builder.clips)
            builder.clips += clips()
            tell(f"{name}: {len(builder.clips) - before} clips")
        except PeerUnavailable as error:
            missing.append(f"{name}: {error}")
            tell(f"{name} is missing: {error}")
    write_manifest(directory, builder.clips)
    return {**summary(builder.clips), "missing": missing, "word_ends": METHOD, "directory": str(directory)}


def summary(clips: Sequence[Clip]) -> dict[str, Any]:
    speech = [clip for clip in clips if clip.words]
    by_source: dict[str, dict[str, float]] = {}
    for clip in clips:
        row = by_source.setdefault(clip.source, {"clips": 0, "words": 0, "seconds": 0.0})
        row["clips"] += 1
        row["words"] += len(clip.words)
        row["seconds"] = round(row["seconds"] + clip.samples / RATE, 1)
    return {
        "clips": len(speech),
        "words": sum(len(clip.words) for clip in speech),
        "speech_s": round(sum(clip.speech_s for clip in speech), 1),
        "test_share": round(sum(clip.split == "test" for clip in speech) / max(len(speech), 1), 3),
        "nonspeech_s": round(sum(clip.samples for clip in clips if not clip.words) / RATE, 1),
        "sources": by_source,
    }


def _sources(
    builder: "_Builder", limit: int | None, fetch: bool
) -> Iterator[tuple[str, Callable[[], list[Clip]]]]:
    told = texts()[:limit]
    cast = [speaker for speaker in speakers() if fetch or speaker.name.startswith("hibari")]
    for speaker in cast:
        said = [text for number, text in enumerate(told) if speaker in _cast_for(number, text, cast)]
        yield speaker.name, lambda speaker=speaker, said=said: builder.spoken(speaker, said)  # type: ignore[misc]
    if fetch:
        yield "recordings", lambda: builder.recorded(limit)
        yield "hold music", lambda: [builder.noise(one) for one in hold_music()]
    yield "noise", lambda: [builder.noise(one) for one in list(made())[:limit]]


def _cast_for(number: int, text: Text, cast: Sequence[Speaker]) -> list[Speaker]:
    """Who says the text: another few for each, and the stress voice now and then."""
    usual = [speaker for speaker in cast if not speaker.stress]
    count = REQUEST_VOICES if text.kind == REQUEST else VOICES_EACH
    chosen = [usual[(number + 2 * turn) % len(usual)] for turn in range(min(count, len(usual)))]
    return chosen + [speaker for speaker in cast if speaker.stress and number % STRESS_EVERY == 0]


class _Builder:
    """Makes clips and leaves their audio in `directory`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._aligner = Aligner()
        self.clips: list[Clip] = []

    def spoken(self, speaker: Speaker, said: Sequence[Text]) -> list[Clip]:
        """Raises `PeerUnavailable`."""
        sounds = speaker.speak([text.text for text in said])
        licence = f"text {LICENCE}, {speaker.licence}"
        return [
            self._clip(speaker.name, text, text.id, licence, sound, stress=speaker.stress)
            for text, sound in zip(said, sounds, strict=True)
            if len(sound)
        ]

    def recorded(self, limit: int | None) -> list[Clip]:
        """Raises `PeerUnavailable`."""
        return [
            self._clip(
                one.source, Text(one.id, one.kind, one.text), f"{one.source}-{one.id}", one.licence, one.audio
            )
            for number, one in enumerate(recordings())
            if limit is None or number < limit
        ]

    def noise(self, one: Noise) -> Clip:
        random = _random(one.id)
        # a line adds little to noise, and its band and level are what a telephone makes of music
        pcm = any_line(one.sound, random)
        return self._written(
            Clip(
                id=f"nonspeech/{one.id}", split=None, source="nonspeech", kind=one.kind, licence=one.licence,
                text="", words=(), start=0, end=len(pcm), samples=len(pcm), sha256=digest(pcm),
            ),
            pcm,
        )  # fmt: skip

    def _clip(
        self, source: str, text: Text, text_id: str, licence: str, clean: Clean, *, stress: bool = False
    ) -> Clip:
        lead = round(LEAD_S * RATE)
        narrow: Sound = soxr.resample(clean.astype(np.float64), CLEAN_HZ, RATE)
        sound = np.concatenate([np.zeros(lead), narrow, np.zeros(round(TAIL_S * RATE))])
        clip_id = f"{source}/{text.id}"
        pcm = any_line(sound, _random(clip_id))
        ends = self._aligner.word_ends(clean, text.text)
        words = tuple((word, lead + end * RATE // CLEAN_HZ) for word, end in ends)
        clip = Clip(
            id=clip_id, split=split_of(text_id), source=source, kind=text.kind, licence=licence,
            text=text.text, words=words, start=lead, end=lead + len(narrow), samples=len(pcm), stress=stress,
            sha256=digest(pcm),
        )  # fmt: skip
        return self._written(clip, pcm)

    def _written(self, clip: Clip, pcm: Pcm) -> Clip:
        write_wav(self._directory / clip.file, pcm)
        return clip


def _random(name: str) -> np.random.Generator:
    return np.random.default_rng(list(hashlib.sha256(name.encode()).digest()[:8]))

"""The corpus on a tiny part: what needs nothing fetched."""

from pathlib import Path

import numpy as np
import pytest

from bridge.bench.corpus.build import build
from bridge.bench.corpus.channel import RATE, any_line, pink
from bridge.bench.corpus.manifest import (
    NAME,
    CorpusMissing,
    chosen,
    load,
    read_manifest,
    split_of,
)
from bridge.bench.corpus.nonspeech import made
from bridge.bench.corpus.texts import REQUEST, texts
from bridge.bench.spoken import canonical
from bridge.cues.detectors import our_detectors

pytestmark = pytest.mark.timeout(60)


def test_a_clip_is_what_its_manifest_says(corpus: Path) -> None:
    for clip in read_manifest(corpus):
        pcm = load(corpus, clip)
        assert len(pcm) == clip.samples
        assert [word for word, _ in clip.words] == canonical(clip.text)
        ends = [end for _, end in clip.words]
        assert ends == sorted(ends)
        if clip.words:
            loud, after = (np.std(pcm[at - RATE // 4 : at].astype(float)) for at in (ends[-1], len(pcm)))
            assert abs(ends[-1] - clip.end) <= 1
            assert loud > 2 * after


def test_the_same_corpus_is_built_again(corpus: Path, tmp_path: Path) -> None:
    build(tmp_path / "again", lambda text: None, limit=2, fetch=False)
    assert (tmp_path / "again" / NAME).read_text() == (corpus / NAME).read_text()


def test_changed_audio_is_noticed(corpus: Path) -> None:
    clip = read_manifest(corpus)[0]
    changed = clip.__class__(**{**{name: getattr(clip, name) for name in clip.__slots__}, "sha256": "0"})
    with pytest.raises(CorpusMissing, match="make corpus"):
        load(corpus, changed)
    with pytest.raises(CorpusMissing, match="make corpus"):
        read_manifest(corpus / "nowhere")


def test_a_split_has_its_texts_and_all_that_is_no_speech(corpus: Path) -> None:
    clips = read_manifest(corpus)
    dev, test = chosen(clips, "dev"), chosen(clips, "test")
    assert {clip.text for clip in dev if clip.words}.isdisjoint({clip.text for clip in test if clip.words})
    assert {clip.id for clip in [*dev, *test]} == {clip.id for clip in clips}
    assert all(
        len([c for c in chosen(clips, "all", 1) if c.source == s]) == 1 for s in {c.source for c in clips}
    )


def test_the_sentences_are_enough_and_a_third_is_kept_for_tests() -> None:
    told = texts()
    assert len({text.id for text in told}) == len(told)
    assert sum(split_of(text.id) == "test" for text in told) == pytest.approx(len(told) / 3, rel=0.25)
    assert sum(len(text.text.split()) for text in told) * 2 >= 3_000


def test_requests_ask_for_a_human_and_nothing_else_does() -> None:
    asks = our_detectors().asks
    asked = [asks(text.text) for text in texts() if text.kind == REQUEST]
    assert sum(asked) >= 0.92 * len(asked)
    assert [t.id for t in texts() if t.kind != REQUEST and asks(t.text)] == []


def test_the_line_has_its_band_and_level() -> None:
    heard = any_line(pink(4 * RATE, np.random.default_rng(1), -30.0), np.random.default_rng(2))
    power = np.abs(np.fft.rfft(heard.astype(float))) ** 2
    hertz = np.fft.rfftfreq(len(heard), 1 / RATE)
    within = power[(hertz > 300) & (hertz < 3400)].sum()
    assert within > 0.8 * power.sum()
    assert -30 < 20 * np.log10(np.std(heard.astype(float)) / 32_768) < -16


def test_signals_are_half_a_minute_each() -> None:
    assert {round(len(one.sound) / RATE) for one in made()} == {30}

"""Talkers on the corpus, and what is made of a window of talking; nothing here is timed."""

from pathlib import Path

import numpy as np
import pytest

from bridge.bench.corpus.manifest import CorpusMissing, read_manifest
from bridge.bench.latency_table import judge, lines
from bridge.bench.noise import Noise
from bridge.bench.plot import plot_latency
from bridge.bench.spread import spread
from bridge.bench.talk import REACTED_TO, WIRE_HZ, CorpusSpeech, Talk
from bridge.bench.window import Window, counted, heard_by_caller, tick_lateness
from sip.party.recorder import Arrival

pytestmark = pytest.mark.timeout(60)
QUIET, LOUD = [(0.0, 0.1)] * 100, [(0.0, 30.0)] * 100


def test_a_talker_says_whole_clips_six_tenths_of_the_time(corpus: Path) -> None:
    speech = CorpusSpeech(corpus, "all")
    talk, again = speech.talk(60.0, seed=1), speech.talk(60.0, seed=1)
    assert np.array_equal(talk.pcm, again.pcm)
    assert talk.words == again.words
    ends = [end for _, end, _ in talk.words]
    assert ends == sorted(ends)
    clips = [clip for clip in read_manifest(corpus) if clip.words]
    assert len(talk.words) == sum(len(clip.words) for clip in clips)
    assert sum(clip.speech_s for clip in clips) * WIRE_HZ / len(talk.pcm) == pytest.approx(0.6, abs=0.03)
    for _, end, last in talk.words:
        if last:
            loud, after = (np.std(talk.pcm[at - 2_000 : at].astype(float)) for at in (end, end + 4_000))
            assert loud > 2 * after


def test_nothing_is_said_that_the_bridge_acts_on(corpus: Path) -> None:
    texts = {clip.text: clip.kind for clip in read_manifest(corpus)}
    assert set(texts.values()).isdisjoint(REACTED_TO)  # else this corpus would be too small to talk
    with pytest.raises(CorpusMissing, match="make corpus"):
        CorpusSpeech(corpus / "none", "test")


def test_only_undisturbed_windows_count() -> None:
    windows = [Window(talks={}, noise=Noise(2.0, samples)) for samples in (QUIET, LOUD, QUIET)]
    assert counted(windows) == [windows[0], windows[2]]
    assert counted(windows[1:2]) == windows[1:2]  # nothing better to show; the run is void


def test_a_window_scores_what_was_heard_in_it() -> None:
    talk = Talk(pcm=np.zeros(16_000, np.int16), words=(("pay", 8_000, False), ("up", 12_000, True)))
    window = Window(talks={"talkera": talk}, noise=Noise(2.0, QUIET), begun={"talkera": 100.0})
    window.begin, window.end = 99.0, 110.0
    events = [
        {"type": "started", "conversation": "c", "caller": "talkera", "monotonic": 90.0},
        {"type": "final", "conversation": "c", "at_s": 5.0, "text": "of another window"},
        {
            "type": "partial",
            "conversation": "c",
            "at_s": 11.1,
            "text": "Pay",
            "speaker": "caller",
            "utterance": 2,
        },
        {
            "type": "partial",
            "conversation": "c",
            "at_s": 11.2,
            "text": "Yes",
            "speaker": "bot",
            "utterance": 1,
        },
        {"type": "final", "conversation": "c", "at_s": 12.0, "text": "Pay up."},
    ]
    scores = window.scores(heard_by_caller(events))
    assert scores.word == pytest.approx([100.0, 500.0])
    assert scores.final == pytest.approx([500.0])
    assert scores.errors.errors == 0


def test_late_packets_are_told_and_gaps_are_not_lateness() -> None:
    times = [(0.0, 65_534), (0.02, 65_535), (0.045, 0), (0.06, 1), (0.2, 5), (9.0, 6)]
    arrivals = [Arrival(at, 0, 160, seq) for at, seq in times]
    assert tick_lateness(arrivals, 0.0, 1.0) == pytest.approx([0.0, 5.0, 0.0])


def test_budget_coverage_and_table() -> None:
    told = {
        "model": "one", "streams": 2, "speech": "corpus", "coverage": 0.9, "wer": 0.1, "substitutions": 0.1,
        "deletions": 0.0, "insertions": 0.0, "words": 10, "cpu_per_stream": 0.1, "asr_rss_mb": 200.0,
        "windows": 3, "windows_void": 0, "word_latency_ms": spread([100.0, 400.0]),
        "stable_latency_ms": spread([]), "turn_text_ms": spread([]), "final_ms": spread([]),
        "media_tick_late_ms": spread([0.1]),
    }  # fmt: skip
    assert not judge(told, 500)
    assert judge(told, 399)
    assert judge({**told, "coverage": 0.84}, 500)
    assert judge({**told, "word_latency_ms": spread([])}, 500)
    assert "media_tick_late_ms" in "\n".join(lines(told))


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    plot_latency(tmp_path / "deep" / "latency.png", [("one", [1.0, 2.0, 900.0]), ("none", [])], 500)
    assert (tmp_path / "deep" / "latency.png").read_bytes().startswith(b"\x89PNG")

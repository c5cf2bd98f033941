"""The judges on sound whose truth is known."""

import numpy as np
import pytest

from bridge.demo.judge import (
    LEAD_S,
    PRESENT,
    RATE,
    leaky,
    likeness,
    longest_silence_s,
    normalised,
    privacy,
    speech_spans,
    whisper_edges,
    word_error_rate,
)
from sip.clips import comfort_tone
from sip.party.g711 import Pcm

SECONDS = 4.0


def speech(seed: int, seconds: float = SECONDS, level: float = 6_000) -> Pcm:
    """Noise with the spectrum and the syllables of a voice."""
    rng = np.random.default_rng(seed)
    length = int(seconds * RATE)
    shaped = np.convolve(rng.standard_normal(length), np.hanning(9), "same")
    syllables = np.repeat(np.clip(rng.standard_normal(length // 800 + 1), 0, 2), 800)[:length]
    sound = shaped * syllables
    return (sound / np.abs(sound).max() * level).astype(np.int16)


def ear(seconds: float = SECONDS) -> Pcm:
    """Comfort, as long as a clip of that length wants."""
    length = round((seconds + 2 * LEAD_S) * RATE)
    tone = np.frombuffer(comfort_tone(RATE), np.int16)
    return np.resize(tone, length).astype(np.int16)


@pytest.mark.parametrize("seed", range(5))
def test_a_leak_is_found_thirty_decibels_down(seed: int) -> None:
    clip = speech(seed)
    assert likeness(clip, leaky(clip, ear(), -30.0)) >= PRESENT
    assert likeness(clip, ear()) < PRESENT


@pytest.mark.parametrize("seed", range(5))
def test_the_null_is_not_found_in_a_leaking_ear(seed: int) -> None:
    clip = speech(seed)
    assert likeness(clip[::-1], leaky(clip, ear(), -10.0)) < PRESENT
    assert likeness(speech(seed + 100), leaky(clip, ear(), -10.0)) < PRESENT


def test_a_clip_at_another_moment_is_not_this_clip() -> None:
    clip = speech(1)
    assert likeness(clip, np.roll(leaky(clip, ear(), -6.0), RATE)) < PRESENT


def test_privacy_is_told_with_its_proofs() -> None:
    clip = speech(2)
    good = privacy(clip, ear(), leaky(clip, ear(), 0.0))
    assert (good.private, good.heard, good.sensitive) == (True, True, True)
    bad = privacy(clip, leaky(clip, ear(), -20.0), leaky(clip, ear(), 0.0))
    assert not bad.private
    assert not good.worse(bad).private


def test_a_silent_ear_proves_nothing() -> None:
    silence = np.zeros(round((SECONDS + 2 * LEAD_S) * RATE), np.int16)
    found = privacy(speech(3), silence, silence)
    assert found.private
    assert not found.heard


def test_the_longest_silence() -> None:
    sound = np.concatenate([speech(1, 1.0), np.zeros(RATE * 3, np.int16), ear(1.0)])
    assert longest_silence_s(sound) == pytest.approx(3.0, abs=0.3)
    assert longest_silence_s(ear()) == 0.0


def test_comfort_is_sound_and_a_pause_splits_speech() -> None:
    tone = ear(0.5)[:RATE]
    spans = speech_spans(np.concatenate([tone, np.zeros(RATE, np.int16), tone]))
    assert [round(begin, 1) for begin, _ in spans] == [0.0, 2.0]


def test_words_are_compared_without_dress() -> None:
    assert normalised("It's 3 days — thank you!") == "it's three days thank you"
    assert word_error_rate(["It takes 3 days."], ["it takes three days"]) == 0.0
    assert word_error_rate(["one two three four"], ["one two four"]) == pytest.approx(0.25)
    assert word_error_rate(["one"], []) == 1.0
    assert word_error_rate([], ["one"]) is None


def test_edges_that_leak_are_named() -> None:
    fine = {"type": "hears", "edges": [["whisper", "agent-1"], ["comfort", "caller"]]}
    bad = {"type": "hears", "edges": [["whisper", "caller"]]}
    assert whisper_edges([fine, {"type": "brief"}]) == ([], 1)
    assert whisper_edges([fine, bad]) == ([["whisper", "caller"]], 2)

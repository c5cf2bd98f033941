import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.audio import Track, Upsampler, check_rate, from_pcm, to_pcm
from asr.endpointing import EndpointRules
from asr.errors import AsrError
from asr.mel import log_mel
from asr.segmenter import Segmenter
from tests.asr.sounds import RATE, pcm, tone, white_noise


class Deaf:
    """Never hears speech; keeps what it was given."""

    def __init__(self) -> None:
        self.frames: list[np.ndarray] = []

    def probability(self, frame: np.ndarray) -> float:
        self.frames.append(frame)
        return 0.0

    def reset(self) -> None:
        pass


def segmenter(rate: int = RATE, position: int = 0) -> tuple[Segmenter, Deaf]:
    vad = Deaf()
    return Segmenter(rate=rate, vad=vad, rules=EndpointRules(), position=position), vad


@pytest.mark.parametrize("hertz", [300, 1000, 3000, 3400])
def test_upsampling_keeps_the_telephone_band_and_its_place(hertz: int) -> None:
    upsampler = Upsampler()
    sound = tone(1.0, hertz).astype(np.float32)
    out = np.concatenate([*(upsampler.push(part) for part in np.split(sound, 50)), upsampler.flush()])
    time = np.arange(2 * RATE) / (2 * RATE)
    wanted = np.sin(2 * np.pi * hertz * time) * 10 ** (-15 / 20)
    assert len(out) == 2 * RATE
    middle = slice(200, -200)
    assert np.abs(out[middle] - wanted[middle]).max() < 0.01 * np.abs(wanted).max()


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_upsampling_does_not_depend_on_the_chunks(sizes: list[int]) -> None:
    sound = white_noise(2.0, -20, seed=1)[: sum(sizes)].astype(np.float32)
    whole, parts = Upsampler(), Upsampler()
    cuts = np.split(sound, np.cumsum(sizes)[:-1])
    chunked = np.concatenate([*(parts.push(cut) for cut in cuts), parts.flush()])
    assert np.allclose(chunked, np.concatenate([whole.push(sound), whole.flush()]), atol=1e-6)


def test_a_track_forgets_its_front_only() -> None:
    track = Track()
    samples = np.arange(10 * 16_000, dtype=np.float32)
    for part in np.split(samples, 500):
        track.append(part)
        track.forget(track.end - 16_000)
    assert track.end == len(samples)
    assert np.array_equal(track.slice(track.end - 16_000, track.end), samples[-16_000:])
    assert len(track.slice(0, 16_000)) == 0
    assert len(track._samples) <= 12 * 16_000


def test_pcm_there_and_back() -> None:
    sound = white_noise(0.1, -20, seed=2).astype(np.float32)
    assert np.abs(from_pcm(to_pcm(sound)) - sound).max() < 1e-4


def test_other_rates_are_refused() -> None:
    with pytest.raises(AsrError) as refused:
        check_rate(44_100)
    assert refused.value.code == "bad_rate"


@pytest.mark.parametrize("rate", [8000, 16_000])
def test_positions_are_those_of_the_stream(rate: int) -> None:
    cutter, _ = segmenter(rate, position=1_000_000)
    cutter.push(bytes(2 * rate), 1_000_000)
    assert cutter.position(16_000) == 1_000_000 + rate


def test_a_gap_becomes_silence_and_is_counted() -> None:
    cutter, vad = segmenter()
    loud = pcm(white_noise(1.0, -20, seed=3))
    cutter.push(loud, 0)
    cutter.push(loud, 3 * RATE)
    assert cutter.gap_samples == 2 * RATE
    assert cutter.end == pytest.approx(4 * 16_000, abs=64)
    level = [float(np.abs(frame).mean()) for frame in vad.frames]
    assert max(level[34:90]) < 1e-3 < min(level[96:])


def test_audio_heard_twice_is_heard_once() -> None:
    cutter, _ = segmenter()
    loud = pcm(white_noise(1.0, -20, seed=4))
    cutter.push(loud, 0)
    cutter.push(loud, RATE // 2)
    cutter.push(loud, 0)
    assert cutter.late_samples == RATE // 2 + RATE
    assert cutter.end == pytest.approx(1.5 * 16_000, abs=64)


def test_a_hole_of_more_than_a_minute_needs_a_new_stream() -> None:
    cutter, _ = segmenter()
    with pytest.raises(AsrError) as refused:
        cutter.push(bytes(320), 61 * RATE)
    assert refused.value.code == "position_jump"


def test_the_spectrogram_is_the_one_the_models_were_trained_on() -> None:
    from faster_whisper.feature_extractor import FeatureExtractor

    sound = white_noise(6.0, -20, seed=5).astype(np.float32)
    assert np.abs(log_mel(sound) - FeatureExtractor()(sound, padding=0)).max() < 1e-3

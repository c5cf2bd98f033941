"""Voices measured: what is louder, higher or faster moves its own figure and no other."""

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.audio import Samples, Upsampler, from_pcm
from asr.disfluency import restarts
from asr.endpointing import EndpointRules
from asr.pitch import pitch_hz
from asr.prosody import Baseline, Voice
from asr.segmenter import Segmenter, VoiceHeard
from asr.spectrum import Spectra
from asr.vad import FRAME, Silero
from tests.asr.conftest import Speak
from tests.asr.nonspeech import nonspeech
from tests.asr.sounds import RATE, Sound, pcm, pink_noise, seconds, telephone

TALK = [
    "I have been charged twice this month and nobody can tell me why.",
    "The internet has been down since yesterday morning.",
    "I would like to know when somebody will come to repair it.",
    "We moved to another house, and you do not deliver there.",
]
ASIDE = "My order has not arrived yet and I have been waiting for two weeks."


class Loudness:
    """Everything that is not silence counts as speech."""

    def probability(self, frame: Samples) -> float:
        return float(np.sqrt((frame**2).mean()) > 0.001)

    def reset(self) -> None:
        pass


def voices(sound: Sound, rate: int = RATE, chunk: int = 160) -> list[Voice]:
    """The last measure of each utterance."""
    segmenter = Segmenter(rate=rate, vad=Loudness(), rules=EndpointRules(), position=0)
    data, decided = pcm(sound), []
    for start in range(0, len(data), 2 * chunk):
        decided += segmenter.push(data[start : start + 2 * chunk], start // 2)
    decided += segmenter.close(len(data) // 2)
    return [one.voice for one in decided if isinstance(one, VoiceHeard) and one.last]


def vowel(hz: float, duration: float, seed: int = 0) -> Sound:
    """An "uh": harmonics under three formants, falling by a semitone, unsteady by 1 %."""
    count = round(duration * RATE)
    wobble = np.repeat(np.random.default_rng(seed).normal(size=count // 80 + 1), 80)[:count]
    phase = 2 * np.pi * np.cumsum(hz * 2 ** (-np.linspace(0, 1, count) / 12) * (1 + 0.01 * wobble)) / RATE
    sound = seconds(duration)
    for k in range(1, int(3400 / hz) + 1):
        formants = ((600, 80), (1200, 90), (2500, 120))
        gain = 0.02 + sum(1 / (1 + ((k * hz - centre) / width) ** 2) for centre, width in formants)
        sound += gain * np.sin(k * phase + k)
    return 0.25 * sound / np.abs(sound).max() * np.hanning(count) ** 0.3


@pytest.fixture(scope="module")
def say(speak: Speak) -> Speak:
    """Without the silence around it."""

    def trimmed(text: str) -> Sound:
        sound = speak(text)
        loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
        return sound[loud[0] : loud[-1]]

    return trimmed


@pytest.fixture(scope="module")
def talk(say: Speak) -> Sound:
    return np.concatenate([part for text in TALK for part in (seconds(0.8), say(text))])


def _played(sound: Sound, factor: float) -> Sound:
    return soxr.resample(sound, RATE * factor, RATE)


def after(talk: Sound, then: Sound) -> Voice:
    """The voice of `then`, said by somebody who has talked for more than 10 s."""
    pause = seconds(0.8)
    return voices(np.concatenate([talk, talk, pause, then, pause]))[-1]


@pytest.mark.parametrize("hz", [80.0, 110.0, 150.0, 220.0, 320.0])
@pytest.mark.parametrize("snr_db", [12.0, 40.0])
def test_pitch_is_found_without_its_fundamental(hz: float, snr_db: float) -> None:
    time = np.arange(RATE) / RATE
    harmonics = sum(np.sin(2 * np.pi * k * hz * time + k) for k in range(1, int(3400 / hz) + 1))
    ticks, spectra = Upsampler().push(from_pcm(pcm(telephone(harmonics, 81, snr_db)))), Spectra()
    found = [pitch_hz(spectra.push(ticks[at : at + FRAME])) for at in range(0, len(ticks) - FRAME, FRAME)]
    assert np.median([value for value in found if value]) == pytest.approx(hz, rel=0.02)


def test_there_is_no_z_before_ten_seconds(talk: Sound) -> None:
    first = voices(np.concatenate([talk, seconds(0.8)]))[0]
    assert (first.energy_z, first.pitch_z, first.rate_z) == (None, None, None)
    assert first.pitch_hz > 70


def test_the_same_voice_stays_where_it_was(talk: Sound, say: Speak) -> None:
    voice = after(talk, say(ASIDE))
    for z in (voice.energy_z, voice.pitch_z, voice.rate_z):
        assert z is not None
        assert abs(z) < 1.5


@pytest.mark.parametrize("gain_db", [-9.0, 9.0])
def test_loudness_moves_energy_alone(talk: Sound, say: Speak, gain_db: float) -> None:
    plain, loud = after(talk, say(ASIDE)), after(talk, say(ASIDE) * 10 ** (gain_db / 20))
    assert (loud.energy_z - plain.energy_z) * np.sign(gain_db) > 1.5
    assert loud.pitch_z == pytest.approx(plain.pitch_z, abs=0.5)
    assert loud.rate_z == pytest.approx(plain.rate_z, abs=0.7)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_tape_played_faster_is_higher_and_quicker(talk: Sound, say: Speak, factor: float) -> None:
    plain = after(talk, say(ASIDE))
    moved = after(talk, _played(say(ASIDE), factor))
    assert (moved.pitch_z - plain.pitch_z) * np.sign(factor - 1) > 1.0
    pace = [np.mean([v.syllables_per_s for v in voices(sound)]) for sound in (talk, _played(talk, factor))]
    assert (pace[1] - pace[0]) * np.sign(factor - 1) > 0.3
    assert moved.energy_z == pytest.approx(plain.energy_z, abs=1.5)


@pytest.mark.parametrize("hz", [100.0, 140.0, 210.0])
def test_a_filler_is_found(talk: Sound, say: Speak, hz: float) -> None:
    plain = say(ASIDE)
    hesitant = np.concatenate([vowel(hz, 0.45), seconds(0.1), plain, seconds(0.1), vowel(hz, 0.4)])
    assert after(talk, hesitant).fillers == after(talk, plain).fillers + 2


def test_a_pause_is_counted(talk: Sound, say: Speak) -> None:
    one, other = say("I would like to cancel"), say("my subscription please")
    voice = after(talk, np.concatenate([one, seconds(0.3), other]))
    unbroken = after(talk, np.concatenate([one, other]))
    assert voice.pauses > unbroken.pauses
    assert voice.pause_s - unbroken.pause_s == pytest.approx(0.3, abs=0.15)


@pytest.mark.parametrize("kind", ["white noise", "loud pink noise", "music"])
def test_what_nobody_says_has_no_voice(kind: str) -> None:
    segmenter = Segmenter(rate=RATE, vad=Silero(), rules=EndpointRules(), position=0)
    decided = segmenter.push(pcm(nonspeech(kind, 30.0)), 0)
    assert not [one for one in decided if isinstance(one, VoiceHeard) and one.voice.energy_z is not None]
    assert voices(pink_noise(5.0, -30.0, seed=82)) == []


def test_a_long_turn_is_measured_on_its_way(talk: Sound) -> None:
    segmenter = Segmenter(rate=RATE, vad=Loudness(), rules=EndpointRules(), position=0)
    sound = np.concatenate([vowel(120, 6.0), seconds(0.8)])
    heard = [one for one in segmenter.push(pcm(sound), 0) if isinstance(one, VoiceHeard)]
    assert [one.last for one in heard] == [False, True]


def test_the_size_of_chunks_changes_nothing(talk: Sound) -> None:
    sound = telephone(np.concatenate([talk, seconds(1)]), seed=83)
    assert voices(sound) == voices(sound, chunk=37) == voices(sound, chunk=8000)


def test_8_and_16_khz_agree(talk: Sound) -> None:
    sound = np.concatenate([talk, talk, seconds(1)])
    wide = soxr.resample(sound, RATE, 2 * RATE)
    for one, other in zip(voices(sound), voices(wide, rate=2 * RATE), strict=True):
        assert one.energy_db == pytest.approx(other.energy_db, abs=0.5)
        assert one.pitch_hz == pytest.approx(other.pitch_hz, rel=0.03)
        assert one.syllables_per_s == pytest.approx(other.syllables_per_s, abs=0.5)


@settings(deadline=None, max_examples=40)
@given(st.binary(min_size=2, max_size=3000), st.integers(1, 40))
def test_any_sound_is_measured_in_numbers(data: bytes, times: int) -> None:
    samples = from_pcm(data[: len(data) // 2 * 2] * times).astype(float)
    for voice in voices(np.concatenate([samples, seconds(1)])):
        figures = (voice.energy_db, voice.pitch_hz, voice.syllables_per_s, voice.pause_s)
        assert np.isfinite(figures).all()
        assert 60 < voice.pitch_hz < 420


def test_the_baseline_is_frozen() -> None:
    baseline = Baseline()
    baseline.add([np.array([-20.0 + i % 3, 80.0, 4.0]) for i in range(10)])
    before = baseline.z(np.array([-10.0, 82.0, 5.0]))
    baseline.add([np.array([0.0, 99.0, 9.0])] * 20)
    assert baseline.z(np.array([-10.0, 82.0, 5.0])) == before
    assert baseline.z(np.array([np.nan, 82.0, 5.0]))[0] is None


@pytest.mark.parametrize(
    ("text", "count"),
    [("I want to go", 0), ("I I want", 1), ("Can you, can you help", 1), ("no no no", 2), ("", 0)],
)
def test_restarts(text: str, count: int) -> None:
    assert restarts(text.split()) == count

import numpy as np
import pytest

from asr.audio import Upsampler
from asr.endpointing import EndpointRules, SpeechOnset
from asr.errors import AsrError
from asr.segmenter import Segmenter
from asr.vad import FRAME, Gated, Silero, Vad, Webrtc, make_vad
from tests.asr.conftest import Speak
from tests.asr.sounds import (
    RATE,
    Sound,
    dtmf,
    mu_law_round_trip,
    pcm,
    pink_noise,
    seconds,
    telephone,
    tone,
    white_noise,
)

NOT_SPEECH = {
    "silence": seconds(10),
    "white noise": white_noise(10, -45, seed=1),
    "loud white noise": white_noise(10, -25, seed=2),
    "line noise": pink_noise(10, -42, seed=3),
    "loud line noise": pink_noise(10, -30, seed=4),
    "tone": tone(10, 440),
    "ringback": np.concatenate([np.concatenate([tone(2, 440, 480), seconds(1)]) for _ in range(3)]),
    "dtmf": dtmf("0123456789*#" * 5),
}


def onsets(vad: Vad, sound: Sound) -> list[float]:
    """Where speech is found, seconds."""
    segmenter = Segmenter(rate=RATE, vad=vad, rules=EndpointRules(), position=0)
    decided = segmenter.push(pcm(mu_law_round_trip(sound)), 0)
    return [segmenter.position(d.at) / RATE for d in decided if isinstance(d, SpeechOnset)]


@pytest.mark.parametrize("name", NOT_SPEECH)
@pytest.mark.parametrize("make", [Silero, Gated])
def test_what_is_not_speech_is_not_called_speech(make: type[Silero] | type[Gated], name: str) -> None:
    assert onsets(make(), NOT_SPEECH[name]) == []


def test_webrtc_hears_nothing_in_silence() -> None:
    assert onsets(Webrtc(), seconds(10)) == []


@pytest.mark.parametrize("make", [Silero, Gated, Webrtc])
def test_speech_is_found_where_it_begins(make: type[Silero], speak: Speak) -> None:
    sentence = speak("Please cancel my subscription today.")
    first_sound = np.flatnonzero(np.abs(sentence) > 0.05 * np.abs(sentence).max())[0] / RATE
    call = np.concatenate([seconds(2.0), sentence, seconds(2.0)])
    found = onsets(make(), telephone(call, seed=5, snr_db=30) if make is not Webrtc else call)
    assert len(found) == 1
    assert found[0] == pytest.approx(2.0 + first_sound, abs=0.2)


def test_the_gate_changes_nothing_in_speech_and_spares_the_silence(speak: Speak) -> None:
    class Counting(Silero):
        frames = 0

        def probability(self, frame: Sound) -> float:
            Counting.frames += 1
            return super().probability(frame)

    call = np.concatenate([seconds(10.0), speak("I would like to speak to an agent."), seconds(10.0)])
    assert onsets(Gated(judge=Counting()), call) == pytest.approx(onsets(Silero(), call), abs=0.1)
    assert Counting.frames < 0.35 * len(call) / RATE * 16_000 / FRAME


def test_reset_forgets() -> None:
    silero = Silero()
    frame = Upsampler().push(white_noise(0.1, -20, seed=6).astype(np.float32))[:FRAME]
    first = silero.probability(frame)
    silero.probability(frame)
    silero.reset()
    assert silero.probability(frame) == pytest.approx(first)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AsrError) as refused:
        make_vad("energy")
    assert refused.value.code == "engine_missing"

"""Voices: clips at the bridge clock, within level, and a recorded prompt when nothing else speaks."""

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from bridge.adapters.tts_process import TtsProcess
from bridge.adapters.voices import PEAK, HibariVoice, RecordedVoice, clip_name, write_clip
from bridge.tts import Renderer, TtsConfig


@pytest.mark.parametrize("rate", [8000, 16000])
def test_hibari_speaks_at_the_bridge_clock(rate: int) -> None:
    samples = HibariVoice().speak("The caller has hung up.", rate)
    assert 0.8 < len(samples) / rate < 4
    assert abs(np.max(np.abs(samples)) / 32767 - PEAK) < 0.05


def test_same_text_same_clip() -> None:
    voice = HibariVoice()
    assert np.array_equal(voice.speak("One moment please.", 8000), voice.speak("One moment please.", 8000))


@pytest.mark.parametrize("use", ["bot", "whisper"])
def test_recorded_prompt(use: str) -> None:
    assert len(RecordedVoice(use).speak("whatever", 8000)) > 8000


def test_clip_is_whole_or_absent(tmp_path: Path) -> None:
    path = tmp_path / clip_name("a", "bot", 8000)
    write_clip(path, np.ones(800, np.int16), 8000)
    with wave.open(str(path)) as clip:
        assert (clip.getnchannels(), clip.getframerate(), clip.getnframes()) == (1, 8000, 800)
    assert list(tmp_path.iterdir()) == [path]


def test_renderer_falls_back_to_the_recording(tmp_path: Path) -> None:
    config = TtsConfig(control=tmp_path / "x", clips=tmp_path / "clips", engine="recorded")
    made = Renderer(config).render("Caller asked for a person.", "whisper")
    assert made["engine"] == "recorded"
    assert Path(made["path"]).exists()


def test_without_the_process_the_recording_is_played(tmp_path: Path) -> None:
    clip = asyncio.run(TtsProcess(tmp_path, 8000, timeout_s=0.2).render("anything", voice="whisper"))
    assert clip.engine == "recorded"
    assert clip.path.exists()
    assert clip.seconds > 1


@pytest.mark.parametrize("text", ["The caller has hung up.", "Yes?"])
def test_a_clip_begins_at_once_and_ends_with_a_pause(text: str) -> None:
    samples = np.abs(HibariVoice().speak(text, 8000).astype(np.int32))
    loud = np.nonzero(samples >= 0.03 * samples.max())[0]
    assert loud[0] < 0.05 * 8000
    assert 0.15 * 8000 < len(samples) - loud[-1] < 0.35 * 8000

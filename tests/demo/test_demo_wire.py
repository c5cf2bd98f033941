"""`handoff demo` whole, as a newcomer runs it: the exit status, the report and every file."""

import asyncio
import json
import os
import sys
import wave
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.wire, pytest.mark.timeout(180)]

FILES = {
    "ann_heard.wav", "brief.json", "brief.md", "call.wav", "caller_heard.wav", "events.jsonl", "ladder.svg",
    "record.json", "timeline.png", "transcript.jsonl", "transcript.md", "transcript.vtt", "whisper.wav",
}  # fmt: skip

PARCEL = """
title: A lost parcel
with_bot:
  - "My parcel has not arrived, please connect me to an agent."
with_agent:
  - agent: "Good morning, I am looking for your parcel."
"""


async def demo(out: Path, *options: str, **environment: str) -> tuple[int, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bridge", "demo", "--out", str(out), *options,
        env={**os.environ, **environment}, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    status = await process.wait()
    return status, json.loads((out / "report.json").read_text())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """What `make demo` does: both modes and both scenarios, one after the other on the same bridges."""
    out = tmp_path_factory.mktemp("demo")
    status, report = asyncio.run(demo(out, "--mode", "all"))
    assert (status, report["failures"]) == (0, [])
    return out, report


@pytest.mark.asterisk
def test_both_scenarios_pass(whole: tuple[Path, dict[str, Any]]) -> None:
    out, report = whole
    assert report["ok"]
    assert {name: scene["outcome"] for name, scene in report["scenarios"].items()} == {
        "decline": "connected", "caller_hangs_up": "abandoned",
    }  # fmt: skip
    assert (out / "decline" / "ben_heard.wav").exists()


@pytest.mark.asterisk
def test_conference_passes_and_leaves_everything(whole: tuple[Path, dict[str, Any]]) -> None:
    tmp_path, report = whole
    call = report["modes"]["conference"]
    assert call["outcome"] == "connected"
    assert call["whisper_private"]
    assert call["whisper_heard_by_agent"]
    assert call["wer"] <= 0.20
    assert {"escalated", "agent_answered", "whisper_started", "accepted", "connected"} <= call[
        "marks_ms"
    ].keys()
    assert report["engine"] in ("whisper_asr", "vosk")
    assert len(report["model_sha256"]) == 64
    assert {path.name for path in (tmp_path / "conference").iterdir()} >= FILES
    page = (tmp_path / "report.html").read_text()
    assert all(
        f'src="conference/{name}"' in page
        for name in ("call.wav", "whisper.wav", "timeline.png", "ladder.svg")
    )
    with wave.open(str(tmp_path / "conference" / "call.wav")) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, 8000)
        assert sound.getnframes() > 20 * 8000


async def test_a_leaking_mixer_fails_the_demo(tmp_path: Path) -> None:
    status, report = await demo(
        tmp_path,
        "--mode",
        "conference",
        "--no-scenarios",
        "--script",
        str(_parcel(tmp_path)),
        HANDOFF_TEST_LEAK="1",
    )
    assert status == 1
    call = report["modes"]["conference"]
    assert not call["whisper_private"]
    failed = {check["name"] for check in call["checks"] if not check["ok"]}
    assert "whisper absent from the caller's ear" in failed, "the sound alone tells, not only the edges"
    assert "no edge from the whisper to the caller" in failed


async def test_another_script_is_another_transcript(tmp_path: Path) -> None:
    status, report = await demo(
        tmp_path, "--mode", "conference", "--no-scenarios", "--script", str(_parcel(tmp_path))
    )
    assert (status, report["failures"]) == (0, [])
    assert report["title"] == "A lost parcel"
    words = (tmp_path / "conference" / "transcript.md").read_text().lower()
    assert "parcel" in words
    assert "charged" not in words


@pytest.mark.asterisk
def test_refer_through_asterisk(whole: tuple[Path, dict[str, Any]]) -> None:
    tmp_path, report = whole
    assert report["peer"].startswith("Asterisk 22.")
    call = report["modes"]["refer"]
    assert call["outcome"] == "transferred"
    assert "refer_done" in call["marks_ms"]
    ladder = (tmp_path / "refer" / "ladder.svg").read_text()
    assert "REFER with Replaces" in ladder
    assert "NOTIFY 200 OK" in ladder


async def test_refer_between_user_agents(tmp_path: Path) -> None:
    """Without Asterisk the caller's telephone itself calls the agent's, with Replaces; the report says so."""
    status, report = await demo(tmp_path, "--mode", "refer", "--no-scenarios", "--no-asterisk")
    assert (status, report["failures"]) == (0, [])
    assert report["peer"].startswith("user agent")
    assert report["modes"]["refer"]["outcome"] == "transferred"


def _parcel(dir: Path) -> Path:
    path = dir / "parcel.yaml"
    path.write_text(PARCEL)
    return path

"""Two scripted parties as processes of their own."""

import asyncio
import json
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sip.party.wav import read_wav, write_wav

pytestmark = [pytest.mark.wire, pytest.mark.timeout(30)]


async def run(path: Path) -> tuple[int, list[dict[str, Any]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sip.party", str(path), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, [json.loads(line) for line in out.splitlines()]


def write(path: Path, script: dict[str, Any]) -> Path:
    path.write_text(json.dumps(script))
    return path


async def test_a_call_of_two_processes(tmp_path: Path) -> None:
    tone = (8_000 * np.sin(np.arange(4_000) * 0.4)).astype(np.int16)
    write_wav(tmp_path / "tone.wav", tone)
    callee = write(
        tmp_path / "callee.json",
        {
            "ip": "127.0.43.2",
            "sip_port": 5060,
            "out": "callee",
            "pcap": True,
            "steps": [
                {"do": "wait", "event": "incoming"},
                {"do": "hear", "for_ms": 200},
                {"do": "press", "digits": "1"},
                {"do": "wait", "event": "ended"},
                {"do": "expect", "min_heard_s": 0.4, "max_lost": 0},
            ],
        },
    )
    caller = write(
        tmp_path / "caller.json",
        {
            "ip": "127.0.43.1",
            "steps": [
                {"do": "dial", "uri": "sip:x@127.0.43.2", "headers": {"X-Case": "7"}},
                {"do": "wait", "event": "answered"},
                {"do": "play", "wav": "tone.wav", "wait": True},
                {"do": "wait", "event": "dtmf", "where": {"digit": "1"}},
                {"do": "hangup"},
            ],
        },
    )
    (callee_status, callee_lines), (caller_status, caller_lines) = await asyncio.gather(
        run(callee), run(caller)
    )
    assert (callee_status, caller_status) == (0, 0), (callee_lines[-1], caller_lines[-1])
    incoming = next(line for line in callee_lines if line.get("event") == "incoming")
    assert ["X-Case", "7"] in incoming["headers"]
    started = next(line["at"] for line in caller_lines if line.get("event") == "play_started")
    heard, clock = (
        read_wav(tmp_path / "callee/heard.wav"),
        json.loads((tmp_path / "callee/heard.json").read_text()),
    )
    first = int(np.argmax(np.abs(heard) > 500))
    assert abs(clock["origin"] + first / 8_000 - started) < 0.03
    assert (tmp_path / "callee/wire.pcap").stat().st_size > 5_000
    assert b"BYE" in (tmp_path / "callee/sip.jsonl").read_bytes()


async def test_a_step_that_does_not_come_true_is_named(tmp_path: Path) -> None:
    steps = [{"do": "wait", "event": "incoming", "timeout_s": 0.1}]
    status, lines = await run(write(tmp_path / "lonely.json", {"ip": "127.0.43.3", "steps": steps}))
    assert status == 1
    assert lines[-1]["done"] is False
    assert "step 0 (wait): no incoming" in lines[-1]["failure"]


def test_a_wav_of_another_rate_is_resampled(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "w.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        samples = 8_000 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)
        file.writeframes(samples.astype("<i2").tobytes())
    pcm = read_wav(tmp_path / "w.wav")
    assert len(pcm) == 8_000
    assert int(np.argmax(np.abs(np.fft.rfft(pcm.astype(float))))) == 440

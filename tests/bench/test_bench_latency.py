"""`handoff bench latency` whole: one caller talks through a real bridge. Nothing here judges speed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wire, pytest.mark.timeout(150)]
KEYS = {
    "engine", "word_latency_ms", "stable_latency_ms", "turn_text_ms", "final_ms", "coverage", "wer",
    "cpu_per_stream", "windows", "windows_void", "streams", "seconds", "noise", "word_ends",
}  # fmt: skip


def test_one_talker_is_scored(tmp_path: Path) -> None:
    earlier = tmp_path / "bridge" / "records" / "events.jsonl"
    earlier.parent.mkdir(parents=True)
    stale = {"conversation": "old", "caller": "talkera", "monotonic": 0.0, "at_s": 1.0}
    lines = [{"type": "started", **stale}, *[{"type": "final", "text": "of an earlier run", **stale}] * 20]
    earlier.write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [sys.executable, "-m", "bridge", "bench", "latency", "--json", "--streams", "1"]
    command += ["--seconds", "15", "--budget-ms", "1e9", "--max-noise-ms", "1e9", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=140, check=False)
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert set(told) >= KEYS
    assert told["coverage"] > 0.5
    assert 0 <= told["wer"] < 0.5
    assert told["word_latency_ms"]["n"] > 10
    assert told["turn_text_ms"]["n"] >= 1
    assert told["cpu_per_stream"] > 0
    assert done.returncode == (0 if told["coverage"] >= 0.85 else 1)

"""`handoff bench latency` whole: one caller talks through a real bridge. Nothing here judges speed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wire, pytest.mark.timeout(150)]
KEYS = {
    "engine", "word_latency_ms", "stable_latency_ms", "turn_text_ms", "final_ms", "coverage", "wer",
    "cpu_per_stream", "windows", "windows_void", "streams", "seconds", "noise", "word_ends", "substitutions",
    "deletions", "insertions", "asr_rss_mb", "media_tick_late_ms", "speech", "escalations",
}  # fmt: skip


def test_one_talker_is_scored(tmp_path: Path, corpus: Path) -> None:
    earlier = tmp_path / "bridge" / "records" / "events.jsonl"
    earlier.parent.mkdir(parents=True)
    stale = {"conversation": "old", "caller": "talkera", "monotonic": 0.0, "at_s": 1.0}
    lines = [{"type": "started", **stale}, *[{"type": "final", "text": "of an earlier run", **stale}] * 20]
    earlier.write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [sys.executable, "-m", "bridge", "bench", "latency", "--json", "--streams", "1"]
    command += ["--seconds", "6", "--budget-ms", "1e9", "--max-noise-ms", "1e9", "--out", str(tmp_path)]
    command += ["--corpus-dir", str(corpus), "--split", "all", "--plot", str(tmp_path / "latency.png")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=140, check=False)
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert set(told) >= KEYS
    assert told["coverage"] > 0.5
    assert 0 <= told["wer"] < 0.5
    assert told["word_latency_ms"]["n"] > 10
    assert told["windows"] == 3
    assert told["escalations"] == 0
    assert told["asr_rss_mb"] > 50
    assert told["media_tick_late_ms"]["n"] > 500
    assert (tmp_path / "latency.png").stat().st_size > 1_000
    assert told["turn_text_ms"]["n"] >= 1
    assert told["cpu_per_stream"] > 0
    assert done.returncode == (0 if told["coverage"] >= 0.85 else 1)


@pytest.mark.parametrize("wrong", [["--streams", "0"], ["--streams", "1,x"], ["--split", "none"]])
def test_a_wrong_option_is_a_usage_error(wrong: list[str]) -> None:
    command = [sys.executable, "-m", "bridge", "bench", "latency", *wrong]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert wrong[0] in done.stderr

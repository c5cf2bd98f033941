"""`handoff bench mqtt` whole: a real broker, another process that subscribes. Nothing here judges speed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.wire
COUNT = 30


def bench(out: Path, budget_ms: str) -> tuple[int, dict[str, Any]]:
    command = [
        sys.executable, "-m", "bridge", "bench", "mqtt", "--json", "--n", str(COUNT), "--out", str(out),
        "--budget-ms", budget_ms, "--max-noise-ms", "1e9",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_every_event_arrives(tmp_path: Path) -> None:
    status, told = bench(tmp_path, "1e6")
    assert told["failed"] == []
    assert told["event_to_subscriber_ms"]["n"] == COUNT
    assert 0 < told["event_to_subscriber_ms"]["p50"] <= told["event_to_subscriber_ms"]["max"]
    assert status == 0 or told["noise"]["void"]


def test_a_missed_budget_fails_the_run(tmp_path: Path) -> None:
    status, told = bench(tmp_path, "0.0001")
    assert told["failed"]
    assert status == 1 or told["noise"]["void"]

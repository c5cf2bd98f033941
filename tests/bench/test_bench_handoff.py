"""`handoff bench handoff` whole: a bridge, two calls, a capture. Nothing here judges speed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bridge.bench.figures import FIGURES

pytestmark = [pytest.mark.wire, pytest.mark.timeout(150)]
OK, VOID = 0, 75
WITHIN_MS = 2.0


def bench(*arguments: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "bridge", "bench", "handoff", "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=140, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_capture_gives_the_same_figures_again(tmp_path: Path) -> None:
    status, live = bench("--n", "2", "--out", str(tmp_path), "--max-noise-ms", "1e9")
    assert live["failed"] == []
    assert status == OK or live["noise"]["void"]
    for name in FIGURES:
        assert live[name]["n"] >= 2, name
        assert live[name]["p50"] > (-1e3 if name == "request_to_invite_ms" else 0)
    assert set(live["pickup_to_whisper_by_ring_ms"]) == {"0", "0.5"}
    _, again = bench("--from-pcap", str(tmp_path / "wire.pcap"))
    for name in FIGURES:
        assert again[name]["n"] == live[name]["n"]
        assert again[name]["max"] == pytest.approx(live[name]["max"], abs=WITHIN_MS)
        assert again[name]["p50"] == pytest.approx(live[name]["p50"], abs=WITHIN_MS)


def test_a_noisy_machine_voids_the_run(tmp_path: Path) -> None:
    status, told = bench("--n", "1", "--out", str(tmp_path), "--max-noise-ms", "0")
    assert status == VOID
    assert told["noise"]["void"]


def test_a_file_that_is_no_capture_is_a_usage_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bridge", "bench", "handoff", "--from-pcap", str(tmp_path / "none.pcap")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "none.pcap" in done.stderr

"""The noise gauge: what it says of this machine decides whether a run counts."""

import time
from pathlib import Path

from bridge.bench.noise import Noise, gauge


def test_the_gauge_runs_beside_the_block(tmp_path: Path) -> None:
    with gauge(tmp_path / "noise.txt", limit_ms=1e9) as noise:
        time.sleep(1.0)
    told = noise.told()["sleep_overshoot_ms"]
    assert told["n"] > 5
    assert told["max"] >= told["p99"] >= told["p50"] >= 0


def test_above_the_limit_the_run_is_void() -> None:
    samples = [(at * 0.02, 0.1) for at in range(1000)]
    assert not Noise(2.0, samples).void
    assert Noise(0.05, samples).void
    assert Noise(2.0, samples, steal=0.1).void
    assert Noise(2.0, []).void  # nothing measured is no proof of quiet

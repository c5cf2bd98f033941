"""The analysis of a capture, on one that was made by hand."""

from pathlib import Path

import numpy as np
import pytest

from bridge.bench import sound
from bridge.bench.figures import FIGURES, analyse, notes_path
from bridge.bench.requests import requests
from bridge.bench.spread import spread, table
from tests.bench.wirework import one_call

WITHIN_MS = 1.0


def test_known_figures_are_found(tmp_path: Path) -> None:
    expected = one_call(tmp_path / "wire.pcap")
    told = analyse(tmp_path / "wire.pcap")
    assert set(expected) == set(FIGURES)
    for name, value in expected.items():
        assert told[name]["p50"] == pytest.approx(value, abs=WITHIN_MS), name
        assert told[name]["max"] == pytest.approx(value, abs=WITHIN_MS), name
    assert told["added_delay_ms"]["n"] == sound.BURSTS
    assert told["pickup_to_whisper_by_ring_ms"]["0.5"]["n"] == 1


def test_what_is_not_in_the_capture_is_not_invented(tmp_path: Path) -> None:
    path = tmp_path / "wire.pcap"
    one_call(path)
    notes = notes_path(path).read_text().replace('"call_id": "c-1"', '"call_id": "another"')
    notes_path(path).write_text(notes)
    told = analyse(path)
    assert all(told[name]["n"] == 0 and told[name]["p50"] is None for name in FIGURES)
    assert "| -" in table({name: told[name] for name in FIGURES}).replace("       -", "-").replace(
        "|-", "| -"
    )


def test_quantiles_are_measured_values() -> None:
    told = spread([float(value) for value in range(1, 201)])
    assert told == {"p50": 100.0, "p95": 190.0, "p99": 198.0, "max": 200.0, "n": 200}
    assert spread([]) == {"p50": None, "p95": None, "p99": None, "max": None, "n": 0}


def test_a_sound_is_found_in_noise_and_not_in_another() -> None:
    burst, other = sound.bursts()[:2]
    heard = np.random.default_rng(3).normal(0, 300, 8_000).astype(np.int16)
    heard[3_333 : 3_333 + len(burst)] += burst
    assert sound.find(burst, heard) == 3_333
    assert sound.find(other, heard) is None
    assert sound.find(burst, np.zeros(8_000, np.int16)) is None


def test_no_two_requests_are_alike() -> None:
    assert len(set(requests(200))) == 200
    assert len(requests(500)) == 500

"""`python -m bridge.bench.music [--fit]`: the music detector against recordings, JSON on standard output.

Recordings are split in two halves by a hash of their names: weights and thresholds were chosen on "dev",
"held_out" says what they are worth. Each is heard clean and through a telephone line (300-3400 Hz, pink
noise, mu-law). Counted are 1 s windows: speech during which music was "playing", and music that was not
found, the first 2 s of a piece apart. `--fit` prints the weights that fit "dev" best.
"""

import hashlib
import json
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from asr.audio import TICKS_PER_S, Samples, Upsampler, from_pcm
from asr.music import MusicDetector, MusicOnset
from asr.spectrum import Spectra
from asr.vad import FRAME
from bridge.peers.recordings import hold_music, prompts

Half = Literal["dev", "held_out"]
HALVES: Final[tuple[Half, ...]] = ("dev", "held_out")
_RATE: Final = 8000
_ENTER_S: Final = 15.0
"""of music between two moments at which a detector is switched on, to see how soon it finds it"""


def half(name: str) -> Half:
    return HALVES[hashlib.sha256(name.encode()).digest()[0] & 1]


def read(path: Path) -> Samples:
    """8 kHz, -1..1."""
    with wave.open(str(path)) as file:
        return from_pcm(file.readframes(file.getnframes()))


def line(sound: Samples, snr_db: float, seed: int) -> Samples:
    """A telephone line: 300-3400 Hz, pink noise `snr_db` below the loud parts, mu-law."""
    spectrum, hertz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / _RATE)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    band = np.fft.irfft(spectrum, len(sound))
    noise = np.fft.rfft(np.random.default_rng(seed).normal(size=len(sound)))
    noise /= np.sqrt(np.maximum(np.arange(len(noise)), 1))
    pink = np.fft.irfft(noise, len(sound))
    loud = band[np.abs(band) > 0.01 * np.abs(band).max()].std()
    noisy = np.clip(band + pink * loud / pink.std() * 10 ** (-snr_db / 20), -1, 1)
    code = np.round(np.sign(noisy) * np.log1p(255 * np.abs(noisy)) / np.log(256) * 127) / 127
    return np.asarray(np.sign(code) * (np.power(256.0, np.abs(code)) - 1) / 255, np.float32)


def heard(sound: Samples, detector: MusicDetector) -> Iterator[tuple[int, object]]:
    """(tick, event or None) of every frame."""
    ticks, spectra = Upsampler().push(sound), Spectra()
    for end in range(FRAME, len(ticks) + 1, FRAME):
        yield end, detector.push(spectra.push(ticks[end - FRAME : end]), end)


def playing(sound: Samples) -> NDArray[np.bool_]:
    """For each whole second, whether music was playing in most of it."""
    detector = MusicDetector()
    states = np.array([detector.playing for _ in heard(sound, detector)])
    per_second = TICKS_PER_S / FRAME
    count = int(len(states) / per_second)
    return np.array(
        [states[int(i * per_second) : int((i + 1) * per_second)].mean() > 0.5 for i in range(count)]
    )


def found_after_s(sound: Samples) -> float | None:
    detector = MusicDetector()
    return next(
        (end / TICKS_PER_S for end, event in heard(sound, detector) if isinstance(event, MusicOnset)), None
    )


def _variants(sound: Samples) -> dict[str, Samples]:
    return {"clean": sound, "line_20_db": line(sound, 20, 1), "line_12_db": line(sound, 12, 2)}


def _recordings(which: Half) -> dict[str, dict[str, Samples]]:
    """By kind and name."""
    spoken = [read(path) for path in prompts() if half(path.stem) == which]
    pieces = {path.stem: read(path) for path in hold_music() if half(path.stem) == which}
    return {"speech": {"prompts": np.concatenate(spoken)}, "music": pieces}


def score(which: Half) -> dict[str, Any]:
    recordings = _recordings(which)
    told: dict[str, Any] = {}
    for kind in ("clean", "line_20_db", "line_12_db"):
        false = playing(_variants(recordings["speech"]["prompts"])[kind])
        pieces = {name: _variants(piece)[kind] for name, piece in recordings["music"].items()}
        missed = np.concatenate([~playing(piece)[2:] for piece in pieces.values()])
        entered = [
            found_after_s(piece[at : at + 6 * _RATE])
            for piece in pieces.values()
            for at in range(0, len(piece) - 6 * _RATE, int(_ENTER_S * _RATE))
        ]
        told[kind] = {
            "speech_s": len(false),
            "false_music": round(float(false.mean()), 4),
            "music_s": len(missed),
            "missed_music": round(float(missed.mean()), 4),
            "entries": len(entered),
            "found_within_2_s": round(float(np.mean([s is not None and s <= 2.0 for s in entered])), 3),
            "found_median_s": round(float(np.median([s or 6.0 for s in entered])), 2),
        }
    return told


def fit(which: Half = "dev") -> dict[str, float]:
    """Logistic regression by Newton's method, both classes of equal weight."""
    rows: list[tuple[float, float, float]] = []
    music: list[bool] = []
    for kind, sounds in _recordings(which).items():
        for sound in sounds.values():
            for variant in _variants(sound).values():
                detector = MusicDetector()
                found = [detector.measures for end, _ in heard(variant, detector) if end % (8 * FRAME) == 0]
                rows += [measures for measures in found if measures is not None]
                music += [kind == "music"] * (len(rows) - len(music))
    x, y = np.column_stack([np.array(rows), np.ones(len(rows))]), np.array(music, float)
    weight = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean())) / len(y)
    w = np.zeros(4)
    for _ in range(40):
        p = 1 / (1 + np.exp(-x @ w))
        curvature = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(4)
        w -= np.linalg.solve(curvature, x.T @ (weight * (p - y)))
    return dict(zip(("sustained", "dynamics", "change", "bias"), w.round(2).tolist(), strict=True))


def cost(seconds: float = 60.0) -> dict[str, float]:
    """CPU a 100 ms of noise-free chord, spectra included."""
    time_s = np.arange(int(seconds * _RATE)) / _RATE
    notes = np.sin(2 * np.pi * time_s[:, None] * [440.0, 554.4, 659.3])
    chord = np.asarray(notes.mean(axis=1) / 4, np.float32)
    spent, began = [], time.process_time()
    for _ in heard(chord, MusicDetector()):
        spent.append(time.process_time() - began)
        began = time.process_time()
    per_chunk = np.convolve(spent, np.ones(3), "valid") * 100 / 96 * 1000
    return {f"p{q}": round(float(np.percentile(per_chunk, q)), 3) for q in (50, 95)}


def main(arguments: list[str]) -> int:
    if arguments == ["--fit"]:
        sys.stdout.write(json.dumps(fit()) + "\n")
        return 0
    told = {which: score(which) for which in HALVES} | {"cpu_ms_per_100_ms": cost()}
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`handoff models bench`: the installed models on a few spoken sentences, on this machine.

Errors and CPU, not latency: each model hears the same sound as fast as it decodes, in a process of its own.
"""

import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from asr.store import Model, ModelStore
from bridge.adapters.voices import HibariVoice
from sip.party.g711 import ulaw_decode, ulaw_encode

RATE: Final = 8_000
MOST_CPU: Final = 0.5
"""seconds of CPU a second of audio: people listen half of the time, so this is four of them a core"""
NOISE: Final = 250.0
"""of the line, where speech peaks at about 5000: hard enough to tell models apart"""
LIKE_WER: Final = 0.02
"""models this close in errors are told apart by what they cost"""
RESULTS: Final = "bench.json"
_MODEL_S: Final = 300.0
SENTENCES: Final = (
    "I have been charged for something that I never ordered.",
    "Please let me talk to a real person about my account.",
    "The internet has been down since yesterday morning.",
    "I would like to change the delivery address of my order.",
    "My insurance number is on the letter that you sent in spring.",
    "The technician from Brighton cancelled the appointment on Thursday.",
    "I want to dispute the late fee on my credit card statement.",
    "Agent.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What one model did here. `cpu_per_s`: CPU seconds a second of audio, partials included."""

    name: str
    sha256: str
    wer: float
    cpu_per_s: float


class CompareError(Exception):
    """A model could not be measured; the message is its own, with the cure."""


def best(models: Sequence[Model], results: Sequence[Compared]) -> Model | None:
    """The one with the fewest errors among those that are cheap enough; None when none was measured."""
    measured = {result.sha256: result for result in results}
    found = [(model, measured[model.sha256]) for model in models if model.sha256 in measured]
    cheap = [pair for pair in found if pair[1].cpu_per_s <= MOST_CPU]
    if not cheap:
        return min(found, key=lambda pair: pair[1].cpu_per_s)[0] if found else None
    least = min(result.wer for _, result in cheap)
    alike = [pair for pair in cheap if pair[1].wer <= least + LIKE_WER]
    return min(alike, key=lambda pair: pair[1].cpu_per_s)[0]


def compared(store: ModelStore) -> list[Compared]:
    """What was measured last; nothing when that cannot be read."""
    try:
        return [Compared(**line) for line in json.loads((store.root / RESULTS).read_text())]
    except (OSError, ValueError, TypeError):
        return []


def compare(store: ModelStore, *, tell: Callable[[str], None]) -> list[Compared]:
    """Measure every installed English model and keep the result. Raises `CompareError`."""
    with tempfile.TemporaryDirectory(prefix="handoff-models-") as scratch:
        speech = Path(scratch)
        _speak(speech)
        results = []
        for model in store.models():
            if model.language == "en":
                tell(f"{model.name} ...")
                results.append(_measure(model, speech))
    store.root.mkdir(parents=True, exist_ok=True)
    part = store.root / f".{RESULTS}"
    part.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    part.replace(store.root / RESULTS)
    return results


def _speak(where: Path) -> None:
    """The sentences as a telephone carries them, each with its text beside it."""
    voice, random = HibariVoice(), np.random.default_rng(1)
    for number, sentence in enumerate(SENTENCES):
        clean = voice.speak(sentence, RATE).astype(np.float64)
        clean = np.concatenate((np.zeros(RATE // 2), clean * 0.3, np.zeros(RATE)))
        noisy = clean + random.normal(0.0, NOISE, len(clean))
        line = ulaw_decode(ulaw_encode(np.clip(noisy, -32_768, 32_767).astype(np.int16)))
        with wave.open(str(where / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(line.astype("<i2").tobytes())
        (where / f"{number}.txt").write_text(sentence)


def _measure(model: Model, speech: Path) -> Compared:
    command = [
        sys.executable, "-m", "asr.bench_files", "--engine", model.engine, "--model", str(model.directory),
        str(speech),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_MODEL_S, check=True)
    except subprocess.CalledProcessError as error:
        raise CompareError(f"{model.name}: {error.stderr.strip()}") from None
    except subprocess.TimeoutExpired:
        raise CompareError(f"{model.name}: too slow for this machine; remove it") from None
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    words = [len(sentence.split()) for sentence in SENTENCES]
    return Compared(
        name=model.name,
        sha256=model.sha256,
        wer=round(float(np.average([line["wer"] for line in lines], weights=words)), 4),
        cpu_per_s=round(float(np.mean([line["rtf"] for line in lines])), 4),
    )

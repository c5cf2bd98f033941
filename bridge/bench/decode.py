"""`python -m bridge.bench.decode PLAN.json`: one engine decodes clips, offline but in audio time.

A process of its own, so that its memory and CPU time are the engine's. A line of JSON a clip, then one about
the whole. Each decode takes no audio time at all (`Inline`): what is left is what the method itself costs.
"""

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from asr.audio import TICKS_PER_S
from asr.engines import make_recognizer
from asr.models import whisper_dir
from asr.recognizer import Recognizer
from asr.scheduler import Inline
from asr.types import Final as FinalText
from asr.types import Partial, SpeechEvent
from asr.whisper_model import WhisperModel, WindowRules
from bridge.bench.corpus.manifest import RATE, Clip, chosen, load, read_manifest
from bridge.bench.words import Heard
from sip.party.g711 import Pcm

FRAME: Final = RATE // 50
FULL_WINDOW: Final = WindowRules(min_window_s=30.0)
ABOUT_REQUESTS: Final = ("request", "near_request")
PROGRESS_EVERY: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodePlan:
    engine: str
    model_dir: str | None
    corpus: str
    split: str
    limit: int | None
    hotwords: tuple[str, ...]
    out: str


@dataclass(slots=True, kw_only=True)
class Decoded:
    """What an engine made of a clip. `heard`: times are seconds of the clip's audio. `full`: the same model
    with its whole window at once; `hotworded`: the finals with hotwords; None where it was not asked for."""

    id: str
    heard: list[Heard] = field(default_factory=list)
    cpu_s: float = 0.0
    full: str | None = None
    hotworded: str | None = None

    @property
    def text(self) -> str:
        return final_text(self.heard)


def final_text(heard: list[Heard]) -> str:
    return " ".join(one.text for one in heard if one.kind == "final")


def decode(recognizer: Recognizer, pcm: Pcm) -> list[Heard]:
    """Feed a clip in frames of 20 ms; each event is heard when the frame that brought it was complete."""
    heard: list[Heard] = []
    at = 0

    def emit(event: SpeechEvent) -> None:
        if isinstance(event, Partial):
            heard.append(Heard(at=at / RATE, kind="partial", text=event.text, utterance=event.utterance))
        elif isinstance(event, FinalText):
            heard.append(Heard(at=at / RATE, kind="final", text=event.text))

    stream = recognizer.open(rate=RATE, emit=emit)
    for start in range(0, len(pcm), FRAME):
        at = min(start + FRAME, len(pcm))
        stream.feed(pcm[start:at].astype("<i2").tobytes(), start)
    stream.close(len(pcm))
    return heard


def run(plan: DecodePlan) -> tuple[list[Decoded], dict[str, Any]]:
    """Raises `AsrError`, `CorpusMissing`."""
    corpus = Path(plan.corpus)
    clips = chosen(read_manifest(corpus), plan.split, plan.limit)  # type: ignore[arg-type]
    recognizer = make_recognizer(plan.engine, Inline(), model_dir=plan.model_dir)
    decoded: list[Decoded] = []
    for number, clip in enumerate(clips, 1):
        pcm = load(corpus, clip)
        began = time.process_time()
        heard = decode(recognizer, pcm)
        decoded.append(Decoded(id=clip.id, heard=heard, cpu_s=time.process_time() - began))
        if number % PROGRESS_EVERY == 0:
            sys.stderr.write(f"{plan.engine}: {number} of {len(clips)} clips\n")
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # before other models are loaded
    if plan.engine == "whisper_asr":
        _beside(plan, corpus, {clip.id: clip for clip in clips}, decoded)
    return decoded, {"rss_mb": round(rss_mb, 1), "model_sha256": recognizer.model_sha256}


def _beside(plan: DecodePlan, corpus: Path, clips: dict[str, Clip], decoded: list[Decoded]) -> None:
    """The full window, and hotwords: neither counts in CPU time and memory."""
    model = WhisperModel(whisper_dir(plan.model_dir))
    biased = make_recognizer(plan.engine, Inline(), model_dir=plan.model_dir, hotwords=plan.hotwords)
    for one in decoded:
        clip = clips[one.id]
        if clip.words:
            pcm = load(corpus, clip)
            wide = soxr.resample(pcm.astype(np.float32) / np.float32(32_768), RATE, TICKS_PER_S)
            one.full = " ".join(word.text for word in model.decode(wide, FULL_WINDOW).words)
            if clip.kind in ABOUT_REQUESTS:
                one.hotworded = final_text(decode(biased, pcm))


def write(path: Path, decoded: list[Decoded], whole: dict[str, Any]) -> None:
    lines = [json.dumps(asdict(one)) for one in decoded]
    path.write_text("\n".join([*lines, json.dumps(whole)]) + "\n")


def read(path: Path) -> tuple[list[Decoded], dict[str, Any]]:
    *lines, whole = (json.loads(line) for line in path.read_text().splitlines())
    for line in lines:
        line["heard"] = [Heard(**one) for one in line["heard"]]
    return [Decoded(**line) for line in lines], whole


def main(path: str) -> int:
    from asr.errors import AsrError

    found = json.loads(Path(path).read_text())
    plan = DecodePlan(**{**found, "hotwords": tuple(found["hotwords"])})
    try:
        write(Path(plan.out), *run(plan))
    except AsrError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

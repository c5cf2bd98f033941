"""`handoff bench asr`: every engine on the same clips, offline in audio time: its errors and its cost."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bridge.bench.corpus.manifest import RATE, Choice, Clip, chosen, read_manifest
from bridge.bench.corpus.texts import REQUEST
from bridge.bench.decode import Decoded, DecodePlan, read
from bridge.bench.engines import Engine
from bridge.bench.errors import WordErrors, difference, total, word_errors
from bridge.bench.spoken import canonical
from bridge.bench.spread import spread
from bridge.bench.words import Said, Scores, score
from bridge.cues.detectors import our_detectors

HOTWORDS: Final = (
    "agent", "representative", "operator", "supervisor", "manager", "human", "person", "customer service",
)  # fmt: skip
ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
LONGEST_S: Final = 7_200.0
Tell = Callable[[str], None]


class DecodeFailed(Exception):
    """An engine's process did not do its clips; the text says why."""

    code = "decode_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsrPlan:
    corpus: Path
    split: Choice
    limit: int | None = None


def measure(plan: AsrPlan, engines: Sequence[Engine], out: Path, tell: Tell) -> dict[str, Any]:
    """All engines one after the other. Raises `CorpusMissing`, `DecodeFailed`."""
    clips = chosen(read_manifest(plan.corpus), plan.split, plan.limit)
    out.mkdir(parents=True, exist_ok=True)
    reports = []
    for number, engine in enumerate(engines):
        tell(f"{engine.label}: {len(clips)} clips")
        reports.append({"engine": engine.label, **report(clips, *_decoded(plan, engine, out, number))})
    return {"split": plan.split, "limit": plan.limit, "engines": reports}


def _decoded(plan: AsrPlan, engine: Engine, out: Path, number: int) -> tuple[list[Decoded], dict[str, Any]]:
    """In a process of its own."""
    told = out / f"decoded-{number}.jsonl"
    order = DecodePlan(
        engine=engine.name, model_dir=str(engine.model_dir) if engine.model_dir else None,
        corpus=str(plan.corpus), split=plan.split, limit=plan.limit, hotwords=HOTWORDS, out=str(told),
    )  # fmt: skip
    path = out / f"plan-{number}.json"
    path.write_text(json.dumps(asdict(order)))
    command = [sys.executable, "-m", "bridge.bench.decode", str(path)]
    try:
        subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=True, timeout=LONGEST_S)
    except subprocess.SubprocessError as error:
        raise DecodeFailed(f"{engine.label}: {type(error).__name__}, see above") from error
    return read(told)


def report(clips: Sequence[Clip], decoded: Sequence[Decoded], whole: dict[str, Any]) -> dict[str, Any]:
    """The figures of one engine. Stress voices count in `by_source` only."""
    pairs = list(zip(clips, decoded, strict=True))
    speech = [(clip, one) for clip, one in pairs if clip.words]
    usual = [(clip, one) for clip, one in speech if not clip.stress]
    errors = total([_errors(clip, one.text) for clip, one in usual])
    scores = _scores(usual)
    return {
        **whole,
        **errors.told(),
        "by_source": _by_source(speech),
        "full_window": _full_window(usual),
        "requests": _requests(usual),
        "nonspeech": _nonspeech(pairs),
        "cpu_s_per_speech_s": round(
            sum(one.cpu_s for _, one in speech) / max(sum(clip.speech_s for clip, _ in speech), 1e-9), 4
        ),
        "coverage": round(scores.coverage, 4),
        "word_audio_ms": spread(scores.word),
        "stable_audio_ms": spread(scores.stable),
        "turn_text_audio_ms": spread(scores.turn),
    }


def _errors(clip: Clip, told: str) -> WordErrors:
    return word_errors([word for word, _ in clip.words], canonical(told))


def _scores(pairs: Sequence[tuple[Clip, Decoded]]) -> Scores:
    """Latency in audio time: what the method waits for, no decode counted."""
    scores = Scores()
    for clip, one in pairs:
        last = len(clip.words) - 1
        said = [Said(text=w, at=end / RATE, last=i == last) for i, (w, end) in enumerate(clip.words)]
        scores.add(score(said, one.heard))
    return scores


def _by_source(pairs: Sequence[tuple[Clip, Decoded]]) -> dict[str, Any]:
    sources: dict[str, list[WordErrors]] = {}
    for clip, one in pairs:
        name = f"{clip.source} (stress)" if clip.stress else clip.source
        sources.setdefault(name, []).append(_errors(clip, one.text))
    return {name: total(counted).told() for name, counted in sources.items()}


def _full_window(pairs: Sequence[tuple[Clip, Decoded]]) -> dict[str, Any] | None:
    """The same model with 30 s at once, and by how much the stream is worse."""
    both = [(clip, one, one.full) for clip, one in pairs if one.full is not None]
    if not both:
        return None
    stream = [_errors(clip, one.text) for clip, one, _ in both]
    full = [_errors(clip, text) for clip, _, text in both]
    return {**total(full).told(), "stream_less_full": difference(stream, full)}


def _requests(pairs: Sequence[tuple[Clip, Decoded]]) -> dict[str, Any]:
    """How often the phrase grammar fires on what was heard, and on the text itself: it cannot do better."""
    asked = [(clip, one) for clip, one in pairs if clip.kind == REQUEST]
    others = [(clip, one) for clip, one in pairs if clip.kind != REQUEST]
    hotworded = [one.hotworded for _, one in asked if one.hotworded is not None]
    near = [one.hotworded for _, one in others if one.hotworded is not None]
    return {
        "n": len(asked),
        "recall": _fired([one.text for _, one in asked]),
        "recall_hotwords": _fired(hotworded),
        "recall_reference": _fired([clip.text for clip, _ in asked]),
        "others": len(others),
        "false": _fired([one.text for _, one in others]),
        "false_near_hotwords": _fired(near),
    }


def _fired(told: Sequence[str]) -> float | None:
    fired = [our_detectors().asks(text) for text in told]
    return round(sum(fired) / len(fired), 4) if fired else None


def _nonspeech(pairs: Sequence[tuple[Clip, Decoded]]) -> dict[str, Any]:
    quiet = [(clip, one) for clip, one in pairs if not clip.words]
    finals = [clip.id for clip, one in quiet for heard in one.heard if heard.kind == "final"]
    shown = [clip.id for clip, one in quiet if any(heard.text for heard in one.heard)]
    return {
        "minutes": round(sum(clip.samples for clip, _ in quiet) / RATE / 60, 2),
        "finals": len(finals),
        "finals_in": sorted(set(finals)),
        "partials_in": shown,
    }

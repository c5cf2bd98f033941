"""The engine and models that a configuration comes to."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from asr.engines import AUTO, engine_named, identify
from asr.errors import AsrError
from asr.hotwords import check_hotwords
from asr.store import ModelStore
from bridge.config import Settings
from bridge.config.sections import Asr
from bridge.speech.compare import best, compared

ESCALATION: Final = (
    "agent", "representative", "operator", "supervisor", "manager", "real person", "cancel", "complaint",
    "refund",
)  # fmt: skip
"""words of the moments the bridge waits for"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    engine: str
    model_dir: Path
    final_model_dir: Path | None = None
    hotwords: tuple[str, ...] = ()


def store_of(settings: Settings) -> ModelStore:
    """By `asr.models_dir`, else in the user's data directory."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return ModelStore((settings.asr.models_dir or data / "handoff-bridge" / "models").absolute())


def choose(settings: Settings) -> Choice:
    """Reads the store, loads nothing. Raises `AsrError`: engine_missing, model_missing, too_many_hotwords."""
    asr, store = settings.asr, store_of(settings)
    final = identify(store.directory(asr.final_model))[1] if asr.final_model is not None else None
    engine, directory = _first(asr, store)
    hotwords = tuple(dict.fromkeys([*asr.hotwords, *(ESCALATION if asr.escalation_hotwords else ())]))
    check_hotwords(final or directory, hotwords)
    return Choice(engine=engine, model_dir=directory, final_model_dir=final, hotwords=hotwords)


def _first(asr: Asr, store: ModelStore) -> tuple[str, Path]:
    if asr.engine != AUTO:
        engine_named(asr.engine)
    if asr.model_dir is not None:
        engine, directory = identify(store.directory(asr.model_dir))
        return (engine.name if asr.engine == AUTO else asr.engine), directory
    fitting = [
        model
        for model in store.models()
        if asr.engine in (AUTO, model.engine) and model.language == asr.language
    ]
    if not fitting:
        engines = "" if asr.engine == AUTO else f" of {asr.engine}"
        message = f"no model{engines} for language {asr.language!r} is installed in {store.root}"
        cure = f"handoff models get {asr.language}, handoff models add DIR, or set asr.model_dir"
        raise AsrError("model_missing", message, cure)
    model = best(fitting, compared(store)) or fitting[0]
    return model.engine, model.directory

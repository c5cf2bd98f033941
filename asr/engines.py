"""Engines by name. The imports are late: an engine's libraries are loaded only when it is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from asr.endpointing import EndpointRules
from asr.errors import AsrError
from asr.hypothesis import Transcribing
from asr.recognizer import Load, Recognizer
from asr.scheduler import Scheduler

AUTO: Final = "auto"


@dataclass(frozen=True, slots=True)
class Engine:
    name: str
    module: str
    """has `load`, see `asr.recognizer.Load`"""
    main_file: str | None
    """shows a directory to be a model of this engine, and its sha256 names the model"""


ENGINES: Final = (
    Engine("whisper_asr", "asr.whisper_asr", "model.bin"),
    Engine("vosk", "asr.vosk", "am/final.mdl"),
    Engine("scripted", "asr.scripted", None),
)


def engine_named(name: str) -> Engine:
    """Raises `AsrError("engine_missing")` with the names there are."""
    for engine in ENGINES:
        if engine.name == name:
            return engine
    known = ", ".join(engine.name for engine in ENGINES)
    raise AsrError("engine_missing", f"no ASR engine named {name!r}", f"one of {AUTO}, {known}")


def identify(directory: Path) -> tuple[Engine, Path]:
    """Whose model a directory is, and the model's own directory: archives have it one level down.

    Raises `AsrError("model_missing")`.
    """
    if not directory.is_dir():
        cure = "give a directory, or a name out of `handoff models list`"
        raise AsrError("model_missing", f"{directory} is no directory", cure)
    for candidate in (directory, *sorted(path for path in directory.iterdir() if path.is_dir())):
        for engine in ENGINES:
            if engine.main_file is not None and (candidate / engine.main_file).is_file():
                return engine, candidate
    files = " or ".join(engine.main_file for engine in ENGINES if engine.main_file)
    raise AsrError("model_missing", f"no model in {directory}", f"give the directory that holds {files}")


def choose(model_dir: str | Path | None) -> str:
    """What `auto` means: the engine `model_dir` is for; without one, whisper_asr as packaged."""
    return ENGINES[0].name if model_dir is None else identify(Path(model_dir))[0].name


def make_recognizer(
    engine: str,
    scheduler: Scheduler,
    *,
    model_dir: str | Path | None = None,
    final_model_dir: str | Path | None = None,
    language: str = "en",
    hotwords: Sequence[str] = (),
    vad: str = "gated",
    rules: EndpointRules | None = None,
    threads: int = 1,
) -> Recognizer:
    """Load an engine, and with `final_model_dir` the model of any engine that finals shall come from.

    Raises `AsrError`: engine_missing, model_missing, model_broken, wrong_language, ...
    """

    def load(engine: Engine, model_dir: str | Path | None) -> Recognizer:
        return cast(Load, import_module(engine.module).load)(
            scheduler,
            model_dir=model_dir,
            language=language,
            hotwords=hotwords,
            vad=vad,
            rules=rules,
            threads=threads,
        )

    first = load(engine_named(choose(model_dir) if engine == AUTO else engine), model_dir)
    if final_model_dir is None:
        return first
    from asr.second_pass import SecondPassRecognizer
    from asr.segmenting import Segmenting

    second = load(*identify(Path(final_model_dir)))
    if not (isinstance(first, Transcribing) and isinstance(second, Transcribing)):
        names = f"{first.name} and {second.name}"
        raise AsrError("engine_missing", f"{names} cannot share an utterance", "leave out asr.final_model")
    segmenting = Segmenting(scheduler, vad, rules or EndpointRules(), language)
    return SecondPassRecognizer(first, second, segmenting)

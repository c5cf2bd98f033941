"""Engines by name. The imports are late: an engine's libraries are loaded only when it is chosen."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from asr.endpointing import EndpointRules
from asr.errors import AsrError
from asr.models import vosk_dir, whisper_dir
from asr.recognizer import Recognizer
from asr.scheduler import Scheduler

EngineName = Literal["auto", "whisper_asr", "vosk", "scripted"]
ENGINES: Final = ("whisper_asr", "vosk", "scripted")


def choose(model_dir: str | Path | None) -> str:
    """What `auto` means: the engine `model_dir` is for; without one, whisper_asr as packaged."""
    try:
        whisper_dir(model_dir)
    except AsrError:
        if model_dir is None:
            raise
        vosk_dir(model_dir)
        return "vosk"
    return "whisper_asr"


def make_recognizer(
    engine: str,
    scheduler: Scheduler,
    *,
    model_dir: str | Path | None = None,
    language: str = "en",
    hotwords: Sequence[str] = (),
    vad: str = "gated",
    rules: EndpointRules | None = None,
    threads: int = 1,
) -> Recognizer:
    """Load an engine. Raises `AsrError`: engine_missing, model_missing, model_broken, wrong_language."""
    if engine == "auto":
        engine = choose(model_dir)
    if engine == "whisper_asr":
        from asr.whisper_asr import WhisperRecognizer

        return WhisperRecognizer(
            scheduler,
            model_dir=model_dir,
            language=language,
            hotwords=hotwords,
            vad=vad,
            rules=rules,
            threads=threads,
        )
    if engine == "vosk":
        from asr.vosk import VoskRecognizer

        return VoskRecognizer(scheduler, model_dir=model_dir, hotwords=hotwords, vad=vad, rules=rules)
    if engine == "scripted":
        from asr.scripted import ScriptedRecognizer, load_scripts

        return ScriptedRecognizer(load_scripts(Path(model_dir)) if model_dir is not None else ())
    raise AsrError("engine_missing", f"no ASR engine named {engine!r}", f"one of auto, {', '.join(ENGINES)}")

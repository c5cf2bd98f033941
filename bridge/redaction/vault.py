"""The vault that the configuration asks for.

`python -m bridge.redaction.vault KEYFILE RECORD.json` prints what is in one.
"""

import json
import sys
from pathlib import Path

from cryptography.fernet import InvalidToken

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


def main(arguments: list[str]) -> int:
    """Prints the clear transcript of a record as JSON."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m bridge.redaction.vault KEYFILE RECORD.json\n")
        return 2
    key, record = (Path(argument).read_text().strip() for argument in arguments)
    sealed = json.loads(record).get("vault")
    if not sealed:
        sys.stderr.write(f"{arguments[1]}: vault: empty. There was no redaction.vault_key.\n")
        return 1
    try:
        sys.stdout.write(FernetVault(key).open(sealed).decode() + "\n")
    except InvalidToken:
        sys.stderr.write(f"{arguments[1]}: vault: changed, or of another key. Cure: name its key.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The database that the configuration names."""

from sqlalchemy import URL

from bridge.adapters.codec import CLEAR, Codec, SealedCodec
from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.adapters.db.errors import DatabaseAddress
from bridge.adapters.keyring import Keyring
from bridge.config import ConfigError, Settings
from bridge.records.measured import DERIVED
from bridge.redaction.vault import NEW_KEY


def address_of(settings: Settings) -> URL:
    """Of `records.db`. Raises `ConfigError`."""
    records = settings.records
    try:
        return url_of(records.address(), records.dir)
    except OSError as error:
        cure = "Cure: name a file that holds the URL."
        raise ConfigError(f"records.db_file: {records.db_file} ({error.strerror}). {cure}") from None
    except DatabaseAddress as error:
        raise ConfigError(str(error)) from None


def codec_of(settings: Settings) -> Codec:
    """How records are written and read. Raises `ConfigError`."""
    records = settings.records
    try:
        master = records.master()
        if not master and not records.encrypt:
            return CLEAR
        ring = Keyring(records.dir, master)
    except OSError as error:
        where = f"records.master_key_file: {records.master_key_file}"
        raise ConfigError(f"{where} ({error.strerror}). Cure: name a file that holds the key.") from None
    except ValueError:
        cure = f"Cure: make one with {NEW_KEY}"
        raise ConfigError(f"records.master_key: not 32 bytes in URL-safe base64. {cure}") from None
    return SealedCodec(ring, seals=records.encrypt)


def database_of(settings: Settings, codec: Codec | None = None) -> Database:
    """Connects at first use. `codec`: one that is there already. Raises `ConfigError`."""
    url, timeout_s = address_of(settings), settings.records.db_timeout_s
    return Database(
        url, site=settings.site, timeout_s=timeout_s, codec=codec or codec_of(settings), derive=DERIVED
    )

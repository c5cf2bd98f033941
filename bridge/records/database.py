"""The database that the configuration names."""

from sqlalchemy import URL

from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.adapters.db.errors import DatabaseAddress
from bridge.config import ConfigError, Settings
from bridge.records.measured import DERIVED


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


def database_of(settings: Settings) -> Database:
    """Connects at first use. Raises `ConfigError`."""
    return Database(
        address_of(settings), site=settings.site, timeout_s=settings.records.db_timeout_s, derive=DERIVED
    )

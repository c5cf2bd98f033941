"""Which customer database is asked."""

from bridge.adapters.crm.csv_file import CsvFile
from bridge.adapters.crm.customers import Customers
from bridge.adapters.crm.sqlite_file import SqliteFile
from bridge.config import ConfigError, Settings


def crm_of(settings: Settings) -> Customers | None:
    """None where none is configured. Raises `ConfigError`; nothing is connected or read yet."""
    crm = settings.crm
    if crm.kind == "off" or crm.file is None:
        return None
    match crm.kind:
        case "csv":
            return Customers(CsvFile(crm.file, crm.column, crm.country), crm)
        case "sqlite":
            return Customers(SqliteFile(crm.file, crm.query, crm.deadline_s), crm)
        case "rest":
            raise ConfigError("crm.kind: rest is not there yet. Cure: csv or sqlite.")

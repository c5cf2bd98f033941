"""Which customer database is asked."""

from bridge.adapters.crm.csv_file import CsvFile
from bridge.adapters.crm.customers import Customers
from bridge.adapters.crm.recipe import RecipeError, recipe_of
from bridge.adapters.crm.rest import RestCrm
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
            try:
                return Customers(RestCrm(recipe_of(crm.file), crm.deadline_s), crm)
            except RecipeError as error:
                raise ConfigError(f"crm.file: {error}") from None

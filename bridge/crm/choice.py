"""Which customer database is asked, and whether it is written to."""

from pathlib import Path

from bridge.adapters.crm.csv_file import CsvFile
from bridge.adapters.crm.customers import Customers
from bridge.adapters.crm.filing import Filing
from bridge.adapters.crm.recipe import RecipeError, recipe_of
from bridge.adapters.crm.rest import RestCrm
from bridge.adapters.crm.source import CrmSource
from bridge.adapters.crm.sqlite_file import SqliteFile
from bridge.config import ConfigError, Settings
from bridge.ports import Store


def source_of(settings: Settings) -> CrmSource | None:
    """None where none is configured. Raises `ConfigError`; nothing is connected yet."""
    crm = settings.crm
    if crm.file is None:
        return None
    match crm.kind:
        case "csv":
            return CsvFile(crm.file, crm.column, crm.country)
        case "sqlite":
            return SqliteFile(crm.file, crm.query, crm.deadline_s)
        case "rest":
            try:
                return RestCrm(recipe_of(crm.file), crm.deadline_s)
            except RecipeError as error:
                raise ConfigError(f"crm.file: {error}") from None
    return None


def crm_of(settings: Settings) -> Customers | None:
    """None where none is configured. Raises `ConfigError`."""
    source = source_of(settings)
    return Customers(source, settings.crm) if source else None


def filing_of(settings: Settings, customers: Customers | None, store: Store, spool: Path) -> Filing | None:
    """`store`, with what is written to the CRM; None where nothing is. `spool`: its file."""
    source = customers.source if customers else None
    if customers is None or not isinstance(source, RestCrm) or not source.writes:
        return None
    return Filing(store, source, customers, spool, retry_for_h=settings.crm.retry_for_h)

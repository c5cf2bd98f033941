"""Bringing the tables to the version of this program."""

from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bridge.adapters.db.errors import DatabaseNewer

SCRIPTS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 4_631_407
"""of PostgreSQL: of bridges that start together, one changes the tables and the others wait"""


def versions() -> list[str]:
    """All there have been, oldest first."""
    walked = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in walked][::-1]


def version_of(connection: Connection) -> str | None:
    """None: it has no tables yet."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection, to: str = "head") -> None:
    """In the connection's transaction. Raises `DatabaseNewer`."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    found = version_of(connection)
    if found is not None and found not in versions():
        raise DatabaseNewer(
            f"the database has version {found}, this program knows {versions()[-1]}. "
            "Cure: start the newer handoff-bridge, or restore the database from before."
        )
    command.upgrade(_config(connection), to)


def _config(connection: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config

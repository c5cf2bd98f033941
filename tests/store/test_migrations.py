"""From every version there has been to this one, with what was in it."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, MetaData, inspect, text

from bridge.adapters.db.database import Database
from bridge.adapters.db.errors import DatabaseNewer
from bridge.adapters.db.migrate import upgrade, version_of, versions
from bridge.adapters.db.rows import rows_of
from bridge.adapters.db.schema import ALL, BESIDES, ours
from tests.store.made import record


def differences(connection: Connection) -> list[object]:
    options = {"include_object": ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), ALL))


def fill(connection: Connection) -> None:
    """With the columns that the tables of that version have."""
    there = MetaData()
    there.reflect(connection, only=lambda name, _: not name.startswith(BESIDES))
    for table, rows in rows_of(record("old", "I want to cancel"), "tests"):
        known = there.tables[table.name]
        for row in rows:
            kept = {name: value for name, value in row.items() if name in known.c}
            connection.execute(known.insert().values(kept))


@pytest.mark.parametrize("version", versions())
async def test_from_every_version(url: URL, version: str) -> None:
    database = Database(url)
    await database.change(lambda connection: upgrade(connection, version))
    assert await database.read(version_of) == version
    await database.change(fill)
    await database.prepare()
    assert await database.read(version_of) == versions()[-1]
    assert await database.find("old") == record("old", "I want to cancel")
    assert await database.read(differences) == []
    await database.write(record("new"))
    assert await database.lacking(["old", "new"]) == []
    await database.close()


async def test_a_difference_is_seen(database: Database) -> None:
    await database.change(lambda connection: connection.execute(text("DROP INDEX ix_handoffs_reason")))
    assert await database.read(differences) != []


async def test_a_newer_database_is_left_alone(database: Database) -> None:
    set_version = text("UPDATE alembic_version SET version_num = '9999'")
    await database.change(lambda connection: connection.execute(set_version))
    with pytest.raises(DatabaseNewer, match=r"9999.*Cure"):
        await database.prepare()
    assert "conversations" in await database.read(lambda c: inspect(c).get_table_names())

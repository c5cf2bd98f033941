"""The doctor asks the database, and changes nothing."""

import asyncio
from pathlib import Path

from sqlalchemy import URL, text

from bridge.adapters.db.database import Database
from bridge.adapters.db.migrate import upgrade, versions
from bridge.config import Settings
from bridge.records.look import database_findings


def told(dir: Path, address: str = "") -> tuple[str, str]:
    (finding,) = database_findings(Settings.model_validate({"records": {"dir": str(dir), "db": address}}))
    return finding.level, finding.message


async def at(dir: Path, version: str) -> None:
    database = Database(URL.create("sqlite+aiosqlite", database=str(dir / "handoff.sqlite")))
    if version in versions():
        await database.change(lambda connection: upgrade(connection, version))
    else:
        set_version = text(f"UPDATE alembic_version SET version_num = '{version}'")
        await database.change(lambda connection: connection.execute(set_version))
    await database.close()


def test_what_the_doctor_says(tmp_path: Path) -> None:
    assert told(tmp_path) == ("ok", "handoff.sqlite will be made at the first start")
    assert not (tmp_path / "handoff.sqlite").exists()
    asyncio.run(at(tmp_path, versions()[0]))
    assert told(tmp_path) == ("ok", f"sqlite: version {versions()[-1]} is made at the start")
    asyncio.run(at(tmp_path, versions()[-1]))
    assert told(tmp_path) == ("ok", f"sqlite, version {versions()[-1]}")
    asyncio.run(at(tmp_path, "9999"))
    level, message = told(tmp_path)
    assert (level, "9999" in message) == ("error", True)
    level, message = told(tmp_path, "postgresql://x@127.0.0.1:1/x")
    assert (level, message.startswith("postgresql is not reached")) == ("warning", True)
    assert list(database_findings(Settings.model_validate({"records": {"db": "mysql://x"}}))) == []

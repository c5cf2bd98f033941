"""What `handoff doctor` has to say of the database."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bridge.adapters.db.database import Database
from bridge.adapters.db.errors import DatabaseError
from bridge.adapters.db.migrate import version_of, versions
from bridge.config import ConfigError, Settings
from bridge.finding import Finding
from bridge.records.database import database_of

KEY: Final = "records.db"


def database_findings(settings: Settings) -> Iterator[Finding]:
    """It is asked for its version, and nothing is changed. An address that is none is `check`'s to tell."""
    try:
        database = database_of(settings)
    except ConfigError:
        return
    kind, path = database.url.get_backend_name(), Path(database.url.database or "")
    if kind == "sqlite" and not path.exists():
        yield Finding(level="ok", key=KEY, message=f"{path.name} will be made at the first start")
        return
    try:
        found = asyncio.run(_version(database))
    except DatabaseError as error:
        cure = "start it, or correct the address; meanwhile records wait on disk"
        yield Finding(level="warning", key=KEY, message=f"{kind} is not reached ({error})", cure=cure)
        return
    ours = versions()
    if found is not None and found not in ours:
        message = f"{kind} has version {found}, this program knows {ours[-1]}"
        cure = "start the newer handoff-bridge, or restore the database from before"
        yield Finding(level="error", key=KEY, message=message, cure=cure)
    elif found != ours[-1]:
        yield Finding(level="ok", key=KEY, message=f"{kind}: version {ours[-1]} is made at the start")
    else:
        yield Finding(level="ok", key=KEY, message=f"{kind}, version {found}")


async def _version(database: Database) -> str | None:
    try:
        return await database.read(version_of)
    finally:
        await database.close()

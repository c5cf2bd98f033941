"""Opening the database: SQLite in a file, or PostgreSQL; from here on they are the same."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bridge.adapters.db.errors import DatabaseAddress, DatabaseAway, DatabaseRefused

FILE: Final = "handoff.sqlite"
DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
CURE: Final = "Cure: records.db as sqlite:///PATH or postgresql://USER@HOST/NAME, or empty."
WRITES: Final = "writes"


def url_of(address: str, dir: Path) -> URL:
    """Of `records.db`; "" is a file in the directory of records. Raises `DatabaseAddress`."""
    if not address:
        return URL.create(DRIVERS["sqlite"], database=str(dir / FILE))
    try:
        url = make_url(address)
    except ArgumentError:
        raise DatabaseAddress(f"records.db: not a database URL. {CURE}") from None
    kind = url.drivername.partition("+")[0]
    if kind not in DRIVERS:
        raise DatabaseAddress(f"records.db: {url.drivername} is not supported. {CURE}")
    if kind == "sqlite" and url.database in (None, "", ":memory:"):
        raise DatabaseAddress(f"records.db: names no file. {CURE}")
    return url.set(drivername=DRIVERS[kind])


def open_engine(url: URL, *, timeout_s: float) -> AsyncEngine:
    """Connects at first use. No statement takes longer than `timeout_s`, nor does connecting."""
    if url.get_backend_name() == "postgresql":
        limits = {"timeout": timeout_s, "command_timeout": timeout_s}
        return create_async_engine(url, pool_pre_ping=True, pool_size=3, connect_args=limits)
    engine = create_async_engine(url, connect_args={"timeout": timeout_s})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours to say: the driver's own comes too late for reads
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    """A writer waits for its turn at the beginning: one that has read first would be refused at once."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def told_apart() -> Iterator[None]:
    """Raises `DatabaseRefused` for what will never go, `DatabaseAway` for what may go later."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise DatabaseRefused(type(error.orig).__name__) from None
    except DBAPIError as error:
        raise DatabaseAway(str(error.orig).partition("\n")[0][:200]) from None
    except (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError) as error:
        raise DatabaseAway(type(error).__name__) from None

"""Both databases: a file, and a real PostgreSQL that all tests share, each with a database of its own."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import URL

from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.peers.postgres import Postgres

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    with Postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.wire)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Of an empty database."""
    if request.param == "sqlite":
        return url_of("", tmp_path)
    running: Postgres = request.getfixturevalue("server")
    name = f"t{next(NUMBERS)}"
    connection = await asyncpg.connect(running.url())
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return url_of(running.url(name), tmp_path)


@pytest.fixture
async def database(url: URL) -> AsyncIterator[Database]:
    opened = Database(url, site="tests")
    await opened.prepare()
    yield opened
    await opened.close()

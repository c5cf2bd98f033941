"""The same conversations in SQLite and in a real PostgreSQL make the same report."""

from pathlib import Path

import asyncpg
import pytest

from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.adapters.db.totals import Span
from bridge.measuring.report import report
from bridge.measuring.simulate import simulate
from bridge.peers.postgres import Postgres

pytestmark = pytest.mark.wire
N = 400


def flat(told: object, at: str = "") -> dict[str, float]:
    """Every number by its place; words and what is missing stand in the names."""
    match told:
        case dict():
            return {k: v for key, each in told.items() for k, v in flat(each, f"{at}/{key}").items()}
        case list():
            return {k: v for i, each in enumerate(told) for k, v in flat(each, f"{at}/{i}").items()}
        case int() | float():
            return {at: float(told)}
    return {f"{at}={told}": 0.0}


async def test_the_same_figures_from_both(tmp_path: Path) -> None:
    with Postgres(host="127.0.81.2") as server:
        connection = await asyncpg.connect(server.url())
        await connection.execute("CREATE DATABASE measures")
        await connection.close()
        told = []
        for address in (f"sqlite:///{tmp_path / 'a.sqlite'}", server.url("measures")):
            database = Database(url_of(address, tmp_path), timeout_s=60)
            await simulate(database, N, 5, None)
            told.append(await report(database, Span(), Span(since_s=0, until_s=1.775e9)))
            await database.close()
    assert told[0]["conversations"] == N
    assert flat(told[0]) == pytest.approx(flat(told[1]), abs=2e-4)

"""One simulated store for all tests here, with what truly happened beside it."""

import asyncio
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.adapters.db.totals import Span
from bridge.measuring.report import report
from bridge.measuring.simulate import simulate

N, SEED = 1_500, 7


class World(NamedTuple):
    path: Path
    report: dict[str, Any]
    truth: list[dict[str, Any]]

    @property
    def address(self) -> str:
        return f"sqlite:///{self.path}"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    place = tmp_path_factory.mktemp("world")
    told = asyncio.run(_made(place / "handoff.sqlite", place / "truth.jsonl"))
    truth = [json.loads(line) for line in (place / "truth.jsonl").read_text().splitlines()]
    return World(place / "handoff.sqlite", told, truth)


async def _made(path: Path, truth: Path) -> dict[str, Any]:
    database = Database(url_of(f"sqlite:///{path}", Path()), timeout_s=60)
    try:
        await simulate(database, N, SEED, truth)
        return await report(database, Span())
    finally:
        await database.close()

"""The report of a running bridge, and answers of callers, over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import URL

from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.measuring.ledger import DatabaseLedger
from bridge.ports import LedgerAway
from bridge.records.measured import DERIVED
from bridge.web.server import make_app
from tests.core.measures.made import handoff, record
from tests.web.office import TOKEN, office

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@asynccontextmanager
async def opened(url: URL) -> AsyncIterator[DatabaseLedger]:
    ledger = DatabaseLedger(url)
    yield ledger
    await ledger.close()


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[DatabaseLedger]:
    database = Database(url_of("", tmp_path), derive=DERIVED)
    await database.prepare()
    await database.write(record(handoff()))
    await database.close()
    async with opened(database.url) as made:
        yield made


async def asked(
    tmp_path: Path, ledger: DatabaseLedger, *calls: tuple[str, str, Any]
) -> list[httpx2.Response]:
    async with office(tmp_path) as o:
        transport = httpx2.ASGITransport(app=make_app(replace(o.stage, ledger=ledger)))
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://bridge", headers=HEADERS
        ) as client:
            return [await client.request(method, path, json=body) for method, path, body in calls]


async def test_the_report_and_an_answer_to_a_survey(tmp_path: Path, ledger: DatabaseLedger) -> None:
    before, taken, unknown, after = await asked(
        tmp_path, ledger,
        ("GET", "/v1/measures?since=2026-09-01&until=2026-10-01", None),
        ("POST", "/v1/records/c1/survey", {"score": 4, "channel": "link"}),
        ("POST", "/v1/records/c9/survey", {"score": 4}),
        ("GET", "/v1/measures", None),
    )  # fmt: skip
    assert (before.json()["conversations"], before.json()["csat_n"]) == (1, 0)
    assert (taken.status_code, unknown.status_code) == (204, 404)
    assert (after.json()["csat"], after.json()["csat_n"]) == (4.0, 1)


@pytest.mark.parametrize("body", [{"score": 0}, {"score": 6}, {"score": 3, "channel": "a b"}, {}])
async def test_no_answer(tmp_path: Path, ledger: DatabaseLedger, body: dict[str, Any]) -> None:
    [refused] = await asked(tmp_path, ledger, ("POST", "/v1/records/c1/survey", body))
    assert refused.status_code == 422


async def test_the_last_answer_counts(ledger: DatabaseLedger) -> None:
    assert await ledger.answered("c1", 1, "link")
    assert await ledger.answered("c1", 5, "sms")
    told = await ledger.report(since_s=0.0, until_s=1e12, days=7.0)
    assert (told["csat"], told["csat_n"]) == (5.0, 1)


async def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    async with opened(url_of(f"sqlite:///{tmp_path / 'no' / 'where.sqlite'}", tmp_path)) as ledger:
        with pytest.raises(LedgerAway):
            await ledger.report(since_s=0.0, until_s=1e12, days=7.0)
        [away] = await asked(tmp_path, ledger, ("GET", "/v1/measures", None))
    assert (away.status_code, away.json()["detail"]["code"]) == (503, "measures_away")

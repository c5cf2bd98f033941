"""`handoff simulate` and `handoff report`, as scripts call them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from typer.testing import CliRunner

from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.adapters.db.measures import MEASURES, SURVEYS
from bridge.adapters.db.totals import Span
from bridge.cli import app
from bridge.measuring.html import page
from bridge.measuring.report import report
from bridge.records.measured import DERIVED
from tests.core.measures.made import handoff, record
from tests.measuring.conftest import World

TOP = (
    "escalation_rate", "csat", "fcr", "effort", "handle_time", "abandons", "repeat_information_rate",
    "reverification_rate",
)  # fmt: skip


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_simulate_and_report_as_json(tmp_path: Path) -> None:
    db, truth = f"sqlite:///{tmp_path / 'a.sqlite'}", tmp_path / "truth.jsonl"
    words = ("simulate", "--conversations", "120", "--db", db, "--seed", "3", "--truth", str(truth))
    assert run(*words)[0] == 0
    code, out, _ = run("report", "--db", db, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["conversations"] == len(truth.read_text().splitlines()) == 120
    assert all(isinstance(told[name], int | float) for name in TOP)
    assert run(*words)[0] == 0  # again: the same conversations, not more
    assert json.loads(run("report", "--db", db, "--json")[1]) == told


def test_the_page_has_plots_and_fetches_nothing(world: World, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "report.html"
    code, text, _ = run("report", "--db", world.address, "--html", str(out), "--baseline", "2026-01..2026-03")
    assert code == 0
    assert "baseline" in text
    written = out.read_text()
    assert written.count("<svg") == 3
    assert "src=" not in written
    assert "<script" not in written


def test_the_page_escapes_what_it_is_told(world: World) -> None:
    told = {**world.report, "by_rule": {"<b>rule": next(iter(world.report["by_rule"].values()))}}
    assert "<b>rule" not in page(told)


def test_a_part_of_the_time(world: World) -> None:
    code, out, _ = run(
        "report", "--db", world.address, "--since", "2026-03", "--until", "2026-04-01", "--json"
    )
    told = json.loads(out)
    assert (code, list(told["months"])) == (0, ["2026-03"])
    assert told["span"] == {"since": "2026-03-01", "until": "2026-04-01", "days": 7.0}


@pytest.mark.parametrize(
    "words",
    [("--since", "soon"), ("--baseline", "2026-01"), ("--db", "oracle://x/y")],
)
def test_usage(world: World, words: tuple[str, str]) -> None:
    code, _, told = run("report", *(() if "--db" in words else ("--db", world.address)), *words)
    assert code == 2
    assert "Cure" in told


async def opened(tmp_path: Path) -> Database:
    database = Database(url_of(f"sqlite:///{tmp_path / 'b.sqlite'}", tmp_path), derive=DERIVED)
    await database.prepare()
    return database


async def test_measures_come_with_the_record_and_old_records_are_measured_before_a_report(
    tmp_path: Path,
) -> None:
    database = await opened(tmp_path)
    asks = ("27 a can i take your order number", "30 c four four one two oh")
    await database.write(record(handoff(), turns=asks))
    first = await report(database, Span())
    assert (first["repeat_information_rate"], first["asked_per_call"]) == (1.0, 1.0)
    for change in (delete(MEASURES), update(MEASURES).values(version=0, asked=9)):
        await database.change(lambda c, change=change: c.execute(change))  # type: ignore[misc]
        assert await report(database, Span()) == first
    await database.close()


async def test_an_answer_that_came_later_counts_over_none(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    await database.write(record(handoff()))
    await database.write(replace(record(handoff(id="h2")), id="c2", csat=2))
    answer = SURVEYS.insert().values(conversation="c1", score=5, channel="link", at_s=0.0)
    await database.change(lambda c: c.execute(answer))
    told = await report(database, Span())
    assert (told["csat"], told["csat_n"]) == (3.5, 2)
    await database.close()


async def test_faults_of_ours_are_left_out_and_said_so(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    await database.write(record(handoff(), ended="worker_lost"))
    told = await report(database, Span())
    assert (told["conversations"], told["incomplete"], told["escalation_rate"]) == (0, 1, None)
    await database.close()


async def test_who_cannot_be_told_apart_is_in_no_first_contact(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    days = ["2026-09-01", "2026-09-02", "2026-10-01"]
    for number, day in enumerate(days):
        one = record(id=f"a{number}", caller="sip:anonymous@pbx", started_at=f"{day}T10:00:00.000Z")
        await database.write(one)
        await database.write(replace(one, id=f"b{number}", caller="sip:4930@pbx"))
    told = await report(database, Span())
    assert (told["fcr_n"], told["fcr"]) == (2, 0.5)
    assert (await report(database, Span(days=0.5)))["fcr"] == 1.0
    await database.close()

"""`handoff report` and `handoff simulate`: thin; the work is in the modules beside this one."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import URL

from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.adapters.db.errors import DatabaseAddress, DatabaseAway, DatabaseError
from bridge.adapters.db.totals import Span
from bridge.config import ConfigError
from bridge.options import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_RETRY,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    SetOption,
    fail,
    settings_of,
)  # fmt: skip

QUERY_S = 120.0
"""how long the database may take for one question of a report"""
DbOption = Annotated[
    str | None,
    typer.Option("--db", help="sqlite:///PATH or postgresql://USER@HOST/NAME; default records.db."),
]


def simulate(
    conversations: Annotated[int, typer.Option(min=1, help="How many.")],
    db: DbOption = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same conversations.")] = 1,
    truth: Annotated[Path | None, typer.Option(help="Where what truly happened goes, as JSON Lines.")] = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Fill a database with made-up conversations, to try `handoff report` on."""
    from bridge.measuring.simulate import simulate

    def told(done: int) -> None:
        if done % 10_000 == 0 or done == conversations:
            typer.echo(f"{done} of {conversations}", err=True)

    _run(_address(db, config, set_), lambda database: simulate(database, conversations, seed, truth, told))


def report(
    db: DbOption = None,
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD or YYYY-MM, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="Day after the last one.")] = None,
    baseline: Annotated[
        str | None, typer.Option(help="A period to compare with, FROM..UNTIL, such as 2026-01..2026-04.")
    ] = None,
    days: Annotated[float, typer.Option(min=0.01, help="Who calls again so soon was not helped.")] = 7.0,
    html: Annotated[Path | None, typer.Option(help="Also write a page with plots.")] = None,
    fail_on_alert: Annotated[
        bool, typer.Option("--fail-on-alert", help="Exit 1 if the last month has one.")
    ] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Whether handoffs work: escalations, effort, repeats, handle time, satisfaction, calls again."""
    from bridge.measuring.report import report

    span = Span(since_s=_at(since, "--since", 0.0), until_s=_at(until, "--until", 1e12), days=days)
    before = _span(baseline, days) if baseline else None
    told: dict[str, Any] = _run(_address(db, config, set_), lambda database: report(database, span, before))
    if not told["conversations"]:
        typer.echo("no conversations in that time. Cure: --since, --until, --db", err=True)
    if html:
        from bridge.measuring.html import write_page

        try:
            write_page(html, told)
        except OSError as error:
            raise fail(
                f"--html {html}: {error.strerror}. Cure: a place you may write to", EXIT_USAGE
            ) from None
    if as_json:
        typer.echo(json.dumps(told))
    else:
        from bridge.measuring.text import lines

        for line in lines(told):
            typer.echo(line)
    last = max(told["months"], default="")
    if fail_on_alert and any(alert["month"] == last for alert in told["alerts"]):
        raise typer.Exit(EXIT_FAILED)


def _address(db: str | None, config: Path | None, set_: list[str] | None) -> URL:
    from bridge.records.database import address_of

    try:
        return url_of(db, Path()) if db else address_of(settings_of(config, set_))
    except DatabaseAddress as error:
        raise fail(f"--db: {error}", EXIT_USAGE) from None
    except ConfigError as error:
        raise fail(str(error), EXIT_CONFIG) from None


def _run(url: URL, work: Callable[[Database], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        database = Database(url, timeout_s=QUERY_S)
        try:
            await database.prepare()
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except DatabaseAway as error:
        raise fail(
            f"the database does not answer: {error}. Cure: try again, or look at --db", EXIT_RETRY
        ) from None
    except DatabaseError as error:
        raise fail(str(error), EXIT_CONFIG) from None
    except OSError as error:
        raise fail(
            f"{error.filename}: {error.strerror}. Cure: a place you may write to", EXIT_USAGE
        ) from None


def _at(day: str | None, option: str, otherwise: float) -> float:
    if day is None:
        return otherwise
    for form in ("%Y-%m-%d", "%Y-%m"):
        try:
            return datetime.strptime(day, form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    raise fail(f"{option} {day}: no day. Cure: YYYY-MM-DD or YYYY-MM", EXIT_USAGE)


def _span(told: str, days: float) -> Span:
    since, dots, until = told.partition("..")
    if not dots:
        cure = "Cure: FROM..UNTIL, such as 2026-01..2026-04"
        raise fail(f"--baseline {told}: no period. {cure}", EXIT_USAGE)
    return Span(since_s=_at(since, "--baseline", 0.0), until_s=_at(until, "--baseline", 1e12), days=days)

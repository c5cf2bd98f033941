"""The report of what was measured: everything from sums that the database makes, nothing from memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from bridge.adapters.db import totals as t
from bridge.adapters.db.database import Database
from bridge.adapters.db.rows import RECORD, Rows
from bridge.measuring.alerts import alerts
from bridge.measuring.figures import figures
from bridge.measuring.satisfaction import predictor
from bridge.records.measured import measured

VERSION: Final = 1
LABELS: Final = 20_000
"""the newest answers that a prediction is learnt from"""
AGAIN: Final = 200
"""records measured again at a time"""


async def report(database: Database, span: t.Span, baseline: t.Span | None = None) -> dict[str, Any]:
    """As JSON; docs/measures.md names every key. Raises `DatabaseError`."""
    await measure_again(database)
    return await database.read(lambda connection: _report(connection, span, baseline))


async def measure_again(database: Database) -> int:
    """Records that were stored before they were measured as they are now. How many there were."""
    done = 0
    while some := await database.read(lambda c: t.unmeasured(c, AGAIN)):
        rows = await asyncio.to_thread(_measured, some)
        await database.change(partial(_replace, rows=rows))
        done += len(some)
    return done


def _measured(some: Sequence[tuple[str, str]]) -> list[list[Rows]]:
    return [measured(RECORD.validate_json(body)) for _, body in some]


def _replace(connection: Connection, rows: list[list[Rows]]) -> None:
    for each in rows:
        t.replace_measures(connection, each)


def _report(connection: Connection, span: t.Span, baseline: t.Span | None) -> dict[str, Any]:
    guess = predictor(t.labelled(connection, span, LABELS), t.FEATURES)
    whole = t.totals(connection, span)[None]
    apart = t.totals(connection, span, "escalated")
    months = t.totals(connection, span, "month")
    told = {
        "v": VERSION,
        "span": {"since": _day(span.since_s), "until": _day(span.until_s), "days": span.days},
        **figures(whole, guess),
        "incomplete": t.incomplete(connection, span),
        "csat_prediction": guess.as_dict(),
        "abandons_by_phase": t.counts_of_handoffs(connection, span, "phase", only="abandoned"),
        "whisper": t.counts_of_handoffs(connection, span, "whisper", only="connected"),
        "sources": t.counts_of_handoffs(connection, span, "source", only="escalated"),
        "groups": {
            name: figures(apart[key], guess)
            for name, key in (("escalated", True), ("not_escalated", False))
            if key in apart
        },
        "by_reason": _by(connection, span, "reason", guess, whole["n"]),
        "by_rule": _by(connection, span, "rule", guess, whole["n"]),
        "months": {month: figures(sums, guess) for month, sums in sorted(months.items())},
        "alerts": [alert.as_dict() for alert in alerts(months)],
    }
    if baseline:
        told["baseline"] = figures(t.totals(connection, replace(baseline, days=span.days))[None], guess)
    return told


def _by(connection: Connection, span: t.Span, column: str, guess: Any, n: float) -> dict[str, Any]:
    """Each with its share of all conversations, beside the outcomes of those that it escalated."""
    groups = t.totals(connection, span, column, escalated=True)
    ordered = sorted(groups.items(), key=lambda group: -group[1]["n"])
    return {
        str(key): {**figures(sums, guess), "escalation_rate": round(sums["n"] / n, 4)}
        for key, sums in ordered
    }


def _day(at_s: float) -> str | None:
    """None: no limit."""
    if not 0 < at_s < 1e12:
        return None
    return datetime.fromtimestamp(at_s, UTC).date().isoformat()

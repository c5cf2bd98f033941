"""The report of what was measured: everything from sums that the database makes, nothing from memory."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from bridge.adapters.codec import Codec
from bridge.adapters.db import totals as t
from bridge.adapters.db.database import Database
from bridge.adapters.db.rows import Rows
from bridge.measuring.alerts import alerts
from bridge.measuring.figures import figures
from bridge.measuring.satisfaction import Predictor, predictor
from bridge.records.measured import measured

K = TypeVar("K")
VERSION: Final = 1
LABELS: Final = 20_000
"""the newest answers that a prediction is learnt from"""
AGAIN: Final = 200
"""records measured again at a time"""


async def report(database: Database, span: t.Span, baseline: t.Span | None = None) -> dict[str, Any]:
    """As JSON; docs/measures.md names every key. Raises `DatabaseError`."""
    await measure_again(database)
    spelt = (spelling for caller in t.UNKNOWN_CALLERS for spelling in (caller, caller.capitalize()))
    unknown = {known for spelling in spelt for known in database.codec.numbers(spelling)}
    span = replace(span, unknown=tuple(sorted(unknown)))
    return await database.read(lambda connection: _report(connection, span, baseline))


async def measure_again(database: Database) -> int:
    """Records that were stored before they were measured as they are now. How many that are; those that
    cannot be opened are passed over."""
    done, after = 0, ""
    while some := await database.read(partial(t.unmeasured, after=after, most=AGAIN)):
        after = some[-1][0]
        rows = await asyncio.to_thread(_measured, some, database.codec)
        await database.change(partial(_replace, rows=rows))
        done += len(rows)
    return done


def _measured(some: Sequence[tuple[str, str]], codec: Codec) -> list[list[Rows]]:
    found = []
    for id, body in some:
        with suppress(ValueError):
            found.append(measured(codec.load(id, body.encode())))
    return found


def _replace(connection: Connection, rows: list[list[Rows]]) -> None:
    for each in rows:
        t.replace_measures(connection, each)


def _report(connection: Connection, span: t.Span, baseline: t.Span | None) -> dict[str, Any]:
    guess = predictor(t.labelled(connection, span, LABELS), t.FEATURES)
    groups, counts = t.totals(connection, span), t.handoff_counts(connection, span)
    whole = added(groups)
    escalated = [group for group in groups if group.escalated]
    months = _apart(groups, lambda group: group.month)
    told = {
        "v": VERSION,
        "span": {"since": _day(span.since_s), "until": _day(span.until_s), "days": span.days},
        **figures(whole, guess),
        "incomplete": t.incomplete(connection, span),
        "csat_prediction": guess.as_dict(),
        "abandons_by_phase": _counted((each.phase, each.n) for each in counts if each.abandoned),
        "whisper": _counted((each.whisper, each.n) for each in counts if each.connected),
        "sources": _counted((each.source, each.n) for each in counts if each.escalated),
        "brief_right": t.judged_briefs(connection, span),
        "groups": {
            ("escalated" if fetched else "not_escalated"): figures(sums, guess)
            for fetched, sums in sorted(_apart(groups, lambda group: group.escalated).items(), reverse=True)
        },
        "by_reason": _by(escalated, lambda group: group.reason, guess, whole["n"]),
        "by_rule": _by(escalated, lambda group: group.rule, guess, whole["n"]),
        "months": {month: figures(sums, guess) for month, sums in sorted(months.items())},
        "alerts": [alert.as_dict() for alert in alerts(months)],
    }
    if baseline:
        before = replace(baseline, days=span.days, unknown=span.unknown)
        told["baseline"] = figures(added(t.totals(connection, before)), guess)
    return told


def added(groups: Iterable[t.Totals]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for group in groups:
        for name, value in group.sums.items():
            sums[name] += value
    return sums


def _apart(groups: Iterable[t.Totals], key: Callable[[t.Totals], K]) -> dict[K, dict[str, float]]:
    found: dict[K, list[t.Totals]] = {}
    for group in groups:
        found.setdefault(key(group), []).append(group)
    return {each: added(some) for each, some in found.items()}


def _by(
    groups: Iterable[t.Totals], key: Callable[[t.Totals], str], guess: Predictor, n: float
) -> dict[str, Any]:
    """Each with its share of all conversations, beside the outcomes of those that it escalated."""
    ordered = sorted(_apart(groups, key).items(), key=lambda group: (-group[1]["n"], group[0]))
    return {
        name: {**figures(sums, guess), "escalation_rate": round(sums["n"] / n, 4)} for name, sums in ordered
    }


def _counted(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, n in pairs:
        found[name] = found.get(name, 0) + n
    return dict(sorted(found.items()))


def _day(at_s: float) -> str | None:
    """None: no limit."""
    if not 0 < at_s < 1e12:
        return None
    return datetime.fromtimestamp(at_s, UTC).date().isoformat()

"""Sums over what was measured: what a report asks the database for. The same SQL on both databases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy import Float as SqlFloat

from bridge.adapters.db.measures import HANDOFF_MEASURES, MEASURES, SURVEYS, VERSION
from bridge.adapters.db.rows import Rows
from bridge.adapters.db.tables import CONVERSATIONS

UNKNOWN_CALLERS: Final = ("", "anonymous", "unknown", "unavailable", "restricted", "private", "withheld")
"""nobody can be told to have called again"""
DAY_S: Final = 86_400.0
GROUPS: Final = ("escalated", "reason", "rule", "month")
FEATURES: Final = (
    "escalated", "connected", "abandoned", "solved", "unsolved", "effort", "repeats", "reverified",
    "transfers", "wait_min", "hold_min", "handle_min", "call_min", "mood", "frustration", "failures",
)  # fmt: skip
"""what a satisfaction is predicted from; all are 0 for a call that nobody was fetched for"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Conversations that began in [since_s, until_s), seconds since 1970; called again within `days`?"""

    since_s: float = 0.0
    until_s: float = 1e12
    days: float = 7.0


def _yes(column: ColumnElement[Any]) -> ColumnElement[int]:
    return case((column.is_(True), 1), else_=0)


def facts(span: Span, last_s: float) -> FromClause:
    """One row a conversation that counts. `called_again`: 1 or 0, null where it cannot be told (yet)."""
    m, c, s = MEASURES.c, CONVERSATIONS.c, SURVEYS.c
    contacts = select(
        c.id,
        func.lead(c.started_s).over(partition_by=c.caller, order_by=(c.started_s, c.id)).label("next_s"),
    ).cte("contacts")
    over_s = c.started_s + c.seconds
    within_s = over_s + span.days * DAY_S
    called_again = case(
        (func.lower(c.caller).in_(UNKNOWN_CALLERS), None),
        (within_s > last_s, None),  # counted neither way: those who call again would be all that is known
        (contacts.c.next_s <= within_s, 1),
        else_=0,
    )
    return (
        select(
            *MEASURES.c,
            (m.talk_s + m.hold_s + m.wrap_up_s).label("handle_s"),
            func.coalesce(s.score, m.csat).label("score"),
            called_again.label("called_again"),
        )
        .select_from(MEASURES)
        .join(CONVERSATIONS, c.id == m.conversation)
        .join(contacts, contacts.c.id == m.conversation)
        .outerjoin(SURVEYS, s.conversation == m.conversation)
        .where(m.complete.is_(True), c.started_s >= span.since_s, c.started_s < span.until_s)
        .cte("facts")
    )


def features(f: FromClause) -> dict[str, ColumnElement[Any]]:
    c = f.c
    return {
        "escalated": _yes(c.escalated), "connected": _yes(c.connected), "abandoned": _yes(c.abandoned),
        "solved": _yes(c.resolved), "unsolved": case((c.resolved.is_(False), 1), else_=0),
        "effort": c.effort, "repeats": c.repeats, "reverified": c.reverified, "transfers": c.transfers,
        "wait_min": c.wait_s / 60.0, "hold_min": c.hold_s / 60.0, "handle_min": c.handle_s / 60.0,
        "call_min": c.seconds / 60.0, "mood": c.mood, "frustration": c.frustration, "failures": c.failures,
    }  # fmt: skip


def _sums(f: FromClause) -> Iterable[ColumnElement[Any]]:
    c = f.c
    escalated, connected, listened = _yes(c.escalated), _yes(c.connected), _yes(c.listened)
    verified = case((c.listened.is_(True) & c.verified.is_(True), 1), else_=0)
    parts: dict[str, ColumnElement[Any]] = {
        "escalated": escalated, "contained": _yes(c.contained), "connected": connected,
        "abandoned": _yes(c.abandoned), "listened": listened, "listened_verified": verified,
        "repeated": case((c.listened.is_(True) & (c.repeats > 0), 1), else_=0), "repeats": c.repeats,
        "asked": c.asked, "restated": c.restated,
        "reverified": verified * case((c.reverified > 0, 1), else_=0),
        "holds": c.holds, "transfers": c.transfers, "wait_s": c.wait_s, "talk_s": c.talk_s,
        "hold_s": c.hold_s, "wrap_up_s": c.wrap_up_s, "handle_s": c.handle_s,
        "handle_sq": c.handle_s * c.handle_s,
        "effort": c.effort, "effort_sq": c.effort * c.effort,
        "to_human_s": func.coalesce(c.time_to_human_s, 0.0),
        "to_human_sq": func.coalesce(c.time_to_human_s * c.time_to_human_s, 0.0),
        "to_human_n": case((c.time_to_human_s.is_not(None), 1), else_=0),
        "score": func.coalesce(c.score, 0), "score_sq": func.coalesce(c.score * c.score, 0),
        "score_n": case((c.score.is_not(None), 1), else_=0),
        "again": func.coalesce(c.called_again, 0),
        "again_n": case((c.called_again.is_not(None), 1), else_=0),
        "solved": _yes(c.resolved), "disposed": case((c.resolved.is_not(None), 1), else_=0),
    }  # fmt: skip
    yield func.count().label("n")
    for name, part in parts.items():
        yield func.coalesce(func.sum(part.cast(SqlFloat(53))), 0.0).label(name)
    for name, part in features(f).items():
        yield func.coalesce(func.sum(part.cast(SqlFloat(53))), 0.0).label(f"x_{name}")


def totals(
    connection: Connection, span: Span, by: str | None = None, *, escalated: bool = False
) -> dict[Any, dict[str, float]]:
    """Sums by the values of `by` (of GROUPS), or under None. `escalated`: of those alone."""
    f = facts(span, last_s(connection))
    key = f.c[by] if by else literal(None)
    query: Select[Any] = select(key.label("key"), *_sums(f)).select_from(f)
    if escalated:
        query = query.where(f.c.escalated.is_(True))
    if by:
        query = query.group_by(key)
    rows = connection.execute(query).mappings()
    return {row["key"]: {name: float(row[name]) for name in row if name != "key"} for row in rows}


def last_s(connection: Connection) -> float:
    """When the last conversation there is began: until then who calls again is known."""
    return float(connection.execute(select(func.max(CONVERSATIONS.c.started_s))).scalar_one() or 0.0)


def counts_of_handoffs(connection: Connection, span: Span, column: str, *, only: str) -> dict[str, int]:
    """How many handoffs have each value of `column`, of those for which the column `only` is true."""
    h, c, m = HANDOFF_MEASURES.c, CONVERSATIONS.c, MEASURES.c
    query = (
        select(h[column], func.count())
        .join(CONVERSATIONS, c.id == h.conversation)
        .join(MEASURES, m.conversation == h.conversation)
        .where(h[only].is_(True), m.complete.is_(True))
        .where(c.started_s >= span.since_s, c.started_s < span.until_s)
        .group_by(h[column])
    )
    return {str(key): int(n) for key, n in connection.execute(query)}


def incomplete(connection: Connection, span: Span) -> int:
    """Conversations left out: they ended by a fault of ours."""
    c, m = CONVERSATIONS.c, MEASURES.c
    query = (
        select(func.count())
        .select_from(MEASURES)
        .join(CONVERSATIONS, c.id == m.conversation)
        .where(m.complete.is_(False), c.started_s >= span.since_s, c.started_s < span.until_s)
    )
    return int(connection.execute(query).scalar_one())


def labelled(connection: Connection, span: Span, most: int) -> list[Mapping[str, Any]]:
    """Features and score of conversations whose caller said how satisfied he was, newest first."""
    f = facts(span, last_s(connection))
    columns = [part.label(name) for name, part in features(f).items()]
    query = (
        select(f.c.conversation, f.c.score.label("said"), *columns)
        .where(f.c.score.is_not(None))
        .order_by(f.c.month.desc(), f.c.conversation)
        .limit(most)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def unmeasured(connection: Connection, most: int) -> Sequence[tuple[str, str]]:
    """Id and record of conversations that were stored before they were measured as they are now."""
    query = (
        select(CONVERSATIONS.c.id, CONVERSATIONS.c.record)
        .outerjoin(MEASURES, MEASURES.c.conversation == CONVERSATIONS.c.id)
        .where(or_(MEASURES.c.conversation.is_(None), MEASURES.c.version < VERSION))
        .limit(most)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def replace_measures(connection: Connection, rows: Iterable[Rows]) -> None:
    """Of one conversation."""
    for table, values in rows:
        for conversation in {row["conversation"] for row in values}:
            connection.execute(delete(table).where(table.c.conversation == conversation))
        if values:
            connection.execute(insert(table), values)

"""Tables of what is measured. They are filled with each record, in its transaction, and go with it."""

from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from bridge.adapters.db.rows import Rows
from bridge.adapters.db.tables import ID, METADATA, of_conversation
from bridge.model.measures import Measures

VERSION: Final = 1
"""of the formulas: rows of an older one are measured again before a report"""


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _yes(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _seconds(name: str, *, nullable: bool = False) -> Column[float]:
    return Column(name, Float(53), nullable=nullable)


MEASURES: Final = Table(
    "measures",
    METADATA,
    of_conversation(primary_key=True),
    _count("version"),
    Column("month", String(7), nullable=False, doc="YYYY-MM, UTC"),
    *(_yes(name) for name in ("complete", "escalated", "contained", "connected", "abandoned")),
    *(_yes(name) for name in ("verified", "listened")),
    Column("reason", String(64), nullable=False),
    Column("rule", Text, nullable=False),
    _seconds("seconds"),
    _seconds("time_to_human_s", nullable=True),
    *(_seconds(name) for name in ("wait_s", "talk_s", "hold_s", "wrap_up_s")),
    *(_count(name) for name in ("holds", "transfers", "asked", "restated", "repeats", "reverified")),
    _seconds("effort"),
    _seconds("frustration"),
    _count("failures"),
    _count("mood"),
    Column("resolved", Boolean),
    Column("csat", Integer, doc="1 to 5, answered in the call"),
    Index(None, "month"),
)

HANDOFF_MEASURES: Final = Table(
    "handoff_measures",
    METADATA,
    Column("id", ID, primary_key=True),
    of_conversation(),
    _count("number"),
    Column("reason", String(64), nullable=False),
    Column("rule", Text, nullable=False),
    Column("source", String(32), nullable=False),
    _yes("explicit"),
    Column("result", String(32), nullable=False),
    Column("phase", String(32), nullable=False),
    *(_yes(name) for name in ("escalated", "connected", "abandoned", "listened")),
    _seconds("time_to_human_s", nullable=True),
    *(_seconds(name) for name in ("wait_s", "talk_s", "hold_s", "wrap_up_s")),
    *(_count(name) for name in ("holds", "transfers", "asked", "restated", "repeats", "reverified")),
    Column("whisper", String(16), nullable=False),
    Column("disposition", Text, nullable=False),
    Index(None, "conversation"),
)

SURVEYS: Final = Table(
    "surveys",
    METADATA,
    of_conversation(primary_key=True),
    Column("score", Integer, nullable=False, doc="1 (bad) to 5"),
    Column("channel", String(32), nullable=False, doc="link, sms, mail, ...: who asked"),
    Column("at_s", Float(53), nullable=False, doc="seconds since 1970"),
)


def rows_of_measures(measures: Measures) -> list[Rows]:
    """For `Database.derive`."""
    told = asdict(measures)
    handoffs: list[dict[str, Any]] = told.pop("handoffs")
    return [
        (MEASURES, [{**told, "version": VERSION}]),
        (HANDOFF_MEASURES, [{**each, "conversation": measures.conversation} for each in handoffs]),
    ]

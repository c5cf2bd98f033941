"""What is measured of conversations and handoffs, and answers to surveys."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004_measures"
down_revision = "0003"
branch_labels = None
depends_on = None

TIMES = ("wait_s", "talk_s", "hold_s", "wrap_up_s")
COUNTS = ("holds", "transfers", "asked", "restated", "repeats", "reverified")


def upgrade() -> None:
    op.create_table(
        "measures",
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        *_needed(sa.Boolean(), "complete", "escalated", "contained", "connected", "abandoned"),
        *_needed(sa.Boolean(), "verified", "listened"),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("time_to_human_s", sa.Float(53)),
        *_needed(sa.Float(53), *TIMES),
        *_needed(sa.Integer(), *COUNTS),
        *_needed(sa.Float(53), "effort", "frustration"),
        *_needed(sa.Integer(), "failures", "mood"),
        sa.Column("resolved", sa.Boolean),
        sa.Column("csat", sa.Integer),
        sa.PrimaryKeyConstraint("conversation", name="pk_measures"),
        _of_conversation("measures"),
    )
    op.create_index("ix_measures_month", "measures", ["month"])
    op.create_table(
        "handoff_measures",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("explicit", sa.Boolean, nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("phase", sa.String(32), nullable=False),
        *_needed(sa.Boolean(), "escalated", "connected", "abandoned", "listened"),
        sa.Column("time_to_human_s", sa.Float(53)),
        *_needed(sa.Float(53), *TIMES),
        *_needed(sa.Integer(), *COUNTS),
        sa.Column("whisper", sa.String(16), nullable=False),
        sa.Column("disposition", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handoff_measures"),
        _of_conversation("handoff_measures"),
    )
    op.create_index("ix_handoff_measures_conversation", "handoff_measures", ["conversation"])
    op.create_table(
        "surveys",
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("at_s", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name="pk_surveys"),
        _of_conversation("surveys"),
    )


def _needed(kind: sa.types.TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _of_conversation(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_conversation"
    return sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], ondelete="CASCADE", name=name)

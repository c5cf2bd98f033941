"""Conversations, their handoffs, their utterances."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("started_s", sa.Float(53), nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("ended", sa.String(32), nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("called", sa.Text, nullable=False),
        sa.Column("handoffs", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_started_s", "conversations", ["started_s"])
    op.create_index("ix_conversations_caller_started_s", "conversations", ["caller", "started_s"])
    op.create_index("ix_conversations_called", "conversations", ["called"])
    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at_s", sa.Float(53), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("explicit", sa.Boolean, nullable=False),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("phase", sa.String(32), nullable=False),
        sa.Column("connected_s", sa.Float(53)),
        sa.Column("wrap_up_s", sa.Float(53)),
        sa.Column("over_s", sa.Float(53)),
        sa.Column("disposition", sa.Text),
        sa.Column("brief_right", sa.String(16)),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
        _of_conversation("handoffs"),
    )
    op.create_index("ix_handoffs_conversation", "handoffs", ["conversation"])
    op.create_index("ix_handoffs_reason", "handoffs", ["reason"])
    op.create_table(
        "utterances",
        sa.Column("row", ROW, nullable=False, autoincrement=True),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("speaker", sa.String(16), nullable=False),
        sa.Column("start_s", sa.Float(53), nullable=False),
        sa.Column("end_s", sa.Float(53), nullable=False),
        sa.Column("during", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_utterances"),
        _of_conversation("utterances"),
    )
    op.create_index(
        "ix_utterances_conversation_number", "utterances", ["conversation", "number"], unique=True
    )


def _of_conversation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["conversation"], ["conversations.id"], name=f"fk_{table}_conversation", ondelete="CASCADE"
    )

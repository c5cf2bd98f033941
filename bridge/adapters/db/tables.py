"""What the database holds. Other modules add tables of theirs to `METADATA`; `schema.py` names them all."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Names are given, so that both databases and every migration know an index by the same one."""

ID: Final = String(64)
ROW: Final = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts by itself in an INTEGER PRIMARY KEY alone"""


def of_conversation(*, primary_key: bool = False) -> Column[str]:
    """The column by which a row belongs to a conversation and goes with it."""
    return Column(
        "conversation",
        ID,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


CONVERSATIONS: Final = Table(
    "conversations",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("site", String(64), nullable=False),
    Column("started_at", String(32), nullable=False, doc="UTC, ISO 8601, as in the record"),
    Column("started_s", Float(53), nullable=False, doc="the same in seconds since 1970"),
    Column("seconds", Float(53), nullable=False),
    Column("ended", String(32), nullable=False),
    Column("caller", Text, nullable=False, doc="digits of the number, or the user of the URI"),
    Column("called", Text, nullable=False),
    Column("handoffs", Integer, nullable=False, doc="how many there were"),
    Column("reason", String(64), nullable=False, doc="of the first escalation"),
    Column("result", String(32), nullable=False, doc="of the last handoff"),
    Column("rules_version", Text, nullable=False),
    Column("record", Text, nullable=False, doc="the whole record as JSON (configs/schemas/record.json)"),
    Index(None, "started_s"),
    Index(None, "caller", "started_s"),
    Index(None, "called"),
)

HANDOFFS: Final = Table(
    "handoffs",
    METADATA,
    Column("id", ID, primary_key=True),
    of_conversation(),
    Column("number", Integer, nullable=False, doc="within its conversation, from 1"),
    Column("at_s", Float(53), nullable=False, doc="all _s: seconds since the conversation began"),
    Column("reason", String(64), nullable=False),
    Column("rule", Text, nullable=False),
    Column("source", String(32), nullable=False),
    Column("explicit", Boolean, nullable=False),
    Column("score", Float(53), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("agent", Text, nullable=False, doc="who had the caller in the end; empty: nobody"),
    Column("mode", String(32), nullable=False),
    Column("result", String(32), nullable=False),
    Column("phase", String(32), nullable=False, doc="the last live state"),
    Column("connected_s", Float(53), doc="caller and agent talk, for the first time"),
    Column("wrap_up_s", Float(53)),
    Column("over_s", Float(53)),
    Column("disposition", Text),
    Column("brief_right", String(16)),
    Index(None, "conversation"),
    Index(None, "reason"),
)

UTTERANCES: Final = Table(
    "utterances",
    METADATA,
    Column("row", ROW, primary_key=True, autoincrement=True, doc="of the index of words"),
    of_conversation(),
    Column("number", Integer, nullable=False, doc="within its conversation, from 0"),
    Column("speaker", String(16), nullable=False),
    Column("start_s", Float(53), nullable=False),
    Column("end_s", Float(53), nullable=False),
    Column("during", String(32), nullable=False),
    Column("text", Text, nullable=False, doc="redacted, as in the record"),
    Index(None, "conversation", "number", unique=True),
)

ERASURES: Final = Table(
    "erasures",
    METADATA,
    Column("conversation", ID, primary_key=True, doc="what was erased must not come back from a file"),
    Column("at_s", Float(53), nullable=False, doc="seconds since 1970"),
)

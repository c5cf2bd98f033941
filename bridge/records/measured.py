"""A record's measures, as rows that are written with it."""

from typing import Final

from bridge.adapters.db.measures import rows_of_measures
from bridge.adapters.db.rows import Derive, Rows
from bridge.core.measures import measures_of
from bridge.model.record import ConversationRecord


def measured(record: ConversationRecord) -> list[Rows]:
    return rows_of_measures(measures_of(record))


DERIVED: Final[tuple[Derive, ...]] = (measured,)
"""whatever is written with a record besides its own rows"""

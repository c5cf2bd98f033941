"""All tables there are: whoever compares or migrates imports them from here."""

from typing import Any, Final

from sqlalchemy import MetaData

from bridge.adapters.db import measures
from bridge.adapters.db.tables import METADATA

MODULES: Final = (measures,)
"""that add tables of theirs"""
ALL: Final[MetaData] = METADATA
"""with the tables of every module that is imported above"""

BESIDES: Final = "utterance_words"
"""The index of words: made by SQL of its own in each database, with tables SQLite keeps for itself."""


def ours(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """For alembic: whether it is described by `ALL`."""
    return not (name or "").startswith(BESIDES)

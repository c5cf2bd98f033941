"""Finding conversations by what was said in them."""

import re
from typing import Any, Final

from sqlalchemy import Connection, Select, column, select, table, text

from bridge.adapters.db.database import Database
from bridge.adapters.db.errors import DatabaseError
from bridge.adapters.db.tables import CONVERSATIONS, UTTERANCES
from bridge.ports import Hit, Hits, SearchAway

TERMS: Final = re.compile(r'"([^"]+)"|([^\s"]+)')
WORDS: Final = re.compile(r"\w+")
MATCHES: Final = "to_tsvector('english', utterances.text) @@ websearch_to_tsquery('english', :quoted)"
"""as in the index"""
WORDS_TABLE: Final = table("utterance_words", column("rowid"))


class DatabaseSearch:
    """Keeps `bridge.ports.Search`. English words are found in all their forms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, query: str, *, before: int | None, limit: int) -> Hits:
        terms = terms_of(query)
        if not terms:
            return Hits(hits=())
        try:
            return await self._database.read(lambda connection: _found(connection, terms, before, limit))
        except DatabaseError as error:
            raise SearchAway(str(error)) from None


def terms_of(query: str) -> list[str]:
    """Words, and phrases in quotes; whatever else a database might take for syntax is gone."""
    spoken = (" ".join(WORDS.findall(phrase or word)) for phrase, word in TERMS.findall(query))
    return [term for term in spoken if term]


def _found(connection: Connection, terms: list[str], before: int | None, limit: int) -> Hits:
    row, c = UTTERANCES.c.row, CONVERSATIONS.c
    quoted = " ".join(f'"{term}"' for term in terms)
    query: Select[Any] = select(
        row, c.id, c.started_at, UTTERANCES.c.speaker, UTTERANCES.c.start_s, UTTERANCES.c.text
    )
    if connection.dialect.name == "sqlite":
        joined = WORDS_TABLE.join(UTTERANCES, row == WORDS_TABLE.c.rowid).join(CONVERSATIONS)
        query = query.select_from(joined).where(text("utterance_words MATCH :quoted"))
        order = WORDS_TABLE.c.rowid
    else:
        query = query.select_from(UTTERANCES.join(CONVERSATIONS)).where(text(MATCHES))
        order = row
    if before is not None:
        query = query.where(order < before)
    query = query.order_by(order.desc()).limit(limit + 1)
    rows = connection.execute(query, {"quoted": quoted}).all()
    hits = tuple(
        Hit(conversation=id, started_at=at, speaker=who, start_s=start_s, text=said)
        for _, id, at, who, start_s, said in rows[:limit]
    )
    return Hits(hits=hits, next=rows[limit - 1][0] if len(rows) > limit else None)

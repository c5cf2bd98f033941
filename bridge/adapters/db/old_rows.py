"""Rows whose time is over."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, delete, exists, select, update

from bridge.adapters.db.database import Database
from bridge.adapters.db.rows import RECORD
from bridge.adapters.db.tables import CONVERSATIONS, UTTERANCES
from bridge.model.record import ConversationRecord

AT_ONCE: Final = 50
"""in one transaction: others want to write too"""


class OldRows:
    """Of one site. Each method tells how many conversations it has done. Raises `DatabaseAway`."""

    def __init__(
        self,
        database: Database,
        site: str,
        forget: Callable[[ConversationRecord], ConversationRecord],
    ) -> None:
        self._database, self._site, self._forget = database, site, forget

    async def forget_words(self, before_s: float) -> int:
        """What was derived from the words, such as measures, stays."""
        return await self._all(lambda connection: self._forget_some(connection, before_s))

    async def drop(self, before_s: float) -> int:
        return await self._all(lambda connection: self._drop_some(connection, before_s))

    async def _all(self, some: Callable[[Connection], int]) -> int:
        total = 0
        while count := await self._database.change(some):
            total += count
        if total:
            await self._database.scrub()
        return total

    def _forget_some(self, connection: Connection, before_s: float) -> int:
        c = CONVERSATIONS.c
        speaks = exists().where(UTTERANCES.c.conversation == c.id)
        due = (
            select(c.id, c.record).where(c.site == self._site, c.started_s < before_s, speaks).limit(AT_ONCE)
        )
        rows = connection.execute(due).all()
        for id, body in rows:
            kept = RECORD.dump_json(self._forget(RECORD.validate_json(body))).decode()
            connection.execute(update(CONVERSATIONS).where(c.id == id).values(record=kept))
            connection.execute(delete(UTTERANCES).where(UTTERANCES.c.conversation == id))
        return len(rows)

    def _drop_some(self, connection: Connection, before_s: float) -> int:
        c = CONVERSATIONS.c
        due = select(c.id).where(c.site == self._site, c.started_s < before_s).limit(AT_ONCE)
        ids = connection.execute(due).scalars().all()
        if ids:
            connection.execute(delete(CONVERSATIONS).where(c.id.in_(ids)))
        return len(ids)

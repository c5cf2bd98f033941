"""What a person did, written to the CRM when the call is over: kept on disk until the CRM has taken it."""

import asyncio
import json
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog

from bridge.adapters.crm.customers import Customers
from bridge.adapters.crm.recipe import WORDS_OF_WRAP_UP
from bridge.adapters.crm.rest import RestCrm
from bridge.adapters.crm.source import CrmTrouble
from bridge.adapters.number import number_of
from bridge.adapters.webhooks.spool import Message, Spool
from bridge.model.handoff import HandoffRecord
from bridge.model.record import ConversationRecord
from bridge.ports import Store

log = structlog.get_logger()
T = TypeVar("T")
HOOK: Final = "crm"
FIRST_RETRY_S: Final = 2.0
LONGEST_RETRY_S: Final = 900.0
BATCH: Final = 20
MOST: Final = 20_000
"""entries kept on disk; the oldest go and are counted"""
PASSING: Final = frozenset({401, 403, 408, 425, 429})
"""statuses below 500 that may change while the request stays the same"""


class Filing:
    """Keeps `bridge.ports.Store` over another: each handoff of a known customer is filed in the CRM too.

    An entry carries the same key at every try, so that a CRM that knows such keys files it once.
    """

    def __init__(
        self,
        inner: Store,
        crm: RestCrm,
        customers: Customers,
        spool: Path,
        *,
        retry_for_h: float,
        first_retry_s: float = FIRST_RETRY_S,
    ) -> None:
        self._inner, self._crm, self._customers = inner, crm, customers
        self._retry_for_s, self._first_retry_s = retry_for_h * 3600, first_retry_s
        self._spool = Spool(spool)
        self._disk = ThreadPoolExecutor(1, "crm")
        self._news = asyncio.Event()
        self._posting: asyncio.Task[None] | None = None
        self.counts: Counter[str] = Counter()
        """filed, failed (tries), refused (by the CRM, for good), dropped (too old, or displaced)"""

    # -- the port

    def begin(self, record: ConversationRecord) -> None:
        self._inner.begin(record)

    async def save(self, record: ConversationRecord) -> None:
        """Never raises for the CRM's sake; the record itself comes first."""
        await self._inner.save(record)
        customer = self._customers.customer_of(record.id)
        if not customer or not record.handoffs:
            return
        now = time.time()
        messages = [
            Message(
                hook=HOOK, id=handoff.id, kind="wrap_up", made=now, due=now,
                body=json.dumps(words_of(record, handoff, customer)).encode(),
            )
            for handoff in record.handoffs
        ]  # fmt: skip
        try:
            self.counts["dropped"] += await self._on_disk(lambda: self._spool.put(messages, MOST))
        except sqlite3.Error as error:
            self.counts["dropped"] += len(messages)
            log.error("CRM spool", call=record.id, error=type(error).__name__)
        self._news.set()

    # -- life

    def start(self) -> None:
        """Within the running loop."""
        self._posting = asyncio.create_task(self._post_all())

    async def close(self) -> None:
        """What is not filed stays on disk."""
        if self._posting:
            self._posting.cancel()
            await asyncio.gather(self._posting, return_exceptions=True)
        await self._on_disk(self._spool.close)
        self._disk.shutdown()

    def describe(self) -> dict[str, Any]:
        return dict(self.counts)

    async def _on_disk(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    async def _post_all(self) -> None:
        while True:
            self._news.clear()
            try:
                wait_s = await self._round()
            except sqlite3.Error as error:
                log.error("CRM spool", error=type(error).__name__)
                wait_s = self._first_retry_s
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait()

    async def _round(self) -> float | None:
        """What is due is filed, until one is not taken; how long to wait for the next, None for news only."""
        for message in await self._on_disk(lambda: self._spool.due(HOOK, time.time(), BATCH)):
            if not await self._settled(message):
                break
        next_due = await self._on_disk(lambda: self._spool.next_due(HOOK))
        return None if next_due is None else max(0.0, next_due - time.time())

    async def _settled(self, message: Message) -> bool:
        """Filed or given up, and off the disk; else it is due again later."""
        try:
            await self._crm.write(json.loads(message.body), message.id)
            self.counts["filed"] += 1
        except CrmTrouble as trouble:
            status = trouble.status or 500
            if 400 <= status < 500 and status not in PASSING:
                outcome = "refused"
            elif time.time() - message.made > self._retry_for_s:
                outcome = "dropped"
            else:
                outcome = "failed"
            self.counts[outcome] += 1
            log.warning("not filed in the CRM", handoff=message.id, cause=trouble.cause, outcome=outcome)
            if outcome == "failed":
                due = time.time() + self._backoff_s(message.tries)
                await self._on_disk(lambda: self._spool.again(message.number, due))
                return False
        await self._on_disk(lambda: self._spool.taken(message.number))
        return True

    def _backoff_s(self, tries: int) -> float:
        wait_s: float = min(LONGEST_RETRY_S, self._first_retry_s * 2.0 ** min(tries, 20))
        return wait_s * random.uniform(0.8, 1.2)


def words_of(record: ConversationRecord, handoff: HandoffRecord, customer: str) -> dict[str, str]:
    """What a template of the wrap-up may use; nothing in it that the record does not hold."""
    words = {
        "conversation": record.id,
        "handoff": handoff.id,
        "customer": customer,
        "caller": number_of(record.caller),
        "started_at": record.started_at,
        "seconds": str(round(record.seconds)),
        "reason": handoff.escalation.reason,
        "result": handoff.outcome.result,
        "disposition": handoff.disposition or "",
        "note": handoff.note or "",
        "headline": record.brief.headline if record.brief else "",
    }
    assert words.keys() == WORDS_OF_WRAP_UP
    return words

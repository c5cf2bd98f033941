"""All webhooks: which events go to which, spooled by one thread, posted by one task each."""

import asyncio
import json
import queue
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2
import structlog

from bridge.adapters.bulletin import Bulletins, without_words
from bridge.adapters.webhooks.signature import signed
from bridge.adapters.webhooks.spool import Message, Spool
from bridge.config import Webhook
from bridge.ports import Clock

log = structlog.get_logger()
T = TypeVar("T")
BACKLOG: Final = 10_000
"""events not yet on disk"""
FIRST_RETRY_S: Final = 2.0
LONGEST_RETRY_S: Final = 900.0
BATCH: Final = 50
TOO_MANY: Final = 429
GONE: Final = 410
"""the server wants no more of this, until the configuration is read again"""


class Webhooks:
    """Keeps `bridge.ports.EventSink`. A server that is slow, wrong or away costs the calls nothing."""

    def __init__(
        self,
        hooks: list[Webhook],
        spool: Path,
        site: str,
        clock: Clock,
        *,
        first_retry_s: float = FIRST_RETRY_S,
    ) -> None:
        self._hooks = {hook.name: hook for hook in hooks}
        self._bulletins = Bulletins(site, clock)
        self._spool = Spool(spool)
        self._disk: queue.Queue[Callable[[], None] | None] = queue.Queue(BACKLOG)
        self._thread = threading.Thread(target=self._write, name="webhooks", daemon=True)
        self._first_retry_s = first_retry_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = {name: asyncio.Event() for name in self._hooks}
        self._away: Counter[str] = Counter()
        self._posting: list[asyncio.Task[None]] = []
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in self._hooks}
        """by hook: sent, failed (tries), dropped (given up or displaced), gone"""

    def start(self) -> None:
        """Within the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        self._posting = [asyncio.create_task(self._post_all(hook)) for hook in self._hooks.values()]

    async def close(self) -> None:
        """What is not sent stays in the spool."""
        for task in self._posting:
            task.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)
        self._disk.put(None)
        await asyncio.to_thread(self._thread.join, 5.0)
        self._spool.close()

    def describe(self) -> dict[str, Any]:
        return {name: dict(counts) for name, counts in self.counts.items()}

    # -- the port

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        try:
            messages = list(self._messages(kind, conversation, body))
        except Exception as error:
            log.error("event not told by webhook", kind=kind, error=type(error).__name__)
            return
        for message in messages:
            try:
                self._disk.put_nowait(lambda message=message: self._keep(message))  # type: ignore[misc]
            except queue.Full:
                self.counts[message.hook]["dropped"] += 1

    def _messages(self, kind: str, call: str, body: dict[str, Any]) -> list[Message]:
        made: list[Message] = []
        now = time.time()
        for bulletin in self._bulletins.of(kind, call, body):
            for hook in self._hooks.values():
                told = bulletin if hook.words else without_words(bulletin)
                if told is None or not {told.kind, "*"} & set(hook.events):
                    continue
                payload = told.payload.model_dump(mode="json", exclude_none=True)
                post = {"type": f"handoff.{told.kind}", "timestamp": told.payload.ts, "data": payload}
                made.append(
                    Message(
                        hook=hook.name, id=f"msg_{told.payload.id}", kind=told.kind, made=now, due=now,
                        body=json.dumps(post, separators=(",", ":")).encode(),
                    )
                )  # fmt: skip
        if kind == "ended":
            self._bulletins.forget(call)
        elif oldest := self._bulletins.surplus():
            self._bulletins.forget(oldest)
        return made

    # -- the disk, in its own thread

    def _write(self) -> None:
        while (job := self._disk.get()) is not None:
            try:
                job()
            except sqlite3.Error as error:
                log.error("webhook spool", error=str(error))

    def _keep(self, message: Message) -> None:
        try:
            dropped = self._spool.put([message], self._hooks[message.hook].queue)
        except sqlite3.Error:
            self.counts[message.hook]["dropped"] += 1
            raise
        self.counts[message.hook]["dropped"] += dropped
        assert self._loop
        self._loop.call_soon_threadsafe(self._news[message.hook].set)

    async def _ask(self, work: Callable[[], T]) -> T:
        """What the disk's thread says. Raises `sqlite3.Error`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: sqlite3.Error | None) -> None:
            if answer.done():
                return
            if error:
                answer.set_exception(error)
            else:
                answer.set_result(result)  # type: ignore[arg-type]

        def job() -> None:
            try:
                result = work()
            except sqlite3.Error as error:
                loop.call_soon_threadsafe(settle, None, error)
            else:
                loop.call_soon_threadsafe(settle, result, None)

        await asyncio.to_thread(self._disk.put, job)
        return await answer

    # -- the network, one task a hook

    async def _post_all(self, hook: Webhook) -> None:
        async with httpx2.AsyncClient(timeout=hook.timeout_s, follow_redirects=False) as client:
            while not self.counts[hook.name]["gone"]:
                try:
                    await self._round(hook, client)
                except sqlite3.Error as error:
                    log.error("webhook spool", hook=hook.name, error=str(error))
                    await asyncio.sleep(FIRST_RETRY_S)

    async def _round(self, hook: Webhook, client: httpx2.AsyncClient) -> None:
        """What is due is sent; then wait for the next to be due, or for news."""
        news = self._news[hook.name]
        news.clear()
        for message in await self._ask(lambda: self._spool.due(hook.name, time.time(), BATCH)):
            status = await self._status(hook, client, message)
            away = status is None or status == TOO_MANY or status >= 500
            await self._settle(hook, message, status)
            if away:  # the others are not tried on it either
                self._away[hook.name] += 1
                await asyncio.sleep(self._backoff_s(self._away[hook.name] - 1))
                return
            self._away[hook.name] = 0
        next_due = await self._ask(lambda: self._spool.next_due(hook.name))
        wait_s = None if next_due is None else max(0.0, next_due - time.time())
        try:
            async with asyncio.timeout(wait_s):
                await news.wait()
        except TimeoutError:
            return

    async def _settle(self, hook: Webhook, message: Message, status: int | None) -> None:
        """Out of the spool when it was taken or is too old, else due again later."""
        counts = self.counts[hook.name]
        if status is not None and 200 <= status < 300:
            counts["sent"] += 1
            await self._ask(lambda: self._spool.taken(message.number))
            return
        counts["failed"] += 1
        counts["gone"] += status == GONE
        tries = message.tries + 1
        log.warning("webhook not taken", hook=hook.name, kind=message.kind, status=status, tries=tries)
        now = time.time()
        if now - message.made > hook.retry_for_h * 3600:
            counts["dropped"] += 1
            await self._ask(lambda: self._spool.taken(message.number))
        else:
            due = now + self._backoff_s(message.tries)
            await self._ask(lambda: self._spool.again(message.number, due))

    def _backoff_s(self, tries: int) -> float:
        """Doubled each time, and never for two bridges at the same moment."""
        wait_s: float = min(LONGEST_RETRY_S, self._first_retry_s * 2.0 ** min(tries, 20))
        return wait_s * random.uniform(0.8, 1.2)

    async def _status(self, hook: Webhook, client: httpx2.AsyncClient, message: Message) -> int | None:
        """None: nobody answered."""
        try:
            headers = signed(hook.key(), message.id, int(time.time()), message.body)
            headers["content-type"] = "application/json"
            answer = await client.post(str(hook.url), content=message.body, headers=headers)
        except (httpx2.HTTPError, OSError) as error:
            log.info("webhook not reached", hook=hook.name, error=type(error).__name__)
            return None
        return answer.status_code

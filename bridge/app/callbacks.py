"""Callbacks that have been promised: each waits in the queue for an agent, then the caller is dialled."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from bridge.app.hours import is_open
from bridge.config import Settings
from bridge.model.callback import Callback
from bridge.model.record import ConversationRecord
from bridge.model.routing import Need
from bridge.model.transfer import Lease
from bridge.ports import AgentDirectory, CallbackShelf, Clock, EventSink

log = structlog.get_logger()
CLOSED_S: Final = 60.0
"""between two looks at whether it is open again"""
NO_WORKER_S: Final = 5.0
HOUR_S: Final = 3600.0
HELPED: Final = frozenset({"connected", "transferred", "transferred_unconfirmed", "returned_to_bot"})
Dial = Callable[[Callback, Lease], Awaitable[ConversationRecord | None]]


class Callbacks:
    """Keeps `bridge.ports.CallbackBook`. `dial` runs the whole call; None from it: no worker is free."""

    def __init__(
        self,
        settings: Settings,
        shelf: CallbackShelf,
        directory: AgentDirectory,
        events: EventSink,
        clock: Clock,
    ) -> None:
        self._settings, self._shelf, self._directory = settings, shelf, directory
        self._events, self._clock = events, clock
        self._rules = settings.queue.callback
        self._dial: Dial | None = None
        self._started = asyncio.Event()
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def start(self, dial: Dial) -> None:
        """Those promised before we came are waited for too."""
        self._dial = dial
        self._started.set()
        for callback in self._shelf.all():
            self._begin(callback)

    async def close(self) -> None:
        """What is not done is on the shelf."""
        for task in self._waiting.values():
            task.cancel()
        await asyncio.gather(*self._waiting.values(), return_exceptions=True)

    def describe(self) -> dict[str, int]:
        """For /healthz."""
        return {"waiting": len(self._waiting)}

    # -- the book

    async def keep(self, callback: Callback) -> None:
        await self._shelf.save(callback)
        self._tell(callback, "promised")
        self._begin(callback)

    async def drop(self, id: str) -> None:
        if task := self._waiting.pop(id, None):
            task.cancel()
        await self._shelf.remove(id)

    # -- each of them

    def _begin(self, callback: Callback) -> None:
        task = asyncio.create_task(self._run(callback), name=f"callback/{callback.id}")
        self._waiting[callback.id] = task
        task.add_done_callback(lambda _: self._waiting.pop(callback.id, None))

    async def _run(self, callback: Callback) -> None:
        """Until the caller was reached and helped, or it is too late."""
        wait_s = 0.0
        while self._age_s(callback) < self._rules.within_h * HOUR_S and callback.tries < self._rules.tries:
            await asyncio.sleep(wait_s)
            if not self._open():
                wait_s = CLOSED_S
                continue
            reached = await self._reach(callback)
            if reached is None:
                wait_s = NO_WORKER_S
                continue
            if reached:
                self._tell(callback, "done")
                break
            callback = replace(callback, tries=callback.tries + 1)
            await self._shelf.save(callback)
            self._tell(callback, "not_reached")
            wait_s = self._rules.retry_s
        else:
            self._tell(callback, "given_up")
        await self._shelf.remove(callback.id)

    async def _reach(self, callback: Callback) -> bool | None:
        """Whether the caller has been helped; None: nobody could try."""
        try:
            record = await self._call(callback)
        except ConnectionError:
            return False
        return (
            None if record is None else any(handoff.outcome.result in HELPED for handoff in record.handoffs)
        )

    async def _call(self, callback: Callback) -> ConversationRecord | None:
        """An agent first, who is kept while the caller's telephone rings."""
        await self._started.wait()
        assert self._dial
        place = self._directory.wait(self._need(callback))
        try:
            lease = await place.turn()
        finally:
            place.leave()
        try:
            return await self._dial(callback, lease)
        finally:
            self._directory.release(lease)

    def _need(self, callback: Callback) -> Need:
        """In his old place: he has waited since he called."""
        since = asyncio.get_running_loop().time() - self._age_s(callback)
        return Need(
            reason=callback.escalation.reason, call=callback.id, caller=callback.number,
            wanted=callback.escalation.target, language=callback.bot_state.language, waiting_since=since,
        )  # fmt: skip

    def _age_s(self, callback: Callback) -> float:
        now, then = (datetime.fromisoformat(text) for text in (self._clock.utc(), callback.promised_at))
        return (now - then).total_seconds()

    def _open(self) -> bool:
        return is_open(self._settings, self._clock)

    def _tell(self, callback: Callback, state: str) -> None:
        self._events.emit("callback", callback.id, {"at_s": 0.0, "state": state, "tries": callback.tries})

"""INVITEs on their way: which worker has which, until 32 s after the final response."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sip.front.forwarding import TransactionKey
from sip.front.pool import Worker
from sip.party.address import Address
from sip.party.message import Message

_RINGING_LIMIT_S: Final = 300.0
LIMIT: Final = 4_096


@dataclass(slots=True, eq=False)
class Entry:
    """One INVITE from outside. `invite` is as received, with received/rport noted."""

    key: TransactionKey
    invite: Message
    source: Address
    worker: Worker | None = None
    tries: int = 0
    heard: bool = False
    """the worker has said anything at all"""
    tagged: bool = False
    """a response with a To-tag has gone out: another worker can no longer take over"""
    cancel: Message | None = None
    """the CANCEL that came, for a worker that takes over"""
    final: int | None = None
    answer: Message | None = None
    """the worker's 2xx"""
    own_final: Message | None = None
    """the final response, when it was ours"""
    timers: list[asyncio.TimerHandle] = field(default_factory=list)

    def stop_timers(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()


class Ledger:
    def __init__(self, keep_s: float) -> None:
        self._keep_s = keep_s
        self._entries: dict[TransactionKey, Entry] = {}
        self._expiries: dict[TransactionKey, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, message: Message) -> Entry | None:
        return self._entries.get(TransactionKey.of(message))

    def open(self, invite: Message, source: Address) -> Entry | None:
        """A new entry; None when the table is full."""
        if len(self._entries) >= LIMIT:
            return None
        entry = Entry(TransactionKey.of(invite), invite, source)
        self._entries[entry.key] = entry
        self._expire(entry, _RINGING_LIMIT_S)
        return entry

    def finished(self, entry: Entry, status: int) -> None:
        """A final response has gone out: stragglers are expected for a while yet."""
        if entry.final is None:
            entry.final = status
            self._expire(entry, self._keep_s)

    def of_worker(self, worker: Worker) -> list[Entry]:
        """Its unanswered INVITEs."""
        return [e for e in self._entries.values() if e.worker is worker and e.final is None]

    def answered_by(self, worker: Worker) -> list[Entry]:
        """Calls it answered of late, which it has not said to be over."""
        return [
            entry
            for entry in self._entries.values()
            if entry.worker is worker and entry.answer is not None and entry.key.call_id not in worker.past
        ]

    def _expire(self, entry: Entry, delay_s: float) -> None:
        earlier = self._expiries.pop(entry.key, None)
        if earlier is not None:
            earlier.cancel()
        forget: Callable[[], None] = lambda: self._forget(entry)  # noqa: E731
        self._expiries[entry.key] = asyncio.get_running_loop().call_later(delay_s, forget)

    def _forget(self, entry: Entry) -> None:
        entry.stop_timers()
        self._entries.pop(entry.key, None)
        self._expiries.pop(entry.key, None)

    def close(self) -> None:
        for timer in self._expiries.values():
            timer.cancel()
        for entry in self._entries.values():
            entry.stop_timers()

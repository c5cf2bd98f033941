"""What happens, live, for whoever reads it over HTTP: the last bulletins kept, the rest passed on."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import structlog

from bridge.adapters.bulletin import Bulletins
from bridge.ports import Clock, Told

log = structlog.get_logger()
KEPT: Final = 4000
"""bulletins for who comes back; partial words are not among them"""
BEHIND: Final = 1000
"""what one reader may leave unread"""


class LiveFeed:
    """Keeps `bridge.ports.EventSink` and `bridge.ports.Feed`. `owners`: whose call it is at that moment."""

    def __init__(self, site: str, clock: Clock, owners: Callable[[str], frozenset[str]]) -> None:
        self._bulletins = Bulletins(site, clock)
        self._owners = owners
        self._kept: deque[Told] = deque(maxlen=KEPT)
        self._readers: set[asyncio.Queue[Told | None]] = set()
        self.failed: Counter[str] = Counter()
        """events that could not be told, by kind: a defect of ours"""

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        try:
            self._tell(kind, conversation, body)
        except Exception as error:
            self.failed[kind] += 1
            log.error("event not told in the feed", kind=kind, error=type(error).__name__)

    def _tell(self, kind: str, call: str, body: dict[str, Any]) -> None:
        for bulletin in self._bulletins.of(kind, call, body):
            told = Told(
                id=bulletin.payload.id, channel=bulletin.channel, kind=bulletin.kind, call=call,
                agents=self._owners(call), body=bulletin.payload.model_dump(mode="json", exclude_none=True),
            )  # fmt: skip
            if kind != "partial":
                self._kept.append(told)
            for reader in self._readers:
                _pass_on(reader, told)
        if kind == "ended":
            self._bulletins.forget(call)
        elif oldest := self._bulletins.surplus():
            self._bulletins.forget(oldest)

    async def since(self, id: str | None) -> AsyncIterator[Told | None]:
        reader: asyncio.Queue[Told | None] = asyncio.Queue(BEHIND)
        missed = self._behind(id) if id else []
        self._readers.add(reader)
        try:
            for told in missed:
                yield told
            while True:
                yield await reader.get()
        finally:
            self._readers.discard(reader)

    def _behind(self, id: str) -> list[Told | None]:
        """What came after it; begins with None where that is not all."""
        boot, _, number = id.rpartition("-")
        if not self._kept or not number.isdecimal() or self._kept[0].id.rpartition("-")[0] != boot:
            return [None]
        later: list[Told | None] = [told for told in self._kept if _number(told) > int(number)]
        whole = _number(self._kept[0]) <= int(number) + 1 or len(self._kept) < KEPT
        return later if whole else [None, *later]


def _number(told: Told) -> int:
    return int(told.id.rpartition("-")[2])


def _pass_on(reader: asyncio.Queue[Told | None], told: Told) -> None:
    if reader.full():
        while not reader.empty():
            reader.get_nowait()
        reader.put_nowait(None)
    reader.put_nowait(told)

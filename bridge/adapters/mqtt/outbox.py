"""What is still to be published: bounded, in order, and counted where something had to go.

Two queues share one order. Telemetry (words, cues, marks) has a small bound, outcomes and handoff states one
so large that only a broker away for hours meets it; each drops its own oldest. Retained state besides is kept
by topic, the latest only, and is published again on every new connection: a broker may have lost its disk.
"""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from itertools import count, islice


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One publication at QoS 1. `kind` is what drops are counted by."""

    topic: str
    payload: bytes
    kind: str
    retain: bool = False
    expiry_s: int | None = None


class Outbox:
    """Filled by the event loop's own callbacks without waiting, emptied by the one connection."""

    def __init__(self, *, telemetry: int, vital: int) -> None:
        self._telemetry: deque[tuple[int, Message]] = deque()
        self._vital: deque[tuple[int, Message]] = deque()
        self._bounds = {id(self._telemetry): telemetry, id(self._vital): vital}
        self._order = count()
        self._state: dict[str, Message] = {}
        self._unsent: dict[str, Message] = {}
        self._filled, self._empty = asyncio.Event(), asyncio.Event()
        self._empty.set()
        self.dropped: Counter[str] = Counter()
        """messages that had to go, by kind"""

    def __len__(self) -> int:
        return len(self._telemetry) + len(self._vital) + len(self._unsent)

    def put(self, message: Message, *, vital: bool) -> None:
        """In its turn; a retained one is also kept as its topic's state."""
        queue = self._vital if vital else self._telemetry
        if len(queue) >= self._bounds[id(queue)]:
            self.dropped[queue.popleft()[1].kind] += 1
        queue.append((next(self._order), message))
        if message.retain:
            self._keep(message)
        self._mark()

    def state(self, message: Message) -> None:
        """A topic's retained state, of which only the latest is of interest."""
        self._keep(message)
        self._unsent[message.topic] = message
        self._mark()

    def _keep(self, message: Message) -> None:
        if message.payload:
            self._state[message.topic] = message
        else:  # an empty payload clears the topic
            self._state.pop(message.topic, None)

    def anew(self) -> None:
        """A new connection: all retained state is published again, behind what waits."""
        self._unsent = dict(self._state)
        self._mark()

    async def next(self, most: int) -> list[Message]:
        """Up to `most` messages in order, as soon as there is one. They stay until `sent`."""
        await self._filled.wait()
        heads = [*islice(self._telemetry, most), *islice(self._vital, most)]
        queued = sorted(heads, key=lambda entry: entry[0])
        return [message for _, message in queued][:most] or list(islice(self._unsent.values(), most))

    def sent(self, messages: list[Message]) -> None:
        """They were acknowledged; some may have been dropped, or replaced, meanwhile."""
        gone = {id(message) for message in messages}
        for queue in (self._telemetry, self._vital):
            while queue and id(queue[0][1]) in gone:
                queue.popleft()
        for message in messages:
            if self._unsent.get(message.topic) is message:
                del self._unsent[message.topic]
        self._mark()

    async def emptied(self) -> None:
        """Returns when nothing waits."""
        await self._empty.wait()

    def _mark(self) -> None:
        full, other = (self._filled, self._empty) if len(self) else (self._empty, self._filled)
        full.set()
        other.clear()

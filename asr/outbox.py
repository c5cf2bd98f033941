"""Lines on their way to main, kept while main is away: partials go first, finals last. Thread-safe."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MAX_LINES: Final = 1000


@dataclass(slots=True)
class _Line:
    data: bytes
    droppable: bool


class Outbox:
    """`put` from any thread; `head` and `sent` from the one that writes. `on_put` wakes that one."""

    def __init__(self, on_put: Callable[[], None], max_lines: int = MAX_LINES) -> None:
        self._on_put = on_put
        self._max_lines = max_lines
        self._lines: deque[_Line] = deque()
        self._lock = threading.Lock()
        self.dropped_partials = 0
        self.dropped_finals = 0

    def __len__(self) -> int:
        return len(self._lines)

    def put(self, data: bytes, *, droppable: bool = False) -> None:
        with self._lock:
            self._lines.append(_Line(data, droppable))
            if len(self._lines) > self._max_lines:
                self._drop_one()
        self._on_put()

    def head(self) -> bytes | None:
        """The next line; it stays until `sent`, and once it was asked for it is not dropped."""
        with self._lock:
            if not self._lines:
                return None
            self._lines[0].droppable = False
            return self._lines[0].data

    def sent(self) -> None:
        with self._lock:
            self._lines.popleft()

    def _drop_one(self) -> None:
        """The oldest partial; without one, the oldest line behind the one that may be half sent."""
        for index, line in enumerate(self._lines):
            if line.droppable:
                del self._lines[index]
                self.dropped_partials += 1
                return
        del self._lines[1]
        self.dropped_finals += 1

"""Timers of a loop that polls."""

import heapq
import itertools
from collections.abc import Callable
from typing import Final


class Timer:
    """One call to come; `cancel` keeps it from coming."""

    __slots__ = ("action", "at")

    def __init__(self, at: float, action: Callable[[], None]) -> None:
        self.at: Final = at
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self.action = None


class Timers:
    """A heap of timers, run by whoever owns the loop."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()

    def after(self, delay_s: float, action: Callable[[], None]) -> Timer:
        timer = Timer(self._clock() + delay_s, action)
        heapq.heappush(self._heap, (timer.at, next(self._order), timer))
        return timer

    def run(self) -> None:
        """Run what is due."""
        now = self._clock()
        while self._heap and self._heap[0][0] <= now:
            _, _, timer = heapq.heappop(self._heap)
            action, timer.action = timer.action, None
            if action is not None:
                action()

"""The order decodes are done in, when there is more to decode than CPU to decode it.

Finals go first, then the partial that has waited longest, together with others that wait and can be decoded
in one go with it. A stream has one decode in flight and one partial waiting: a newer partial takes the place
of the older. When partials wait too long the hop is stretched, so that overload costs partials their
freshness before it costs finals anything.
"""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol


class Priority(IntEnum):
    PROBE = 0
    """asks whether the decode thread is alive"""
    CLOSING = 1
    """a final that somebody waits for with a deadline"""
    FINAL = 2
    PARTIAL = 3


def _nothing() -> None:
    pass


@dataclass(slots=True, eq=False)
class Job:
    stream: Hashable
    priority: Priority
    run: Callable[[], None] = _nothing
    """does not raise"""
    kin: Hashable = None
    """partials of equal kin may be run in one go"""
    queued_at: float = field(default=0.0, init=False)

    def run_with(self, others: "Sequence[Job]") -> None:
        """Itself and `others` of its kin, of other streams."""
        assert not others
        self.run()


class Scheduler(Protocol):
    @property
    def hop_ms(self) -> int:
        """New audio a partial should wait for, under the present load."""

    @property
    def overloaded(self) -> bool:
        """No time for a dearer final: another one waits already, or the hop had to be stretched."""

    def submit(self, job: Job) -> None: ...

    def cancel(self, job: Job) -> None:
        """Nothing happens when it is already running or done."""

    def hurry(self, job: Job) -> None:
        """A waiting final becomes `Priority.CLOSING`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HopRules:
    together: int = 4
    """partials in one go: 4 cost 1.7 times what one does (measured), 8 nearly three times, and all wait"""
    hops_ms: tuple[int, ...] = (160, 240, 320, 480)
    stretch_wait_ms: tuple[float, ...] = (8.0, 120.0, 120.0)
    """partials waiting longer than this on average: next longer hop. The shortest is for a worker with little
    else to do: it shows words sooner, and costs half as much again"""
    shrink_wait_ms: tuple[float, ...] = (3.0, 30.0, 30.0)
    """waiting less than this: back to the hop before"""
    weight: float = 0.1
    """of a new wait in the average"""
    settle: int = 12
    """partials between two changes"""


@dataclass(slots=True)
class QueueCounts:
    finals: int = 0
    partials: int = 0
    goes: int = 0
    """in which the partials were decoded"""
    replaced: int = 0
    """partials that a newer one pushed out before they were decoded"""
    cancelled: int = 0
    stretched: int = 0


class DecodeQueue:
    """Thread-safe. `clock` is `time.monotonic` or a test's own."""

    def __init__(self, rules: HopRules | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules or HopRules()
        self._clock = clock
        self._waiting: list[Job] = []
        self._in_flight: set[Hashable] = set()
        self._changed = threading.Condition()
        self._level = 0
        self._wait_ms = 0.0
        self._since_change = 0
        self._closed = False
        self.counts = QueueCounts()

    @property
    def hop_ms(self) -> int:
        return self._rules.hops_ms[self._level]

    @property
    def overloaded(self) -> bool:
        with self._changed:
            waiting = (Priority.CLOSING, Priority.FINAL)
            return self._level > 1 or any(job.priority in waiting for job in self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def submit(self, job: Job) -> None:
        with self._changed:
            job.queued_at = self._clock()
            if job.priority >= Priority.FINAL:
                self._replace_partial(job)
            self._waiting.append(job)
            self._changed.notify()

    def cancel(self, job: Job) -> None:
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)
                self.counts.cancelled += 1

    def hurry(self, job: Job) -> None:
        with self._changed:
            job.priority = min(job.priority, Priority.CLOSING)

    def take(self) -> list[Job]:
        """The next job, and those to run in one go with it; none when nothing may start now. See `done`."""
        with self._changed:
            return self._take()

    def take_or_wait(self) -> list[Job]:
        """Blocks for the next; empty when the queue was closed."""
        with self._changed:
            while not self._closed:
                if jobs := self._take():
                    return jobs
                self._changed.wait()
            return []

    def done(self, jobs: Sequence[Job]) -> None:
        with self._changed:
            self._in_flight.difference_update(job.stream for job in jobs)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _replace_partial(self, job: Job) -> None:
        for older in self._waiting:
            if older.stream == job.stream and older.priority is Priority.PARTIAL:
                self._waiting.remove(older)
                self.counts.replaced += 1
                if job.priority is Priority.PARTIAL:
                    job.queued_at = older.queued_at  # it keeps its place, or a busy stream would starve
                return

    def _take(self) -> list[Job]:
        free = [job for job in self._waiting if job.stream not in self._in_flight]
        if not free:
            return []
        free.sort(key=lambda job: (job.priority, job.queued_at))
        first = free[0]
        jobs = [first]
        if first.priority is Priority.PARTIAL and first.kin is not None:
            jobs = [job for job in free if job.kin == first.kin][: self._rules.together]
        for job in jobs:
            self._waiting.remove(job)
            self._in_flight.add(job.stream)
        if first.priority is Priority.PARTIAL:
            self.counts.goes += 1
            for job in jobs:
                self.counts.partials += 1
                self._adapt((self._clock() - job.queued_at) * 1000)
        elif first.priority is not Priority.PROBE:
            self.counts.finals += 1
        return jobs

    def _adapt(self, wait_ms: float) -> None:
        rules = self._rules
        self._wait_ms += rules.weight * (wait_ms - self._wait_ms)
        self._since_change += 1
        if self._since_change < rules.settle:
            return
        if self._level + 1 < len(rules.hops_ms) and self._wait_ms > rules.stretch_wait_ms[self._level]:
            self._level += 1
            self._since_change = 0
            self.counts.stretched += 1
        elif self._level > 0 and self._wait_ms < rules.shrink_wait_ms[self._level - 1]:
            self._level -= 1
            self._since_change = 0


class DecodeThreads:
    """Threads that work a queue off. The native engines release the GIL while they decode."""

    def __init__(self, queue: DecodeQueue, count: int = 1) -> None:
        self._queue = queue
        self._threads = [
            threading.Thread(target=self._work, name=f"decode-{i}", daemon=True) for i in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def close(self, timeout_s: float = 2.0) -> None:
        """Lets the decodes in flight end; waiting ones are dropped."""
        self._queue.close()
        for thread in self._threads:
            thread.join(timeout_s)

    def _work(self) -> None:
        while jobs := self._queue.take_or_wait():
            try:
                jobs[0].run_with(jobs[1:])
            finally:
                self._queue.done(jobs)


class Inline:
    """Decodes at once, in the feeding thread: an infinitely fast machine, for tests and offline runs."""

    def __init__(self, hop_ms: int = 240) -> None:
        self._hop_ms = hop_ms

    @property
    def hop_ms(self) -> int:
        return self._hop_ms

    @property
    def overloaded(self) -> bool:
        return False

    def submit(self, job: Job) -> None:
        job.run_with(())

    def cancel(self, job: Job) -> None:
        pass

    def hurry(self, job: Job) -> None:
        pass

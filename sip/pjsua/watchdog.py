"""RTP watchdog: a peer that vanishes without BYE is noticed by nothing else."""

from collections.abc import Iterable
from typing import Final, Protocol

CHECK_EVERY_S: Final = 0.25


class Watched(Protocol):
    @property
    def leg(self) -> str: ...
    @property
    def answered(self) -> bool: ...
    @property
    def receiving(self) -> bool: ...
    @property
    def remote_hold(self) -> bool: ...
    def packets_received(self) -> int: ...


class Watchdog:
    """Counts the packets of each leg that should be sending; one verdict a leg, one more after a hold."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._seen: dict[str, tuple[int, float]] = {}
        self._lost: set[str] = set()

    def check(self, legs: Iterable[Watched], now: float) -> list[tuple[str, float]]:
        """Legs found lost by this look, with how long they have been silent."""
        found = []
        for leg in legs:
            if not leg.answered or not leg.receiving or leg.remote_hold:
                self.forget(leg.leg)
                continue
            if leg.leg in self._lost:
                continue
            packets = leg.packets_received()
            before = self._seen.get(leg.leg)
            if before is None or before[0] != packets:
                self._seen[leg.leg] = (packets, now)
            elif now - before[1] >= self._limit_s:
                self._lost.add(leg.leg)
                found.append((leg.leg, now - before[1]))
        return found

    def forget(self, leg: str) -> None:
        self._seen.pop(leg, None)
        self._lost.discard(leg)

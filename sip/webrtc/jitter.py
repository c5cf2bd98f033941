"""Packets back into the order of their numbers, and a lost one given up early.

aiortc's own buffer holds 80 ms for good and, after one lost packet, 320 ms: it waits until all its slots are
full. This one holds nothing while nothing is missing.
"""

from dataclasses import dataclass
from typing import Final

WAIT_PACKETS: Final = 2
"""So many packets behind a hole, and it is given up: 40 ms, which is what `Playout` has in hand."""
RESTART: Final = 100
"""A number so far from the expected one begins a new sequence."""
_SIZE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Packet:
    """What of an RTP packet (RFC 3550 section 5.1) matters to a listener."""

    number: int
    timestamp: int
    payload: bytes


class Jitter:
    """`add` returns the packets whose turn has come, in order. Duplicates and late ones are dropped."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._held: dict[int, Packet] = {}
        self.received = 0
        self.lost = 0
        self.late = 0

    def add(self, packet: Packet) -> list[Packet]:
        """Usually the packet itself."""
        self.received += 1
        if self._next is None or self._far(packet.number):
            self._held.clear()
            self._next = packet.number
        if self._ahead(packet.number) < 0:
            self.late += 1
            return []
        self._held[packet.number] = packet
        out = self._due()
        while len(self._held) >= WAIT_PACKETS:
            nearest = min(self._held, key=self._ahead)
            self.lost += self._ahead(nearest)
            self._next = nearest
            out += self._due()
        return out

    def _due(self) -> list[Packet]:
        out = []
        while self._next in self._held:
            out.append(self._held.pop(self._next))
            self._next = (self._next + 1) % _SIZE
        return out

    def _ahead(self, number: int) -> int:
        """How far in front of the expected one, by the shorter way round (RFC 1982)."""
        assert self._next is not None
        return (number - self._next + _SIZE // 2) % _SIZE - _SIZE // 2

    def _far(self, number: int) -> bool:
        return abs(self._ahead(number)) >= RESTART

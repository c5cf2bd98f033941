"""What an ear heard: 8 kHz samples on the monotonic clock, and when each packet arrived."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sip.party.g711 import Pcm
from sip.party.wav import write_wav

RATE: Final = 8_000
_LONGEST_S: Final = 3_600
_EARLY_S: Final = 0.002
_LATE_S: Final = 0.100


@dataclass(frozen=True, slots=True)
class Arrival:
    """One audio packet: where its samples went, and when it really came."""

    at: float
    start: int
    """index of its first sample in `heard`"""
    samples: int
    seq: int


class Recorder:
    """Places packets by RTP time from the first packet's arrival, so that network jitter bends nothing.

    The anchor moves when the sender is earlier than thought (then the first packet was late) or has
    jumped by more than 100 ms. Gaps are silence. For exact times use `time_of`, not the index.
    """

    rate: Final = RATE

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples: Pcm = np.zeros(30 * RATE, np.int16)
        self._length = 0
        self._arrivals: list[Arrival] = []
        self._source: int | None = None
        self._anchor = 0.0
        self._anchor_ts = 0
        self.origin = 0.0
        """`time.monotonic()` of sample 0; 0.0 before the first packet"""

    def begin(self, at: float) -> None:
        """Fix sample 0; without it the first packet does."""
        if not self.origin:
            self.origin = at

    def take(self, pcm: Pcm, at: float, source: int, timestamp: int, seq: int) -> None:
        """A packet's samples. Called from the media thread."""
        with self._lock:
            self.begin(at)
            start = round((self._due(at, source, timestamp) - self.origin) * RATE)
            if start < 0 or start + len(pcm) > _LONGEST_S * RATE:
                return
            self._grow(start + len(pcm))
            self._samples[start : start + len(pcm)] = pcm
            self._length = max(self._length, start + len(pcm))
            self._arrivals.append(Arrival(at, start, len(pcm), seq))

    def _due(self, at: float, source: int, timestamp: int) -> float:
        elapsed = ((timestamp - self._anchor_ts + 2**31) % 2**32 - 2**31) / RATE
        lateness = at - (self._anchor + elapsed)
        if source != self._source or lateness < -_EARLY_S or lateness > _LATE_S:
            self._source, self._anchor, self._anchor_ts = source, at, timestamp
            return at
        return self._anchor + elapsed

    def _grow(self, length: int) -> None:
        if length > len(self._samples):
            bigger = np.zeros(max(length, 2 * len(self._samples)), np.int16)
            bigger[: self._length] = self._samples[: self._length]
            self._samples = bigger

    @property
    def heard(self) -> Pcm:
        """A copy of everything up to the last packet."""
        with self._lock:
            return self._samples[: self._length].copy()

    @property
    def arrivals(self) -> list[Arrival]:
        with self._lock:
            return list(self._arrivals)

    def since(self, at: float) -> Pcm:
        """What was heard from the moment `at` on."""
        with self._lock:
            start = max(0, round((at - self.origin) * RATE)) if self.origin else 0
            return self._samples[start : self._length].copy()

    def time_of(self, index: int) -> float:
        """The monotonic time of sample `index`, from the arrival of the packet that brought it."""
        for arrival in reversed(self.arrivals):
            if arrival.start <= index < arrival.start + arrival.samples:
                return arrival.at + (index - arrival.start) / RATE
        return self.origin + index / RATE

    def save(self, path: Path) -> None:
        write_wav(path, self.heard)

"""Decoded sound on its way from the peer's thread to the media clock: 20 ms a frame at 48 kHz.

One thread pushes, one pulls, and neither waits: each writes only what is its own. What is missing is covered
by the last frame, played backwards and faded, so that nothing clicks; what has piled up is trimmed, one frame
melting into the next, when nobody speaks.
"""

from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

RATE: Final = 48_000
SAMPLES: Final = 960
FRAME_BYTES: Final = SAMPLES * 2
TARGET: Final = 2
"""Frames in hand when one is pulled, that one included."""
HIGHEST: Final = 6
"""More of them, and all above the target go at once."""
WINDOW: Final = 100
"""Pulls over which the least depth is looked for: 2 s."""
COVER_MOST: Final = 3
GAP_MOST: Final = 10
QUIET_LEVEL: Final = 100.0
QUIET_SHARE: Final = 0.25
_FADE_IN: Final = 240

Samples = npt.NDArray[np.int16]
_DOWN: Final = np.linspace(1.0, 0.0, SAMPLES)
_UP: Final = np.linspace(0.0, 1.0, _FADE_IN)


class Playout:
    """Starts when the target is in hand. `pull` gives None for silence."""

    def __init__(self) -> None:
        self._frames: deque[tuple[bytes, float]] = deque()
        self._running = False
        self._last: bytes | None = None
        self._covered = 0
        self._window = 0
        self._least = HIGHEST
        self._excess = 0
        self._usual = 0.0
        self.blanks = 0
        """frames that were not there when it was their time"""
        self.trimmed = 0
        self._rest = b""
        self._end: int | None = None
        self._accounted = 0

    @property
    def depth(self) -> int:
        """Frames in hand."""
        return len(self._frames)

    # -- the peer's thread

    def push(self, pcm: bytes, timestamp: int) -> None:
        """Sound, s16 mono, and the RTP timestamp of its first sample. A gap before it is filled."""
        self._fill(timestamp)
        self._end = (timestamp + len(pcm) // 2) & 0xFFFF_FFFF
        self._rest += pcm
        while len(self._rest) >= FRAME_BYTES:
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            level = float(np.abs(_samples(frame).astype(np.int32)).mean())
            self._usual += (level - self._usual) * (0.05 if level > self._usual else 0.005)
            self._frames.append((frame, level))

    def restart(self) -> None:
        """Another sequence of timestamps follows: the page was loaded anew."""
        self._end, self._rest = None, b""

    def _fill(self, timestamp: int) -> None:
        """A lost packet was time that passed: without it the talk would run ahead and then be late again."""
        blanks, self._accounted = self.blanks - self._accounted, self.blanks
        if self._end is None:
            return
        gap = ((timestamp - self._end) & 0xFFFF_FFFF) // SAMPLES
        if gap > GAP_MOST:  # a pause of the sender, or a clock that was set
            return
        if missing := gap - min(gap, blanks):
            self._frames.extend([(b"", 0.0)] * missing)

    # -- the media clock's thread

    def pull(self) -> bytes | None:
        """The next frame."""
        depth = len(self._frames)
        if not self._running:
            if depth < TARGET:
                return None
            self._running = True
        self._watch(depth)
        if depth > HIGHEST:
            self._drop(depth - TARGET)
        if not self._frames:
            self.blanks += 1
            return self._cover()
        frame, level = self._frames.popleft()
        if not frame:
            return self._cover()
        if self._excess and self._frames and self._quiet(level):
            following, _ = self._frames.popleft()
            frame = _melt(frame, following) if following else frame
            self._excess -= 1
            self.trimmed += 1
        if self._covered:
            frame = _fade_in(frame)
        self._covered = 0
        self._last = frame
        return frame

    def _watch(self, depth: int) -> None:
        self._least = min(self._least, depth)
        self._window += 1
        if self._window == WINDOW:
            self._excess = max(0, self._least - TARGET)
            self._window, self._least = 0, HIGHEST

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._frames.popleft()
        self.trimmed += count
        self._excess = 0
        self._covered += 1  # what follows does not continue what was heard

    def _quiet(self, level: float) -> bool:
        return level < max(QUIET_LEVEL, QUIET_SHARE * self._usual)

    def _cover(self) -> bytes | None:
        """Something for what is missing; after 60 ms nothing."""
        self._covered += 1
        last, self._last = self._last, None
        if last is None or self._covered > COVER_MOST:
            return None
        return (_samples(last)[::-1] * _DOWN).astype(np.int16).tobytes()


def _samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, np.int16)


def _melt(one: bytes, other: bytes) -> bytes:
    """One frame in the time of two."""
    return (_samples(one) * _DOWN + _samples(other) * (1.0 - _DOWN)).astype(np.int16).tobytes()


def _fade_in(frame: bytes) -> bytes:
    samples = _samples(frame).copy()
    samples[:_FADE_IN] = (samples[:_FADE_IN] * _UP).astype(np.int16)
    return samples.tobytes()

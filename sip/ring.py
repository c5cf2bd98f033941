"""The last ten seconds of a leg, kept so that another ASR worker can take over where one died."""

from typing import Final

REPLAY_S: Final = 10
FRAMES_A_SECOND: Final = 50


class ReplayRing:
    """Frames by index. Written by the media clock, read by anybody: old frames are gone, never wrong."""

    def __init__(self, seconds: int = REPLAY_S) -> None:
        self.size = seconds * FRAMES_A_SECOND
        self.count = 0
        """Frames ever pushed, which is the index of the next one."""
        self._slots: list[tuple[int, bytes, int] | None] = [None] * self.size

    def push(self, pcm: bytes, at_ns: int) -> int:
        """Keep a frame, return its index."""
        index = self.count
        self._slots[index % self.size] = (index, pcm, at_ns)
        self.count = index + 1
        return index

    @property
    def oldest(self) -> int:
        return max(0, self.count - self.size)

    def get(self, index: int) -> tuple[bytes, int] | None:
        """(pcm, arrival in monotonic ns) of a frame, None when it has been overwritten or is yet to come."""
        slot = self._slots[index % self.size]
        return (slot[1], slot[2]) if slot is not None and slot[0] == index else None

"""Clip players: sources in the mixer that play a clip from memory, within one tick of being asked."""

import time
from collections.abc import Callable

import pjsua2 as pj

from sip.events import Event, PlayEnded, PlayStarted
from sip.pjsua.ports import SourcePort
from sip.types import FRAME_MS, PlayerId

Post = Callable[[Event], None]


class Playing:
    """A clip under way. The clock moves `offset` and sets the two times; the engine reports them."""

    __slots__ = ("ended_at", "loop", "offset", "pcm", "start", "started_at", "tag", "told_start")

    def __init__(self, pcm: bytes, tag: str, loop: bool, start: int) -> None:
        self.pcm = pcm
        self.tag = tag
        self.loop = loop and bool(pcm)
        self.start = min(start, len(pcm))
        self.offset = self.start
        self.started_at: float | None = None
        self.ended_at: float | None = None
        self.told_start = False

    def frame(self, size: int) -> bytes | None:
        """The next frame, None past the end."""
        if self.offset >= len(self.pcm) and not self.loop:
            if self.ended_at is None:
                self.ended_at = time.monotonic()
            return None
        if self.started_at is None:
            self.started_at = time.monotonic()
        return self._looped(size) if self.loop else self._once(size)

    def _once(self, size: int) -> bytes:
        frame = self.pcm[self.offset : self.offset + size]
        self.offset += len(frame)
        return frame.ljust(size, b"\0")

    def _looped(self, size: int) -> bytes:
        at = self.offset % len(self.pcm)
        frame = self.pcm[at : at + size]
        while len(frame) < size:
            frame += self.pcm[: size - len(frame)]
        self.offset += size
        return frame


class Player:
    """One player of the mixer. Time runs while a clip plays, whether anybody listens or not.

    `comfort` falls back to its own endless clip, and is asked for that only while it has a listener.
    """

    def __init__(self, name: PlayerId, rate: int, fast: bool, post: Post, comfort: bytes | None) -> None:
        self.name = name
        self._bytes_a_ms = rate * 2 // 1000
        self._frame_bytes = self._bytes_a_ms * FRAME_MS
        self._post = post
        self._now: Playing | None = None
        self._comfort = Playing(comfort, "", True, 0) if comfort else None
        self._keeping_time = False
        self.port = SourcePort(name, rate, self._frame, fast)

    def play(self, pcm: bytes, tag: str, loop: bool, start_ms: int) -> None:
        """Replace what plays; the first frame goes out with the next tick of the clock."""
        old, self._now = self._now, Playing(pcm, tag, loop, max(0, start_ms) * self._bytes_a_ms)
        self._keep_time(True)
        if old is not None:
            self._report(old, cut=True)

    def stop(self) -> None:
        old, self._now = self._now, None
        self._keep_time(False)
        if old is not None:
            self._report(old, cut=True)

    def report(self) -> None:
        """Tell what the clock did since the last call; by the engine, once a turn."""
        now = self._now
        if now is None or (now.started_at is None and now.ended_at is None):
            return
        self._report(now, cut=False)
        if now.ended_at is not None:
            self._now = None
            self._keep_time(False)

    def _report(self, playing: Playing, cut: bool) -> None:
        if playing.started_at is not None and not playing.told_start:
            playing.told_start = True
            self._post(PlayStarted(player=self.name, tag=playing.tag, at=playing.started_at))
        if not cut and playing.ended_at is None:
            return
        self._post(
            PlayEnded(
                player=self.name,
                tag=playing.tag,
                completed=playing.ended_at is not None,
                played_ms=(playing.offset - playing.start) // self._bytes_a_ms,
                at=playing.ended_at or time.monotonic(),
            )
        )

    def _frame(self) -> bytes | None:
        now = self._now or self._comfort
        return now.frame(self._frame_bytes) if now is not None else None

    def _keep_time(self, on: bool) -> None:
        """A port without listener is asked for nothing, so a playing one also speaks to the null device."""
        if on == self._keeping_time:
            return
        self._keeping_time = on
        null = pj.Endpoint.instance().audDevManager().getPlaybackDevMedia()
        if on:
            self.port.startTransmit(null)
        else:
            self.port.stopTransmit(null)

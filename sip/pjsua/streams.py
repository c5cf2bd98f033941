"""The streams of all legs towards ASR: opening, closing, and noticing that the other end is gone."""

import logging
import time
from collections.abc import Callable
from typing import Final

from sip.events import Event, StreamBroken, StreamOpened
from sip.tap import Feed, Tap
from sip.types import LegId

log = logging.getLogger(__name__)

STALL_FRAMES: Final = 3
"""A feed this far behind gets a push from the engine: its leg's clock may have stopped."""


class Streams:
    """Keeps one live feed a tap, and closing ones until their CLOSED came or their time is up."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self._live: dict[LegId, tuple[Tap, Feed]] = {}
        self._closing: list[tuple[LegId, Tap, Feed]] = []

    def open(
        self, leg: LegId, tap: Tap, stream: str, epoch: int, asr: str, from_position: int | None
    ) -> None:
        """Feed an ASR socket; one that does not answer is `StreamBroken` at once."""
        self.close(leg)
        try:
            feed, gap = tap.open_feed(stream, epoch, asr, from_position)
        except OSError as error:
            log.warning("ASR socket refused: %s", error.strerror)
            self._post(StreamBroken(leg=leg, stream=stream, epoch=epoch, at=time.monotonic()))
            return
        self._live[leg] = (tap, feed)
        position = feed.cursor * tap.frame_samples
        tap.feed = feed
        self._post(
            StreamOpened(
                leg=leg, stream=stream, epoch=epoch, position=position, rate=tap.rate, gap_samples=gap,
                at=time.monotonic(),
            )
        )  # fmt: skip

    def close(self, leg: LegId) -> None:
        """End a leg's stream with EOS at what it has said so far."""
        tap, feed = self._live.pop(leg, (None, None))
        if tap is None or feed is None:
            return
        feed.end(tap.ring.count)
        tap.feed = None
        feed.pump(tap.ring)
        self._closing.append((leg, tap, feed))

    def service(self, now: float) -> None:
        """Once a turn of the engine."""
        for leg, (tap, feed) in list(self._live.items()):
            feed.listen(now)
            if feed.broken or feed.closed:
                del self._live[leg]
                tap.feed = None
                self._lost(leg, feed)
            elif tap.ring.count - feed.cursor > STALL_FRAMES:
                feed.pump(tap.ring)
        for leg, tap, feed in list(self._closing):
            if feed.eos_at is None:
                feed.pump(tap.ring)
            feed.listen(now)
            if feed.closed or feed.broken:
                self._closing.remove((leg, tap, feed))
                if feed.broken:
                    self._lost(leg, feed)
                feed.release()

    def _lost(self, leg: LegId, feed: Feed) -> None:
        feed.release()
        self._post(StreamBroken(leg=leg, stream=feed.stream, epoch=feed.epoch, at=time.monotonic()))

    @property
    def settled(self) -> bool:
        """Nothing is left to flush."""
        return not self._live and not self._closing

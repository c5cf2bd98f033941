"""What a leg says, on its way to the ASR socket and the recorder.

The media clock calls `Tap.push` every 20 ms; it copies, sends without blocking, counts, returns. A feed is a
cursor on the replay ring: a full socket delays frames, and loses them only once the ring has moved past.
"""

import errno
import json
import socket
import threading
import time
from typing import Final

from sip import pcm as wire
from sip.recorder import Recording
from sip.ring import FRAMES_A_SECOND, ReplayRing
from sip.types import FRAME_MS

BURST_FRAMES: Final = 50
"""Frames a tick may replay: keeps a tick of the media clock below half a millisecond."""
SOCKET_BUFFER_BYTES: Final = 1 << 20
CLOSED_WITHIN_S: Final = 1.5
_FULL: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS})


class Feed:
    """One stream to one ASR socket, from one position on."""

    def __init__(self, stream: str, epoch: int, cursor: int, frame_samples: int) -> None:
        self.stream = stream
        self.epoch = epoch
        self.cursor = cursor
        self.dropped_frames = 0
        self.broken = False
        self.closed = False
        self.eos_at: float | None = None
        self._end: int | None = None
        self._frame_samples = frame_samples
        self._socket: socket.socket | None = None
        self._busy = threading.Lock()

    def connect(self, path: str, rate: int) -> None:
        """Connect and say hello. Raises `OSError`."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
            sock.connect(path)
            position = self.cursor * self._frame_samples
            hello = {"stream": self.stream, "epoch": self.epoch, "rate": rate, "position": position}
            sock.send(wire.pack(wire.HELLO, self.epoch, position, json.dumps(hello).encode()))
        except OSError:
            sock.close()
            raise
        self._socket = sock

    def pump(self, ring: ReplayRing) -> None:
        """Send what the ring has and the socket takes. Never blocks; the clock's, at the end the engine's."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            self._send_frames(ring)
            if self._end is not None and self.cursor >= self._end and self.eos_at is None and not self.broken:
                self._put(wire.pack(wire.EOS, self.epoch, self.cursor * self._frame_samples))
                self.eos_at = time.monotonic()
        except OSError as error:
            if error.errno not in _FULL:
                self.broken = True
        finally:
            self._busy.release()

    def _send_frames(self, ring: ReplayRing) -> None:
        until = ring.count if self._end is None else min(self._end, ring.count)
        if self.cursor < ring.oldest:
            lost = min(ring.oldest, until) - self.cursor
            self.dropped_frames += lost
            self.cursor += lost
        for index in range(self.cursor, min(until, self.cursor + BURST_FRAMES)):
            frame = ring.get(index)
            if frame is None:
                return
            pcm, at_ns = frame
            self._put(wire.pack(wire.PCM, self.epoch, index * self._frame_samples, pcm))
            self.cursor = index + 1
            if self.cursor % FRAMES_A_SECOND == 0:
                end = self.cursor * self._frame_samples
                self._put(wire.pack(wire.ANCHOR, self.epoch, end, at_ns.to_bytes(8, "little")))

    def _put(self, packet: bytes) -> None:
        if self._socket is None:
            raise OSError(errno.EPIPE, "closed")
        self._socket.send(packet, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)

    def end(self, index: int) -> None:
        """Nothing from frame `index` on; EOS follows the last frame."""
        if self._end is None:
            self._end = index

    def listen(self, now: float) -> None:
        """Notice CLOSED, a vanished ASR worker, or an EOS that nobody answered."""
        if self._socket is None or self.broken or self.closed:
            return
        try:
            packet = self._socket.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            self.broken = self.eos_at is not None and now - self.eos_at > CLOSED_WITHIN_S
            return
        except OSError:
            self.broken = True
            return
        if not packet:
            self.broken = True
        elif packet[0] == wire.CLOSED:
            self.closed = True

    def release(self) -> None:
        """Close the socket; the clock may still be in `pump`, which then sees a closed one."""
        with self._busy:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


class Tap:
    """Position counter, replay ring, feed and recording of one leg."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.frame_samples = rate * FRAME_MS // 1000
        self.ring = ReplayRing()
        self.feed: Feed | None = None
        self.recording: Recording | None = None
        self.faults = 0
        self._silence = bytes(self.frame_samples * 2)

    def push(self, pcm: bytes | None) -> None:
        """One tick of the media clock; None or a short frame is silence, so that positions stay time."""
        if pcm is None or len(pcm) != len(self._silence):
            pcm = self._silence
        index = self.ring.push(pcm, time.monotonic_ns())
        recording = self.recording
        if recording is not None:
            recording.offer(index, pcm)
        feed = self.feed
        if feed is not None:
            feed.pump(self.ring)

    @property
    def position(self) -> int:
        return self.ring.count * self.frame_samples

    def open_feed(self, stream: str, epoch: int, asr: str, from_position: int | None) -> tuple[Feed, int]:
        """A feed from now or from a position the ring still has, and the samples lost. Raises `OSError`."""
        now = self.ring.count
        wanted = now if from_position is None else min(now, max(0, from_position) // self.frame_samples)
        cursor = max(wanted, self.ring.oldest)
        feed = Feed(stream, epoch, cursor, self.frame_samples)
        feed.connect(asr, self.rate)
        return feed, (cursor - wanted) * self.frame_samples

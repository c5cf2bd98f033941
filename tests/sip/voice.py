"""The audio of one far end: a tone or digits out every 20 ms, everything that comes in kept with its time."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from tests.sip.audio import FRAME, Samples, level_db, ulaw_decode, ulaw_encode

Address = tuple[str, int]
DTMF_PAYLOAD = 101
KEYS = "0123456789*#ABCD"


@dataclass(kw_only=True)
class Voice:
    """RTP over one socket; `tick` is called every 20 ms, `media` with each packet."""

    rtp: socket.socket
    packets: list[tuple[float, int, bytes]] = field(default_factory=list)
    digits: list[str] = field(default_factory=list)
    silent: bool = False
    state: str = "idle"
    lost: Callable[[], bool] = lambda: False
    """asked of every packet out: True for one that the network drops"""

    def __post_init__(self) -> None:
        self.remote: Address | None = None
        self.event_payload = DTMF_PAYLOAD
        self.click: float | None = None
        self.click_next = False
        self.playing: Iterator[Samples] = iter(())
        self._hz = 0.0
        self._phase = 0
        self._key: tuple[int, int] | None = None
        self._key_ts = 0
        self._keys_left: list[str] = []
        self._key_gap = 0
        self._rtp_seq = 1
        self._rtp_ts = 1000

    def dial(self, keys: str) -> None:
        """RFC 4733 events, one after the other."""
        self._keys_left.extend(keys)

    def say(self, hz: float) -> None:
        """A tone from now on; 0 is silence (packets go on)."""
        self._hz = hz

    def play(self, samples: Samples) -> None:
        """A recording from now on, then silence. 8 kHz."""
        frames = np.resize(samples, -(-len(samples) // FRAME) * FRAME).reshape(-1, FRAME)
        self.playing = iter(frames)

    def heard(self, since: float, until: float | None = None) -> Samples:
        """What arrived in a span of monotonic time."""
        until = until or time.monotonic()
        parts = [ulaw_decode(data) for at, pt, data in list(self.packets) if since <= at <= until and pt == 0]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)

    def hears(self, hz: float, since: float, until: float | None = None) -> float:
        return level_db(self.heard(since, until), hz)

    def tick(self) -> None:
        """One RTP packet."""
        if self.remote is None or self.silent or self.state == "over":
            return
        if self._key is None and self._keys_left and self._key_gap <= 0:
            self._key, self._key_ts = (KEYS.index(self._keys_left.pop(0)), 0), self._rtp_ts
        self._key_gap -= 1
        if self._key is not None:
            code, step = self._key
            end = 0x80 if step >= 4 else 0
            payload = struct.pack("!BBH", code, end | 10, (min(step, 4) + 1) * FRAME)
            self._packet(self.event_payload, payload, self._key_ts, marker=step == 0)
            self._key = (code, step + 1) if step < 6 else None
            self._key_gap = 5
        else:
            frame = next(self.playing, None)
            if frame is None:
                frame = np.zeros(FRAME, np.int16) if not self._hz else self._tone()
            if self.click_next:
                self.click_next, frame = False, np.full(FRAME, 12000, np.int16)
                self.click = time.monotonic()
            self._packet(0, ulaw_encode(frame), self._rtp_ts)
        self._rtp_ts += FRAME

    def _tone(self) -> Samples:
        t = (np.arange(FRAME) + self._phase) / 8000
        self._phase += FRAME
        return (8000 * np.sin(2 * np.pi * self._hz * t)).astype(np.int16)

    def _packet(self, payload_type: int, payload: bytes, timestamp: int, marker: bool = False) -> None:
        head = struct.pack(
            "!BBHII", 0x80, payload_type | (0x80 if marker else 0), self._rtp_seq & 0xFFFF, timestamp, 7
        )
        self._rtp_seq += 1
        assert self.remote is not None
        if self.lost():
            return
        self.rtp.sendto(head + payload, self.remote)

    def media(self, packet: bytes, at: float) -> None:
        payload_type = packet[1] & 0x7F
        self.packets.append((at, payload_type, packet[12:]))
        if payload_type != 0 and len(packet) == 16 and packet[1] & 0x80:
            self.digits.append(KEYS[packet[12]])

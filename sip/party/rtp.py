"""RTP of one call (RFC 3550): what is sent each 20 ms, what arrived, what was lost."""

import secrets
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sip.party import g711
from sip.party.address import Address
from sip.party.capture import Capture
from sip.party.clock import bind_udp, receive
from sip.party.dtmf import Digit, EventReader, event_payloads
from sip.party.g711 import Pcm
from sip.party.recorder import Recorder
from sip.party.sdp import Audio

FRAME: Final = 160
_HEADER: Final = struct.Struct("!BBHII")
_DECODE: Final = {"PCMU": g711.ulaw_decode, "PCMA": g711.alaw_decode}
_ENCODE: Final = {"PCMU": g711.ulaw_encode, "PCMA": g711.alaw_encode}
_G722_SILENCE: Final = b"\xfa" * FRAME
_EMPTY: Final = np.zeros(0, np.int16)


@dataclass(slots=True)
class RtpCounters:
    sent: int = 0
    received: int = 0
    lost: int = 0
    """numbers skipped, less those that came late"""
    late_or_double: int = 0
    foreign: int = 0
    """not RTP, or of an unknown payload type"""


class RtpSession:
    """One socket. `send_frame` and `drain` are called by the media thread only."""

    def __init__(
        self,
        ip: str,
        port: int,
        ears: tuple[Recorder, ...],
        on_digit: Callable[[str, Digit], None],
        capture: Capture | None = None,
    ) -> None:
        self.socket: socket.socket = bind_udp(ip, port)
        self.address: Address = self.socket.getsockname()
        self.counters = RtpCounters()
        self.ears = ears
        self.sending = True
        """False: the phone has died, nothing goes out whatever the SDP says"""
        self.hearing = True
        self.last_arrival: float | None = None
        self._remote: Address | None = None
        self._codec, self._payload_type, self._send_dtmf_as = "PCMU", 0, 101
        self._read_as: dict[int, str] = {}
        self._directed = False
        self._source = secrets.randbits(32)
        self._seq, self._timestamp = secrets.randbits(15), secrets.randbits(31)
        self._events: deque[tuple[bytes, bool]] = deque()
        self._event_timestamp = 0
        self._expected: int | None = None
        self._reader = EventReader(
            lambda digit: on_digit("dtmf", digit), lambda digit: on_digit("dtmf_ended", digit)
        )
        self._capture = capture

    def configure(self, local: Audio, remote: Audio) -> None:
        """Apply a finished offer and answer; `local` carries the direction as seen from us."""
        codec = next((name for name in remote.codecs if name in local.codecs), "PCMU")
        self._codec, self._payload_type = codec, remote.codecs.get(codec, 0)
        self._send_dtmf_as = 101 if remote.dtmf is None else remote.dtmf
        self._read_as = {number: name for name, number in local.codecs.items()}
        if local.dtmf is not None:
            self._read_as[local.dtmf] = "dtmf"
        self._remote = None if remote.address[0] == "0.0.0.0" else remote.address
        self._directed = local.direction in ("sendrecv", "sendonly")

    @property
    def codec(self) -> str:
        return self._codec

    @property
    def live(self) -> bool:
        """Do our words go out?"""
        return self.sending and self._directed and self._remote is not None

    def press(self, digits: str, duration_ms: int, gap_ms: int) -> None:
        for digit in digits:
            self._events.extend(event_payloads(digit, duration_ms))
            self._events.extend([(b"", False)] * (gap_ms // 20))

    def send_frame(self, pcm: Pcm, now: float) -> None:
        """One 20 ms step: a DTMF event packet in its place, else `pcm`."""
        self._seq = (self._seq + 1) & 0xFFFF
        self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
        event, first = self._events.popleft() if self._events else (b"", False)
        if first:
            self._event_timestamp = self._timestamp
        if not self.live:
            return
        if event:
            self._send(self._send_dtmf_as, event, self._event_timestamp, first, now)
        else:
            encode = _ENCODE.get(self._codec)
            self._send(
                self._payload_type, encode(pcm) if encode else _G722_SILENCE, self._timestamp, False, now
            )

    def _send(self, payload_type: int, payload: bytes, timestamp: int, marker: bool, now: float) -> None:
        assert self._remote is not None
        second = payload_type | (0x80 if marker else 0)
        packet = _HEADER.pack(0x80, second, self._seq, timestamp, self._source) + payload
        try:
            self.socket.sendto(packet, self._remote)
        except OSError:  # nobody there any more: a telephone would not notice either
            return
        self.counters.sent += 1
        if self._capture:
            self._capture.write(now, self.address, self._remote, packet)

    def drain(self) -> None:
        """Take what has arrived; at most 100 packets, so that sending is never starved."""
        for _ in range(100):
            got = receive(self.socket)
            if got is None:
                return
            if self._capture:
                self._capture.write(got[2], got[1], self.address, got[0])
            self._take(got[0], got[2])

    def _take(self, packet: bytes, at: float) -> None:
        payload_at = _payload_offset(packet)
        kind = self._read_as.get(packet[1] & 0x7F) if payload_at else None
        if kind is None:
            self.counters.foreign += 1
            return
        _, _, seq, timestamp, source = _HEADER.unpack_from(packet)
        self._count(seq)
        if not self.hearing:
            return
        self.last_arrival = at
        if kind == "dtmf":
            self._reader.take(packet[payload_at:], timestamp, at)
            return
        decode = _DECODE.get(kind)
        pcm = decode(packet[payload_at:]) if decode else _EMPTY
        for ear in self.ears:
            ear.take(pcm, at, source, timestamp, seq)

    def _count(self, seq: int) -> None:
        self.counters.received += 1
        ahead = 0 if self._expected is None else (seq - self._expected + 2**15) % 2**16 - 2**15
        if ahead < 0:
            self.counters.late_or_double += 1
            self.counters.lost = max(0, self.counters.lost - 1)
            return
        self.counters.lost += ahead if ahead < 3_000 else 0  # further is a new sender
        self._expected = (seq + 1) & 0xFFFF

    def close(self) -> None:
        self.socket.close()


def _payload_offset(packet: bytes) -> int:
    """Where the payload begins; 0 when this is not RTP."""
    if len(packet) < _HEADER.size or packet[0] >> 6 != 2:
        return 0
    offset = _HEADER.size + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10 and len(packet) >= offset + 4:
        offset += 4 + 4 * int.from_bytes(packet[offset + 2 : offset + 4], "big")
    return offset if offset <= len(packet) else 0

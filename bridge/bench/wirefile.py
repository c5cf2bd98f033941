"""A capture as the bench reads it: SIP messages and RTP packets with their times, audio put together."""

import socket
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import dpkt
import numpy as np

from sip.party.g711 import Pcm, alaw_decode, ulaw_decode
from sip.party.message import Message, MessageError, parse

RATE: Final = 8_000
SIP_PORT: Final = 5060
_RTP: Final = struct.Struct("!BBHII")
_DECODE: Final = {0: ulaw_decode, 8: alaw_decode}
_EVENT_BYTES: Final = 4
_JUMP: Final = 60 * RATE

End = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Datagram:
    at: float
    source: End
    target: End
    payload: bytes


@dataclass(frozen=True, slots=True)
class SipAt:
    """A SIP message on the wire."""

    at: float
    source: str
    target: str
    message: Message

    @property
    def method(self) -> str:
        return self.message.cseq[1]

    def asks(self, method: str) -> bool:
        return self.message.is_request and self.method == method

    def answers(self, method: str, status: int) -> bool:
        return not self.message.is_request and self.method == method and self.message.status == status

    @property
    def call_id(self) -> str:
        return self.message.get("Call-ID")


@dataclass(slots=True)
class Track:
    """The audio of one direction: samples by RTP time, and when the packet of each passed."""

    samples: Pcm
    starts: list[int]
    times: list[float]

    def time_of(self, index: int) -> float:
        """When sample `index` passed: its packet's time and its place in the packet."""
        packet = max(0, bisect_right(self.starts, index) - 1)
        return self.times[packet] + (index - self.starts[packet]) / RATE

    def index_at(self, at: float) -> int:
        """The first sample of the first packet that passed at `at` or later."""
        return next((s for s, t in zip(self.starts, self.times, strict=True) if t >= at), len(self.samples))


@dataclass(slots=True)
class Capture:
    """All of one file. Datagrams seen by two parties (one to the other) are there twice."""

    sip: list[SipAt] = field(default_factory=list)
    rtp: list[Datagram] = field(default_factory=list)

    def between(self, begin: float, end: float) -> "Capture":
        return Capture(
            [one for one in self.sip if begin <= one.at < end],
            [one for one in self.rtp if begin <= one.at < end],
        )

    def track(self, source: str, target: str) -> Track:
        """The G.711 audio from one host to another."""
        return _track(d for d in self.rtp if d.source[0] == source and d.target[0] == target)

    def key(self, source: str, digit: int) -> float | None:
        """The first RFC 4733 packet of a key that `source` pressed."""
        for one in self.rtp:
            event = len(one.payload) == _RTP.size + _EVENT_BYTES and one.payload[1] & 0x7F >= 96
            if event and one.source[0] == source and one.payload[_RTP.size] == digit:
                return one.at
        return None


def read_capture(path: Path) -> Capture:
    """Raises `OSError`, `ValueError`."""
    capture = Capture()
    for one in sorted(_datagrams(path), key=lambda d: d.at):
        if SIP_PORT in (one.source[1], one.target[1]) or not one.payload[:1] >= b"\x80":
            try:
                message = parse(one.payload)
            except MessageError:
                continue
            capture.sip.append(SipAt(one.at, one.source[0], one.target[0], message))
        else:
            capture.rtp.append(one)
    return capture


def _datagrams(path: Path) -> Iterator[Datagram]:
    with path.open("rb") as file:
        for at, raw in dpkt.pcap.Reader(file):
            packet = dpkt.ip.IP(raw)
            if isinstance(packet.data, dpkt.udp.UDP):
                ends = ((packet.src, packet.data.sport), (packet.dst, packet.data.dport))
                source, target = ((socket.inet_ntoa(ip), port) for ip, port in ends)
                yield Datagram(float(at), source, target, bytes(packet.data.data))


def _track(packets: Iterable[Datagram]) -> Track:
    starts: list[int] = []
    times: list[float] = []
    parts: list[Pcm] = []
    base = 0
    source: int | None = None
    for one in packets:
        if len(one.payload) <= _RTP.size:
            continue
        _, kind, _, timestamp, ssrc = _RTP.unpack_from(one.payload)
        decode = _DECODE.get(kind & 0x7F)
        if decode is None:
            continue
        if ssrc != source or not 0 <= (timestamp - base) % 2**32 < _JUMP:
            base = (timestamp - (starts[-1] + len(parts[-1]) if starts else 0)) % 2**32  # a new sender
            source = ssrc
        start = (timestamp - base) % 2**32
        if starts and start < starts[-1]:
            continue  # late: the bench's own loopback does not reorder
        starts.append(start)
        times.append(one.at)
        parts.append(decode(one.payload[_RTP.size :]))
    samples: Pcm = np.zeros(starts[-1] + len(parts[-1]) if starts else 0, np.int16)
    for start, part in zip(starts, parts, strict=True):
        samples[start : start + len(part)] = part
    return Track(samples, starts, times)

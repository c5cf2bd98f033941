"""What passed on the wire: a list of SIP messages, and a pcap of SIP and RTP where one is asked for."""

import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import dpkt

from sip.party.address import Address

Direction = Literal["in", "out"]
_RAW_IP: Final = 101  # LINKTYPE_RAW


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRecord:
    """One SIP message as it passed, at `time.monotonic()`."""

    at: float
    direction: Direction
    peer: Address
    raw: bytes

    @property
    def first_line(self) -> str:
        return self.raw.split(b"\r\n", 1)[0].decode("utf-8", "replace")


class Capture:
    """A pcap file that several threads write to. Stamps are wall clock, from monotonic arrival times."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        self._writer: Any = dpkt.pcap.Writer(self._file, linktype=_RAW_IP, nano=True)
        self._offset = time.time() - time.monotonic()
        self._lock = threading.Lock()

    def write(self, at: float, source: Address, target: Address, payload: bytes) -> None:
        datagram = dpkt.udp.UDP(sport=source[1], dport=target[1], data=payload, ulen=8 + len(payload))
        packet = dpkt.ip.IP(
            src=socket.inet_aton(source[0]),
            dst=socket.inet_aton(target[0]),
            p=dpkt.ip.IP_PROTO_UDP,
            ttl=64,
            data=datagram,
            len=28 + len(payload),
        )
        with self._lock:
            if not self._file.closed:
                self._writer.writepkt(bytes(packet), ts=at + self._offset)

    def close(self) -> None:
        with self._lock:
            self._file.close()

"""HEP3, which Homer and heplify-server collect (HEP3 network protocol specification, rev. 12).

What would give something away is taken out first: keys of SRTP in SDP, digits in INFO, answers to challenges.
"""

import re
import socket
import struct
import time
from ipaddress import IPv4Address
from typing import Final

from sip.party.address import Address

SIP: Final = 1
LOG: Final = 100
_IPV4: Final = 2
_UDP: Final = 17
_KEYS: Final = re.compile(rb"^(a=crypto:\d+ \S+ inline:)[^\r\n]*", re.M | re.I)
_ANSWERS: Final = re.compile(rb'^((?:Proxy-)?Authorization:[^\r\n]*?response=)"[^"]*"', re.M | re.I)
_DIGITS: Final = re.compile(rb"^(Signal\s*=\s*)\S+|^([0-9A-D*#])(?=\r?$)", re.M | re.I)


class Capture:
    """Sends to one collector by UDP and waits for nothing: what is lost is lost."""

    def __init__(self, collector: Address, agent_id: int) -> None:
        self._collector, self._agent = collector, agent_id
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self.sent = self.dropped = 0

    def sip(self, raw: bytes, source: Address, target: Address) -> None:
        """One SIP message as it passed."""
        self._send(packet(without_secrets(raw), source, target, SIP, self._agent, time.time()))

    def log(self, text: bytes, correlation: str, source: Address) -> None:
        """A line of ours about the call that `correlation` names."""
        self._send(packet(text, source, source, LOG, self._agent, time.time(), correlation))

    def close(self) -> None:
        self._socket.close()

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendto(data, self._collector)
            self.sent += 1
        except OSError:
            self.dropped += 1


def without_secrets(raw: bytes) -> bytes:
    """The message with SRTP keys, DTMF in INFO, and digest answers blotted out."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    head = _ANSWERS.sub(rb'\1"-"', head)
    if head.startswith(b"INFO ") or b"application/dtmf" in head.lower():
        body = _DIGITS.sub(lambda found: (found[1] or b"") + b"-", body)
    return head + gap + _KEYS.sub(rb"\1-", body)


def packet(
    payload: bytes,
    source: Address,
    target: Address,
    protocol: int,
    agent_id: int,
    at: float,
    correlation: str = "",
) -> bytes:
    """One datagram. `at` is seconds since 1970; `protocol` is `SIP` or `LOG`."""
    chunks = [
        _chunk(1, struct.pack("!B", _IPV4)),
        _chunk(2, struct.pack("!B", _UDP)),
        _chunk(3, IPv4Address(source[0]).packed),
        _chunk(4, IPv4Address(target[0]).packed),
        _chunk(7, struct.pack("!H", source[1])),
        _chunk(8, struct.pack("!H", target[1])),
        _chunk(9, struct.pack("!I", int(at))),
        _chunk(10, struct.pack("!I", int(at % 1 * 1_000_000))),
        _chunk(11, struct.pack("!B", protocol)),
        _chunk(12, struct.pack("!I", agent_id)),
        _chunk(15, payload),
    ]
    if correlation:
        chunks.append(_chunk(17, correlation.encode()))
    body = b"".join(chunks)
    return b"HEP3" + struct.pack("!H", len(body) + 6) + body


def _chunk(kind: int, payload: bytes) -> bytes:
    """Of vendor 0; the length counts these six bytes too."""
    return struct.pack("!HHH", 0, kind, len(payload) + 6) + payload

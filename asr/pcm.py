"""The PCM packet between a SIP worker and an ASR worker (one packet, one SOCK_SEQPACKET message).

Byte for byte the same as `sip.pcm`; `tests/test_pcm_contract.py` holds the two together.
Header, little-endian: kind u8, pad, payload length u16, epoch u32, position u64. Position counts samples of
the bridge clock since the leg's first frame. HELLO carries JSON {"stream","epoch","rate","position"};
PCM carries s16le mono, 20 ms; ANCHOR carries the monotonic time of `position` in ns as u64;
EOS says that `position` is the end; the ASR worker answers CLOSED when all before it is decided.
"""

from struct import Struct
from typing import Final

HELLO, PCM, ANCHOR, EOS, CLOSED = 1, 2, 3, 4, 5
HEADER: Final = Struct("<BxHIQ")


def pack(kind: int, epoch: int, position: int, payload: bytes = b"") -> bytes:
    return HEADER.pack(kind, len(payload), epoch, position) + payload


def unpack(packet: bytes) -> tuple[int, int, int, bytes]:
    """(kind, epoch, position, payload); ValueError when the length does not fit."""
    if len(packet) < HEADER.size:
        raise ValueError(f"PCM packet of {len(packet)} bytes is shorter than its header")
    kind, length, epoch, position = HEADER.unpack_from(packet)
    if len(packet) != HEADER.size + length:
        raise ValueError(f"PCM packet says {length} bytes of payload, has {len(packet) - HEADER.size}")
    return kind, epoch, position, packet[HEADER.size :]

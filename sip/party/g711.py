"""G.711 by table (ITU-T G.711): 16-bit linear PCM <-> PCMU and PCMA octets."""

from typing import Final

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]
_Octets = npt.NDArray[np.uint8]

_BIAS: Final = 0x84
_CLIP: Final = 8_158


def _ulaw_decode_table() -> Pcm:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS) << ((code & 0x70) >> 4)
    return np.where(code & 0x80, _BIAS - magnitude, magnitude - _BIAS).astype(np.int16)


def _alaw_decode_table() -> Pcm:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code & 0x70) >> 4, (code & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _ulaw_encode_table() -> _Octets:
    """Indexed by the sample as unsigned 16 bits."""
    sample = np.arange(65_536, dtype=np.int32).astype(np.uint16).astype(np.int16).astype(np.int32)
    sign = np.where(sample < 0, 0x80, 0)
    biased = (np.minimum(np.abs(sample >> 2), _CLIP) << 2) + _BIAS  # 14 bits are what mu-law sees
    exponent = np.floor(np.log2(biased)).astype(np.int32) - 7
    mantissa = (biased >> (exponent + 3)) & 0x0F
    octets: _Octets = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return octets


def _alaw_encode_table() -> _Octets:
    sample = np.arange(65_536, dtype=np.int32).astype(np.uint16).astype(np.int16).astype(np.int32)
    linear = sample >> 3  # 13 bits are what A-law sees
    mask = np.where(linear >= 0, 0xD5, 0x55)
    magnitude = np.where(linear >= 0, linear, -linear - 1)
    ends = np.array([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF])
    segment = np.searchsorted(ends, magnitude)
    step = np.where(segment < 2, magnitude >> 1, magnitude >> np.maximum(segment, 1)) & 0x0F
    return (((segment << 4) | step) ^ mask).astype(np.uint8)


_ULAW_DECODE: Final = _ulaw_decode_table()
_ALAW_DECODE: Final = _alaw_decode_table()
_ULAW_ENCODE: Final = _ulaw_encode_table()
_ALAW_ENCODE: Final = _alaw_encode_table()


def ulaw_decode(octets: bytes) -> Pcm:
    return _ULAW_DECODE[np.frombuffer(octets, np.uint8)]


def alaw_decode(octets: bytes) -> Pcm:
    return _ALAW_DECODE[np.frombuffer(octets, np.uint8)]


def ulaw_encode(pcm: Pcm) -> bytes:
    return _ULAW_ENCODE[pcm.view(np.uint16)].tobytes()


def alaw_encode(pcm: Pcm) -> bytes:
    return _ALAW_ENCODE[pcm.view(np.uint16)].tobytes()

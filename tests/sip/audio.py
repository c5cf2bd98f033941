"""G.711 and tones for far ends."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
RATE = 8000
FRAME = 160


def _decode_table() -> Samples:
    table = []
    for code in range(256):
        code = ~code & 0xFF
        magnitude = (((code & 0x0F) << 3) + 0x84) << ((code >> 4) & 7)
        table.append((0x84 - magnitude) if code & 0x80 else (magnitude - 0x84))
    return np.array(table, dtype=np.int16)


_DECODE = _decode_table()
_ORDER = np.argsort(_DECODE, kind="stable")
_LEVELS = _DECODE[_ORDER].astype(np.int32)
_EDGES = (_LEVELS[1:] + _LEVELS[:-1]) // 2


def ulaw_decode(data: bytes) -> Samples:
    return _DECODE[np.frombuffer(data, dtype=np.uint8)]


def ulaw_encode(samples: Samples) -> bytes:
    return _ORDER[np.searchsorted(_EDGES, samples.astype(np.int32))].astype(np.uint8).tobytes()


def tone(hz: float, seconds: float, rate: int = RATE, level: int = 8000) -> Samples:
    t = np.arange(int(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hz * t)).astype(np.int16)


def level_db(samples: Samples, hz: float, rate: int = RATE) -> float:
    """Level of one frequency in dB under full scale; -120 for nothing at all."""
    if len(samples) < rate // 20:
        return -120.0
    x = samples.astype(np.float64) * np.hanning(len(samples))
    t = np.arange(len(x)) / rate
    amplitude = abs(np.sum(x * np.exp(-2j * np.pi * hz * t))) * 4 / len(x)
    return float(20 * np.log10(max(amplitude / 32768, 1e-6)))


def write_wav(path: Path, samples: Samples, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(samples.tobytes())
    return path

"""Digits as RTP events (RFC 4733) and as INFO (`application/dtmf-relay`)."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

DIGITS: Final = "0123456789*#ABCD"
_EVENT: Final = struct.Struct("!BBH")
_STEP: Final = 160  # 20 ms at 8 kHz
_END: Final = 0x80
_VOLUME: Final = 10


@dataclass(frozen=True, slots=True)
class Digit:
    digit: str
    at: float
    """arrival of the first packet that carried it"""
    duration_ms: int
    method: str


def event_payloads(digit: str, duration_ms: int) -> Iterator[tuple[bytes, bool]]:
    """(payload, first) for each 20 ms: growing durations, then the end three times (section 2.5.1.4)."""
    event, steps = DIGITS.index(digit), max(2, duration_ms // 20)
    for step in range(1, steps):
        yield _EVENT.pack(event, _VOLUME, step * _STEP), step == 1
    for _ in range(3):
        yield _EVENT.pack(event, _END | _VOLUME, steps * _STEP), False


class EventReader:
    """Turns received event packets into digits, one for each event whatever is lost or doubled.

    A digit is reported at its first packet's arrival (`on_press`), and again, with its length, when it ends.
    """

    def __init__(self, on_press: Callable[[Digit], None], on_end: Callable[[Digit], None]) -> None:
        self._on_press = on_press
        self._on_end = on_end
        self._timestamp: int | None = None
        self._at = 0.0
        self._ended = True

    def take(self, payload: bytes, timestamp: int, at: float) -> None:
        if len(payload) < _EVENT.size:
            return
        event, flags, duration = _EVENT.unpack_from(payload)
        if event >= len(DIGITS):
            return
        if timestamp != self._timestamp:
            self._timestamp, self._at, self._ended = timestamp, at, False
            self._on_press(Digit(DIGITS[event], at, duration // 8, "rfc4733"))
        if flags & _END and not self._ended:
            self._ended = True
            self._on_end(Digit(DIGITS[event], self._at, duration // 8, "rfc4733"))


def info_body(digit: str, duration_ms: int) -> bytes:
    return f"Signal={digit}\r\nDuration={duration_ms}\r\n".encode()


def read_info(body: bytes, at: float) -> Digit | None:
    """A `dtmf-relay` body, or the bare digit of `application/dtmf`."""
    fields: dict[str, str] = {}
    text = body.decode("utf-8", "replace")
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator:
            fields[key.strip().lower()] = value.strip()
    signal = fields.get("signal", text.strip() if not fields else "")
    if signal not in DIGITS or len(signal) != 1:
        return None
    length = fields.get("duration", "")
    return Digit(signal, at, int(length) if length.isascii() and length.isdigit() else 0, "info")

"""Clips: WAV files at the bridge clock, read once and kept as raw PCM."""

import math
import os
import wave
from array import array
from collections import OrderedDict
from typing import Final

CACHE_BYTES: Final = 32 * 1024 * 1024
COMFORT_S: Final = 6


class ClipUnreadable(Exception):
    """The file is missing, no WAV, or not s16 mono at the bridge clock."""


class ClipCache:
    """Least recently used clips go first. A file changed on disk is read again; one gone is still played."""

    def __init__(self, rate: int, limit_bytes: int = CACHE_BYTES) -> None:
        self._rate = rate
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._clips: OrderedDict[str, tuple[tuple[int, int], bytes]] = OrderedDict()

    def get(self, path: str) -> bytes:
        """PCM of a clip. Raises `ClipUnreadable`."""
        stamp = _stamp(path)
        held = self._clips.get(path)
        if held is not None and stamp in (None, held[0]):
            self._clips.move_to_end(path)
            return held[1]
        if stamp is None:
            raise ClipUnreadable(f"no such clip: {path}")
        pcm = read_clip(path, self._rate)
        self._keep(path, stamp, pcm)
        return pcm

    def _keep(self, path: str, stamp: tuple[int, int], pcm: bytes) -> None:
        old = self._clips.pop(path, None)
        self._held_bytes += len(pcm) - (len(old[1]) if old else 0)
        self._clips[path] = (stamp, pcm)
        while self._held_bytes > self._limit_bytes and len(self._clips) > 1:
            self._held_bytes -= len(self._clips.popitem(last=False)[1][1])


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def read_clip(path: str, rate: int) -> bytes:
    """PCM of a WAV file that is s16 mono at `rate`. Raises `ClipUnreadable`."""
    try:
        with wave.open(path, "rb") as wav:
            shape = (wav.getnchannels(), wav.getsampwidth(), wav.getframerate())
            if shape != (1, 2, rate):
                raise ClipUnreadable(f"{path}: {shape} is not s16 mono at {rate}")
            return wav.readframes(wav.getnframes())
    except (OSError, wave.Error, EOFError) as error:
        raise ClipUnreadable(f"{path}: {error}") from error


def comfort_tone(rate: int) -> bytes:
    """What waits sound like without a configured clip: two soft notes that swell, seamless in a loop."""
    samples = array("h")
    for n in range(COMFORT_S * rate):
        t = n / rate
        swell = 0.5 - 0.5 * math.cos(2 * math.pi * t / 3)
        note = math.sin(2 * math.pi * 330 * t) + 0.6 * math.sin(2 * math.pi * 440 * t)
        samples.append(int(1400 * (0.25 + 0.75 * swell) * note))
    return samples.tobytes()

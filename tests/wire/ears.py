"""Who hears what, by listening: tones between people, and rendered clips found again in an ear."""

import asyncio
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import soxr

from bridge.adapters.voices import HibariVoice
from bridge.demo.judge import whitened
from sip.party.call import Call
from sip.party.g711 import Pcm
from sip.party.wav import read_wav

RATE = 8_000
FOUND = 0.6
LEAKED = 0.5
"""of the traces that a leak would leave"""
LEAK = 0.1
"""how loud such a leak is, against the clip itself"""
_LONGEST_S = 1.5


class Ear(Protocol):
    @property
    def rate(self) -> int: ...
    def since(self, at: float) -> Pcm: ...


class Talker(Protocol):
    """A test party, or a foreign telephone. It speaks at the rate it hears at."""

    @property
    def ear(self) -> Ear: ...
    def play(self, pcm: Pcm) -> Any: ...
    def hush(self) -> None: ...


def tone(hz: float, seconds: float, rate: int = RATE) -> Pcm:
    return (8_000 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


@cache
def speech(text: str, rate: int = RATE) -> Pcm:
    """A person saying it."""
    return _voice().speak(text, rate)


@cache
def _voice() -> HibariVoice:
    return HibariVoice()


async def hears(ear: Talker, mouth: Talker, hz: float, timeout_s: float = 4.0) -> bool:
    """Does a tone said by one reach the other, as the loudest thing there, within that time?"""
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout_s
    mouth.play(tone(hz, timeout_s, mouth.ear.rate))
    try:
        while loop.time() < end:
            if dominated(ear.ear.since(loop.time() - 0.25), hz, ear.ear.rate):
                return True
            await asyncio.sleep(0.05)
        return False
    finally:
        mouth.hush()


async def joined(one: Talker, other: Talker) -> bool:
    """Both hear each other."""
    return await hears(one, other, 440) and await hears(other, one, 700)


def dominated(pcm: Pcm, hz: float, rate: int = RATE) -> bool:
    """Is a tone more than 0.7 of what is there?"""
    if len(pcm) < 0.15 * rate:
        return False
    power = np.abs(np.fft.rfft(pcm.astype(float))) ** 2
    near = np.abs(np.fft.rfftfreq(len(pcm), 1 / rate) - hz) < 25
    return bool(power[near].sum() > 0.7 * power.sum() > 0)


def narrow(pcm: Pcm, rate: int) -> Pcm:
    """The same at the rate of a telephone, to be compared with clips."""
    out: Pcm = soxr.resample(pcm, rate, RATE) if rate != RATE else pcm
    return out


def longest_silence(pcm: Pcm) -> float:
    """Seconds of the longest stretch in which nothing is above the noise of G.711."""
    frames = pcm[: len(pcm) // 160 * 160].reshape(-1, 160)
    loud = np.abs(frames.astype(int)).max(axis=1) > 60
    edges = np.flatnonzero(np.concatenate([[True], loud, [True]]))
    return float((np.diff(edges).max() - 1) * 0.02)


def worst_gap(call: Call, since: float = 0.0) -> float:
    """The longest time between two packets, in seconds."""
    times = [arrival.at for arrival in call.recorder.arrivals if arrival.at > since]
    return max(later - earlier for earlier, later in pairwise(times))


def clips_in(ear: Pcm, folder: Path) -> dict[str, float]:
    """How well each rendered clip is found in what was heard: 1.0 is sample for sample, noise below 0.2."""
    return {path.name: likeness(ear, read_wav(path)) for path in sorted(folder.glob("*.wav"))}


def likeness(ear: Pcm, clip: Pcm) -> float:
    """The best normalised correlation of the clip's first seconds anywhere in the ear."""
    piece = _loud_part(clip)[: int(_LONGEST_S * RATE)].astype(float)
    heard = ear.astype(float)
    if len(heard) < len(piece) or not piece.any():
        return 0.0
    size = 1 << (len(heard) + len(piece)).bit_length()
    product: npt.NDArray[np.float64] = np.fft.irfft(
        np.fft.rfft(heard, size) * np.conj(np.fft.rfft(piece, size)), size
    )[: len(heard) - len(piece) + 1]
    energy = np.concatenate([[0.0], np.cumsum(heard**2)])
    window = energy[len(piece) :] - energy[: -len(piece)]
    scale = np.sqrt(np.maximum(window, 1e6) * float((piece**2).sum()))
    return float((product / scale).max())


def _loud_part(clip: Pcm) -> Pcm:
    loud = np.flatnonzero(np.abs(clip.astype(int)) > 300)
    return clip[loud[0] :] if loud.size else clip


def traces(ear: Pcm, clip: Pcm) -> float:
    """The clip anywhere in the ear, in multiples of the spread. Whitened: two sentences of one voice share
    its pitch and its formants, which plain correlation takes for likeness."""
    piece, heard = whitened(_loud_part(clip)), whitened(ear)
    size = 1 << (len(heard) + len(piece)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(piece, size))
    values = np.abs(np.fft.irfft(spectrum, size)[: len(heard)])
    return float(values.max() / np.sqrt(np.mean(np.square(values))))


def told_in_private(agent: Pcm, caller: Pcm, folder: Path) -> list[str]:
    """The clips the agent heard; fails when one of them is in the caller's ear as well.

    Seen against the same ear with the clip mixed in 20 dB below what the agent hears: by chance the search
    gives 5 to 11, with that leak 30 and more.
    """
    heard = [name for name, score in clips_in(agent, folder).items() if score > FOUND]
    for name in heard:
        clip = read_wav(folder / name)
        leaky = caller.astype(float)
        begin = max(len(leaky) - len(clip), 0)
        leaky[begin:] += LEAK * clip[: len(leaky) - begin]
        score, leak = traces(caller, clip), traces(leaky.astype(np.int16), clip)
        print(f"whisper in the caller's ear {score:.1f}, with a leak {leak:.1f}")
        assert score < LEAKED * leak, name
    return heard

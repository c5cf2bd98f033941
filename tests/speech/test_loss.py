"""Lost packets of a caller are concealed for the recognizer as they are for people: the text survives."""

import asyncio
import random
from pathlib import Path

import jiwer
import numpy as np
import pytest

from asr.scheduler import Inline
from asr.types import Final
from asr.whisper_asr import WhisperRecognizer
from sip import commands as c
from sip import events as e
from sip import pcm
from tests.asr.sounds import RATE, Sound, only, seconds, telephone
from tests.asr.test_whisper_accuracy import plain
from tests.sip.calls import inbound
from tests.sip.listener import Listener
from tests.sip.rig import Rig

pytestmark = [pytest.mark.wire, pytest.mark.timeout(180)]

SENTENCES = [
    "I have been charged twice this month.",
    "Please cancel my subscription today.",
    "The internet has been down since yesterday morning.",
    "I would like to dispute this charge.",
    "My order has not arrived yet.",
]
SHARES = (0.0, 0.05, 0.10)
WORSE = 0.15
"""word error rate that a tenth of the packets may cost"""


def speech() -> Sound:
    import soxr
    from hibari import Hibari

    voice = Hibari()
    said = [
        soxr.resample(np.asarray(voice(text, seed=1), float), voice.sample_rate, RATE) for text in SENTENCES
    ]
    parts = [part for sound in said for part in (seconds(0.8), sound)]
    return telephone(np.concatenate([*parts, seconds(0.8)]), seed=91)


async def heard_through(sound: Sound, share: float) -> Listener:
    """What the tap of a caller's leg gives the recognizer."""
    chance = random.Random(92)
    async with Rig() as rig:
        caller = await inbound(rig)
        asr = Listener(Path(rig.folder) / "asr")
        rig.send(c.Listen(leg="caller", stream="s", epoch=1, asr=asr.path))
        await rig.event(e.StreamOpened)
        caller.lost = lambda: chance.random() < share
        caller.play((np.clip(sound, -1, 1) * 32767).astype(np.int16))
        await rig.until(
            lambda: len(asr.of(pcm.PCM)) * 160 > len(sound) + RATE, seconds=len(sound) / RATE + 15
        )
        asr.close()
    return asr


def text_of(recognizer: WhisperRecognizer, asr: Listener) -> str:
    events: list = []
    frames = asr.of(pcm.PCM)
    stream = recognizer.open(rate=RATE, emit=events.append, position=frames[0][2])
    for _, _, position, payload in frames:
        stream.feed(payload or bytes(320), position)
    stream.close(frames[-1][2] + 160)
    assert stream.gap_samples == 0
    return plain(" ".join(final.text for final in only(Final, events)))


def longest_silence_ms(asr: Listener) -> int:
    """Frames of plain zeros in the middle of speech would be holes."""
    frames = asr.of(pcm.PCM)
    longest = run = 0
    for frame in frames[50:-50]:
        run = 0 if any(frame[3]) else run + 20
        longest = max(longest, run)
    return longest


async def test_the_text_survives_loss() -> None:
    recognizer = WhisperRecognizer(Inline())
    sound = speech()
    taps = await asyncio.gather(*(heard_through(sound, share) for share in SHARES))
    wers = {}
    for share, asr in zip(SHARES, taps, strict=True):
        positions = [frame[2] for frame in asr.of(pcm.PCM)]
        assert positions == list(range(positions[0], positions[0] + 160 * len(positions), 160))
        wers[share] = jiwer.wer(plain(" ".join(SENTENCES)), text_of(recognizer, asr))
        print(f"loss {share:.0%}: wer {wers[share]:.3f}, longest hole {longest_silence_ms(asr)} ms")
    assert wers[0.0] <= 0.15
    assert wers[0.05] <= wers[0.0] + WORSE
    assert wers[0.10] <= wers[0.0] + WORSE

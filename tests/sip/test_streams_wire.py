"""Taps on the wire: frames to the ASR socket, replay, end of stream; and recordings."""

import asyncio
import itertools
import json
import time
import wave

import numpy as np
import pytest

from sip import commands as c
from sip import events as e
from sip import pcm
from tests.sip.audio import level_db
from tests.sip.calls import dialled, inbound
from tests.sip.listener import Listener
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire


async def test_a_stream_is_whole_and_ends_with_eos_and_closed():
    async with Rig() as rig:
        caller = await inbound(rig)
        caller.say(1000)
        asr = Listener(rig.folder / "asr")
        rig.send(c.Listen(leg="caller", stream="s1", epoch=7, asr=asr.path))
        opened = await rig.event(e.StreamOpened, leg="caller")
        assert (opened.stream, opened.epoch, opened.rate, opened.gap_samples) == ("s1", 7, 8000, 0)
        await asyncio.sleep(2.2)
        rig.send(c.Listen(leg="caller", stream="s1", epoch=7, asr=None))
        await rig.until(lambda: asr.of(pcm.EOS))
        hello = asr.packets[0][1]
        assert hello[0] == pcm.HELLO
        assert json.loads(hello[3]) == {"stream": "s1", "epoch": 7, "rate": 8000, "position": opened.position}
        frames = asr.of(pcm.PCM)
        assert [f[2] for f in frames] == list(
            range(opened.position, opened.position + 160 * len(frames), 160)
        )
        assert all(len(f[3]) == 320 and f[1] == 7 for f in frames)
        assert 105 <= len(frames) <= 125
        assert level_db(np.frombuffer(asr.audio(), np.int16)[4000:], 1000) > -20
        anchors = asr.of(pcm.ANCHOR)
        assert len(anchors) >= 2
        for before, after in itertools.pairwise(anchors):
            span_ns = int.from_bytes(after[3], "little") - int.from_bytes(before[3], "little")
            assert abs(span_ns / 1e9 - (after[2] - before[2]) / 8000) < 0.03
        assert asr.of(pcm.EOS)[0][2] == frames[-1][2] + 160
        await asyncio.sleep(0.1)
        assert not any(isinstance(event, e.StreamBroken) for event in rig.seen)
        rig.send(c.Finish())
        assert await rig.exit_code(2) == 0
        asr.close()


async def test_a_broken_stream_is_replayed_from_the_ring():
    async with Rig() as rig:
        await inbound(rig)
        first = Listener(rig.folder / "asr1")
        rig.send(c.Listen(leg="caller", stream="s1", epoch=1, asr=first.path))
        await rig.event(e.StreamOpened)
        await rig.until(lambda: len(first.of(pcm.PCM)) > 30)
        decided = first.of(pcm.PCM)[9][2]
        first.close()
        await rig.event(e.StreamBroken, stream="s1", epoch=1)
        await asyncio.sleep(0.5)
        second = Listener(rig.folder / "asr2")
        rig.send(c.Listen(leg="caller", stream="s1", epoch=2, asr=second.path, from_position=decided))
        opened = await rig.event(e.StreamOpened, epoch=2)
        assert (opened.position, opened.gap_samples) == (decided, 0)
        await rig.until(lambda: len(second.of(pcm.PCM)) > 80)
        positions = [f[2] for f in second.of(pcm.PCM)]
        assert positions == list(range(decided, decided + 160 * len(positions), 160))
        replayed = {f[2]: f[3] for f in second.of(pcm.PCM)}
        assert all(replayed[f[2]] == f[3] for f in first.of(pcm.PCM) if f[2] >= decided)
        late = [at for at, p in second.packets if p[0] == pcm.PCM][:25]
        assert late[-1] - late[0] < 0.2
        second.close()


async def test_a_slow_reader_delays_frames_and_loses_none():
    async with Rig() as rig:
        await inbound(rig)
        asr = Listener(rig.folder / "asr")
        asr.reading = False
        rig.send(c.Listen(leg="caller", stream="s1", epoch=1, asr=asr.path))
        await rig.event(e.StreamOpened)
        await asyncio.sleep(1.5)
        asr.reading = True
        await rig.until(lambda: len(asr.of(pcm.PCM)) > 70)
        positions = [f[2] for f in asr.of(pcm.PCM)]
        assert positions == list(range(positions[0], positions[0] + 160 * len(positions), 160))
        asr.close()


async def test_no_asr_and_an_asr_that_never_closes():
    async with Rig() as rig:
        await inbound(rig)
        rig.send(c.Listen(leg="caller", stream="s1", epoch=1, asr=str(rig.folder / "none")))
        await rig.event(e.StreamBroken, stream="s1", epoch=1)
        asr = Listener(rig.folder / "asr", answers_eos=False)
        rig.send(c.Listen(leg="caller", stream="s1", epoch=2, asr=asr.path))
        await rig.event(e.StreamOpened)
        ended = time.monotonic()
        rig.send(c.Listen(leg="caller", stream="s1", epoch=2, asr=None))
        broken = await rig.event(e.StreamBroken, epoch=2)
        assert 1.4 < broken.at - ended < 2.0
        asr.close()


async def test_hanging_up_ends_the_stream():
    async with Rig() as rig:
        caller = await inbound(rig)
        asr = Listener(rig.folder / "asr")
        rig.send(c.Listen(leg="caller", stream="s1", epoch=1, asr=asr.path))
        await rig.event(e.StreamOpened)
        await rig.until(lambda: len(asr.of(pcm.PCM)) > 10)
        caller.hangup()
        await rig.event(e.LegEnded)
        await rig.until(lambda: asr.of(pcm.EOS))
        assert asr.of(pcm.EOS)[0][2] == asr.of(pcm.PCM)[-1][2] + 160
        asr.close()


async def test_recordings_hold_each_leg_alone():
    async with Rig() as rig:
        caller = await inbound(rig)
        agent = await dialled(rig, "agent-1")
        caller.say(1000)
        agent.say(500)
        rig.send(c.Hear(edges=(("caller", "agent-1"), ("agent-1", "caller"))))
        for leg in ("caller", "agent-1"):
            rig.send(c.Record(leg=leg, path=str(rig.folder / "recordings" / f"{leg}.wav")))
        await asyncio.sleep(1.0)
        rig.send(c.Record(leg="caller", path=None), c.Record(leg="agent-1", path="/proc/nowhere/x.wav"))
        failed = await rig.event(e.CommandFailed)
        assert (failed.command, failed.leg) == ("record", "agent-1")
        rig.send(c.Finish())
        assert await rig.exit_code() == 0
        for leg, own, other in (("caller", 1000, 500), ("agent-1", 500, 1000)):
            with wave.open(str(rig.folder / "recordings" / f"{leg}.wav")) as wav:
                assert wav.getparams()[:3] == (1, 2, 8000)
                heard = np.frombuffer(wav.readframes(wav.getnframes()), np.int16)
            assert 0.8 < len(heard) / 8000 < 1.4
            assert level_db(heard[1600:], own) > -20
            assert level_db(heard[1600:], other) < -60


async def test_early_media_reaches_the_tap_and_nobody_else():
    async with Rig() as rig:
        caller = await inbound(rig)
        agent = rig.exchange.phone("agent-1")
        asr = Listener(rig.folder / "asr")
        rig.send(
            c.Dial(leg="agent-1", uri=rig.exchange.uri("agent-1")),
            c.Listen(leg="agent-1", stream="s2", epoch=1, asr=asr.path),
            c.Hear(edges=(("agent-1", "caller"), ("caller", "agent-1"))),
        )
        opened = await rig.event(e.StreamOpened)
        assert opened.position == 0
        await rig.until(lambda: agent.state == "ringing")
        agent.say(500)
        agent.ring(early_media=True)
        since = time.monotonic()
        await rig.until(lambda: len(asr.of(pcm.PCM)) > 40)
        assert level_db(np.frombuffer(asr.audio(), np.int16)[1600:], 500) > -20
        assert caller.hears(500, since) < -60
        asr.close()

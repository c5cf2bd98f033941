"""The basic path on real pjsua2: answer, dial, hear, play, hang up."""

import asyncio
import time

import pytest

from sip import commands as c
from sip import events as e
from tests.sip.audio import tone, write_wav
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire


async def inbound(rig: Rig):
    caller = rig.exchange.phone("caller")
    caller.call(rig.worker, (("X-Ticket", "4711"), ("Diversion", "<sip:main@x>")))
    incoming = await rig.event(e.CallIncoming)
    rig.send(c.Answer(leg="caller"))
    await rig.event(e.LegAnswered, leg="caller")
    return caller, incoming


async def dialled(rig: Rig, leg: str, **more):
    phone = rig.exchange.phone(leg)
    rig.send(c.Dial(leg=leg, uri=rig.exchange.uri(leg), **more))
    await rig.until(lambda: phone.state == "ringing")
    phone.answer()
    await rig.event(e.LegAnswered, leg=leg)
    return phone


async def test_caller_and_agent_hear_each_other_and_nobody_hears_the_whisper(tmp_path):
    async with Rig() as rig:
        caller, incoming = await inbound(rig)
        assert incoming.source == "192.0.2.7:5060"
        assert dict(incoming.headers) == {"X-Ticket": "4711", "Diversion": "<sip:main@x>"}
        agent = await dialled(rig, "agent-1", caller_id='"Ann" <+4912>', headers=(("X-Handoff-Id", "h1"),))
        assert '"Ann" <sip:+4912@' in agent.invite.first("from")
        assert agent.invite.first("x-handoff-id") == "h1"
        caller.say(1000)
        agent.say(500)
        rig.send(c.Hear(edges=(("caller", "agent-1"), ("agent-1", "caller"))))
        await asyncio.sleep(0.3)
        since = time.monotonic()
        await asyncio.sleep(0.6)
        assert caller.hears(500, since) > -25
        assert agent.hears(1000, since) > -25
        assert caller.hears(1000, since) < -60
        assert agent.hears(500, since) < -60
        clip = write_wav(tmp_path / "w.wav", tone(700, 1.0))
        edges = (("comfort", "caller"), ("whisper", "agent-1"))
        rig.send(c.Hear(edges=edges), c.Play(player="whisper", path=str(clip), tag="brief"))
        started = await rig.event(e.PlayStarted, player="whisper", tag="brief")
        ended = await rig.event(e.PlayEnded, player="whisper")
        assert ended.completed
        assert ended.played_ms == 1000
        assert 0.9 < ended.at - started.at < 1.2
        assert agent.hears(700, started.at + 0.1, ended.at) > -25
        assert caller.hears(700, started.at + 0.1, ended.at) < -60
        assert caller.hears(330, started.at + 0.1, ended.at) > -45
        rig.send(c.Hangup(leg="agent-1", q850=16))
        gone = await rig.event(e.LegEnded, leg="agent-1")
        assert gone.by_us
        assert gone.answered
        await rig.until(lambda: agent.state == "over")
        assert agent.seen[-1].q850 == 16
        caller.hangup((("Reason", "Q.850;cause=16"),))
        gone = await rig.event(e.LegEnded, leg="caller")
        assert not gone.by_us
        assert gone.answered
        assert gone.cause.q850 == 16
        rig.send(c.Finish())
        assert await rig.exit_code() == 0
        await rig.over.wait()
        assert not any(isinstance(x, e.WorkerLost) for x in rig.seen)
        print(list(rig.front_lines))

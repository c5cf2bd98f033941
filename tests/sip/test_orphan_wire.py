"""Main vanishes in the middle of a call."""

import asyncio
import time

import pytest

from sip import commands as c
from sip import events as e
from tests.sip.audio import tone, write_wav
from tests.sip.calls import dialled, inbound
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire


async def test_keep_leaves_caller_and_agent_talking_until_one_hangs_up():
    async with Rig() as rig:
        caller = await inbound(rig)
        agent = await dialled(rig, "agent-1")
        caller.say(1000)
        rig.send(
            c.Hear(edges=(("caller", "agent-1"), ("agent-1", "caller"))),
            c.Posture(orphan="keep", grace_s=0.1),
        )
        await asyncio.sleep(0.1)
        rig.main.close()
        rig.ua.close()
        await asyncio.sleep(0.5)
        since = time.monotonic()
        await asyncio.sleep(0.4)
        assert agent.hears(1000, since) > -30
        caller.hangup()
        await rig.until(lambda: agent.state == "over")
        assert await rig.exit_code() == 0


async def test_fallback_apologises_and_refers_to_the_failsafe():
    async with Rig() as rig:
        caller = await inbound(rig)
        bot = await dialled(rig, "bot")
        apology = write_wav(rig.folder / "sorry.wav", tone(700, 0.6))
        rig.send(
            c.Hear(edges=(("bot", "caller"), ("caller", "bot"))),
            c.Posture(
                orphan="fallback", apology=str(apology), failsafe_uri="sip:queue@127.0.0.1", grace_s=0.8
            ),
        )
        await asyncio.sleep(0.1)
        since = time.monotonic()
        rig.main.close()
        rig.ua.close()
        await rig.until(lambda: bot.state == "over")
        await rig.until(lambda: any(m.start.startswith("REFER") for m in caller.seen))
        assert caller.hears(700, since + 0.1, since + 0.6) > -30
        refer = next(m for m in caller.seen if m.start.startswith("REFER"))
        assert "queue@127.0.0.1" in refer.first("refer-to")
        await rig.until(lambda: caller.state == "over")
        assert await rig.exit_code() == 0


@pytest.mark.parametrize("failsafe", [None, "sip:queue@127.0.0.1"])
async def test_fallback_without_a_way_out_says_cause_41(failsafe):
    async with Rig() as rig:
        caller = await inbound(rig)
        caller.refer_answer = 603
        rig.send(c.Posture(orphan="fallback", failsafe_uri=failsafe, grace_s=0.3))
        await asyncio.sleep(0.1)
        rig.main.close()
        rig.ua.close()
        await rig.until(lambda: caller.state == "over")
        assert caller.seen[-1].method == "BYE"
        assert caller.seen[-1].q850 == 41
        assert await rig.exit_code() == 0


async def test_a_caller_not_answered_yet_is_sent_elsewhere():
    async with Rig() as rig:
        caller = rig.exchange.phone("caller")
        caller.call(rig.worker)
        await rig.event(e.CallIncoming)
        rig.send(c.Posture(orphan="fallback", grace_s=0.1))
        await asyncio.sleep(0.1)
        rig.main.close()
        rig.ua.close()
        await rig.until(lambda: caller.state == "over")
        assert caller.seen[-1].status == 503
        assert await rig.exit_code() == 0


async def test_a_new_main_takes_over():
    async with Rig() as rig:
        caller = await inbound(rig)
        rig.send(c.Posture(orphan="fallback", grace_s=1.0))
        await asyncio.sleep(0.1)
        rig.ua.close()
        agent = await rig.take_over()
        assert agent.hello.conversation == caller.call_id
        assert [(leg.leg, leg.answered) for leg in agent.hello.legs] == [("caller", True)]
        rig.send(c.Posture(orphan="keep"))
        await asyncio.sleep(1.3)
        assert caller.state == "up"
        rig.send(c.Finish())
        assert await rig.exit_code() == 0

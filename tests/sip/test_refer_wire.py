"""REFER from the bot: answered 202, followed to its end, and nobody called by the stack itself."""

import pytest

from sip import commands as c
from sip import events as e
from tests.sip.calls import dialled, inbound
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire


async def test_the_bots_refer_is_served_to_its_end():
    async with Rig() as rig:
        await inbound(rig)
        bot = await dialled(rig, "bot")
        talk = (("bot", "caller"), ("caller", "bot"))
        rig.send(c.Hear(edges=talk))
        bot.refer("sip:billing@example.org", (("X-Skill", "billing"), ("Referred-By", "<sip:bot@x>")))
        asked = await rig.event(e.TransferRequested, leg="bot")
        assert asked.target == "sip:billing@example.org"
        assert ("X-Skill", "billing") in asked.headers
        assert any(m.status == 202 and m.method == "REFER" for m in bot.seen)
        await rig.until(lambda: notifies(bot) == ["SIP/2.0 100 Trying"])
        bot.refer("sip:again@example.org")
        await rig.until(lambda: any(m.status == 603 for m in bot.seen))
        await dialled(rig, "agent-1")
        rig.send(c.Hear(edges=(("comfort", "caller"),)))
        rig.send(c.Hear(edges=(("agent-1", "caller"), ("caller", "agent-1"))))
        await rig.until(lambda: notifies(bot)[-1:] == ["SIP/2.0 200 OK"])
        assert len(rig.exchange.strays) == 0, "nobody was called by the stack itself"
        rig.send(c.Hear(edges=talk))
        bot.refer("sip:third@example.org")
        await rig.event(e.TransferRequested)
        rig.send(c.Hear(edges=(("comfort", "caller"),)), c.Hear(edges=talk))
        await rig.until(lambda: notifies(bot)[-1:] == ["SIP/2.0 503 Service Unavailable"])
        assert bot.state == "up"


def notifies(phone) -> list[str]:
    return [m.body.strip() for m in phone.seen if m.start.startswith("NOTIFY")]


async def test_refer_goes_one_way_only_on_the_bots_leg():
    async with Rig() as rig:
        bot = await dialled(rig, "bot")
        bot.refer("sip:x@127.0.0.1")
        await rig.event(e.TransferRequested)
        rig.send(c.Refer(leg="bot", target="sip:y@127.0.0.1"))
        assert (await rig.event(e.CommandFailed)).code == "refer_refused"
    async with Rig() as rig:
        bot = await dialled(rig, "bot")
        rig.send(c.Refer(leg="bot", target="sip:y@127.0.0.1"))
        await rig.event(e.TransferProgress, final=True)
        bot.refer("sip:x@127.0.0.1")
        await rig.until(lambda: any(m.status == 603 for m in bot.seen))

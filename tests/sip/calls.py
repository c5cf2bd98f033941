"""Legs that are up, for tests that begin there."""

from sip import commands as c
from sip import events as e
from tests.sip.exchange import Phone
from tests.sip.rig import Rig


async def inbound(rig: Rig, **how: bool) -> Phone:
    """The caller's phone, answered."""
    caller = rig.exchange.phone("caller")
    caller.call(rig.worker, **how)
    await rig.event(e.CallIncoming)
    rig.send(c.Answer(leg="caller"))
    await rig.event(e.LegAnswered, leg="caller")
    return caller


async def dialled(rig: Rig, leg: str) -> Phone:
    """A dialled leg's phone, answered."""
    phone = rig.exchange.phone(leg)
    rig.send(c.Dial(leg=leg, uri=rig.exchange.uri(leg)))
    await rig.until(lambda: phone.state == "ringing")
    phone.answer()
    await rig.event(e.LegAnswered, leg=leg)
    return phone

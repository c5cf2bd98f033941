"""Legs dialled to a PBX that knows us by registration: in whose name they come."""

import pytest

from sip import commands as c
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire


@pytest.mark.parametrize(
    ("caller_id", "from_", "asserted"),
    [
        (None, "<sip:trunk@{ip}>", ""),
        ("+4912", '"+4912" <sip:trunk@{ip}>', "<sip:+4912@{ip}>"),
        ('"Ann" <+4912>', '"Ann" <sip:trunk@{ip}>', '"Ann" <sip:+4912@{ip}>'),
    ],
)
async def test_it_comes_from_the_registered_user(caller_id: str | None, from_: str, asserted: str) -> None:
    rig = Rig()
    rig.settings["trunks"] = [{"registrar": rig.exchange.host, "user": "trunk"}]
    async with rig:
        phone = rig.exchange.phone("agent-1")
        rig.send(c.Dial(leg="agent-1", uri=rig.exchange.uri("agent-1"), caller_id=caller_id))
        await rig.until(lambda: phone.state == "ringing")
        ip = rig.exchange.ip
        assert phone.invite.first("from").partition(";tag=")[0] == from_.format(ip=ip)
        assert phone.invite.first("p-asserted-identity") == asserted.format(ip=ip)


async def test_other_legs_keep_the_callers_number() -> None:
    async with Rig(trunks=[{"registrar": "elsewhere", "user": "trunk"}]) as rig:
        phone = rig.exchange.phone("agent-1")
        rig.send(c.Dial(leg="agent-1", uri=rig.exchange.uri("agent-1"), caller_id="+4912"))
        await rig.until(lambda: phone.state == "ringing")
        assert phone.invite.first("from").startswith("<sip:+4912@")
        assert not phone.invite.first("p-asserted-identity")

"""Digits by INFO `application/dtmf`: answered, reported once, relayed; garbage is refused."""

import pytest

from sip import commands as c
from sip import events as e
from tests.sip.calls import dialled, inbound
from tests.sip.exchange import Phone
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire

FIELDS = "Signal=5\r\nDuration=160"
GARBAGE = (
    " ",
    "12",
    "x",
    "Signal=",
    "Signal=55\r\nDuration=160",
    "Duration=160",
    "\0\0",
    "Signal\r\n\r\n=5",
    "é" * 300,
)


async def answer_to(rig: Rig, phone: Phone, body: str, content: str = "application/dtmf") -> int:
    """The status that an INFO is answered with."""
    phone.request("INFO", body, content=content)
    cseq = phone.cseq
    await rig.until(lambda: statuses(phone, cseq), name="an answer to INFO")
    return statuses(phone, cseq)[0]


def statuses(phone: Phone, cseq: int) -> list[int]:
    return [m.status for m in phone.seen if m.status and m.method == "INFO" and m.cseq == cseq]


@pytest.mark.parametrize("body", ["5", " 5\r\n", FIELDS, FIELDS + "\r\n", "signal= 5\nduration= 160\n"])
async def test_a_digit_is_answered_and_reported_once(body: str):
    async with Rig() as rig:
        caller = await inbound(rig)
        bot = await dialled(rig, "bot-1")
        rig.send(c.RelayDtmf(pairs=(("caller", "bot-1"),)), c.Hangup(leg="nobody"))
        await rig.event(e.CommandFailed)  # both carried out
        assert await answer_to(rig, caller, body) == 200
        digit = await rig.event(e.DtmfReceived)
        assert (digit.leg, digit.digit, digit.method) == ("caller", "5", "info")
        await rig.until(lambda: bot.digits == ["5"], name="relayed")
        assert await answer_to(rig, caller, FIELDS, "application/dtmf-relay") == 200
        await rig.event(e.DtmfReceived, digit="5")
        await rig.until(lambda: bot.digits == ["5", "5"], name="relayed")
        caller.hold("sendonly")  # the dialog goes on behind it
        assert (await rig.event(e.LegMedia, leg="caller")).remote_hold
        assert not any(isinstance(event, e.DtmfReceived) for event in rig.seen)


async def test_an_info_that_comes_again_is_one_digit():
    async with Rig() as rig:
        caller = await inbound(rig)
        assert await answer_to(rig, caller, "5") == 200
        caller.request("INFO", "5", content="application/dtmf", cseq=caller.cseq, branch="z9hG4bKagain")
        await rig.until(lambda: statuses(caller, caller.cseq) == [200, 200])
        await rig.event(e.DtmfReceived, digit="5")
        assert await answer_to(rig, caller, "6") == 200
        await rig.event(e.DtmfReceived, digit="6")
        assert not any(isinstance(event, e.DtmfReceived) for event in rig.seen)


async def test_garbage_is_no_digit_and_no_end():
    async with Rig() as rig:
        caller = await inbound(rig)
        for body in GARBAGE:
            assert 400 <= await answer_to(rig, caller, body) < 500, body
        assert await answer_to(rig, caller, "5", "text/plain") >= 400
        assert await answer_to(rig, caller, "7") == 200
        await rig.event(e.DtmfReceived, digit="7")
        assert not any(isinstance(event, e.DtmfReceived) for event in rig.seen)
        caller.hangup()
        await rig.event(e.LegEnded, leg="caller")

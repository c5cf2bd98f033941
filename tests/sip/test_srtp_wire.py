"""SRTP of a leg: offered as configured, told truly, and unreadable to who has no key."""

import re
import time

import numpy as np
import pytest

from sip import commands as c
from sip import events as e
from sip.types import WHISPER
from tests.sip.audio import Samples, tone, write_wav
from tests.sip.exchange import Phone
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire

KEY = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
HZ = 500


async def dialled(rig: Rig, *, srtp: bool, profile: str) -> tuple[Phone, e.LegAnswered]:
    """An agent leg answered with that profile, with our key when `srtp`."""
    agent = rig.exchange.phone("agent-1")
    rig.send(c.Dial(leg="agent-1", uri=rig.exchange.uri("agent-1")))
    await rig.until(lambda: agent.state == "ringing")
    offered = re.search(r"a=crypto:(\d+) (AES_CM_128_HMAC_SHA1_80) ", agent.invite.body)
    assert (offered is not None) == (rig.config.srtp != "off")
    if srtp:
        agent.srtp_line = f"a=crypto:{offered[1]} {offered[2]} inline:{KEY}\r\n"
    agent.profile = profile
    agent.answer()
    return agent, await rig.event(e.LegAnswered)


def share(heard: Samples) -> float:
    """How much of what was heard is the tone: 1.0 is nothing else."""
    power = np.abs(np.fft.rfft(heard.astype(float))) ** 2
    near = np.abs(np.fft.rfftfreq(len(heard), 1 / 8_000) - HZ) < 25
    return float(power[near].sum() / power.sum())


@pytest.mark.parametrize(
    ("ours", "profile", "srtp"),
    [
        ("off", "RTP/AVP", False),
        ("preferred", "RTP/AVP", False),
        ("preferred", "RTP/AVP", True),
        ("required", "RTP/SAVP", True),
    ],
)
async def test_who_has_no_key_hears_noise(ours: str, profile: str, srtp: bool) -> None:
    """The raw bytes of the leg, read as G.711: the tone in the clear, nothing of it under SRTP."""
    async with Rig(srtp=ours) as rig:
        agent, answered = await dialled(rig, srtp=srtp, profile=profile)
        assert answered.srtp == srtp
        clip = write_wav(rig.folder / "tone.wav", tone(HZ, 3))
        rig.send(c.Hear(edges=((WHISPER, "agent-1"),)))
        rig.send(c.Play(player=WHISPER, path=str(clip), loop=True))
        await rig.event(e.PlayStarted)
        began = time.monotonic() + 0.2
        await rig.until(lambda: len(agent.heard(began)) > 8_000)
        heard = share(agent.heard(began))
        assert heard < 0.05 if srtp else heard > 0.95
        assert {len(data) for _, pt, data in agent.packets if pt == 0} == {160 + 10 * srtp}, "and its tag"


async def test_required_ends_a_leg_that_answers_in_the_clear() -> None:
    async with Rig(srtp="required") as rig:
        agent = rig.exchange.phone("agent-1")
        rig.send(c.Dial(leg="agent-1", uri=rig.exchange.uri("agent-1")))
        await rig.until(lambda: agent.state == "ringing")
        assert "RTP/SAVP" in agent.invite.body
        agent.answer()
        ended = await rig.event(e.LegEnded, leg="agent-1")
        assert (ended.cause.status, ended.answered) == (488, False)
        assert not any(isinstance(event, e.LegAnswered) for event in rig.seen)
        await rig.until(lambda: agent.state == "over")

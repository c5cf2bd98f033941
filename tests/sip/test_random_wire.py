"""Any command at any moment, any far end doing anything: the worker answers, and never aborts.

pjsua2 is built with live asserts, so that a wrong call is the end of the process.
"""

import asyncio
import os
import random
import signal

import pytest

from sip import commands as c
from sip import events as e
from sip.types import PLAYERS
from tests.sip.audio import tone, write_wav
from tests.sip.calls import inbound
from tests.sip.exchange import Phone
from tests.sip.listener import Listener
from tests.sip.rig import Rig

pytestmark = [pytest.mark.wire, pytest.mark.timeout(60)]

LEGS = ("caller", "bot", "agent-1", "agent-2", "supervisor", "stranger")
DIALLED = LEGS[1:]
STEPS = 250
SEEDS = int(os.environ.get("RANDOM_SEEDS", "4"))
WAITS = (0.05, 5)
STARTS = (0, 50, 9999)
DIGITS = ("1", "123", "x", "")
METHODS = ("rfc4733", "info")


def command(dice: random.Random, rig: Rig, clip: str, asr: str) -> c.Command:
    """Any command but `Finish`, sensible or not."""
    leg, other = dice.choice(LEGS), dice.choice(LEGS)
    player = dice.choice((*PLAYERS, "organ"))
    makers = (
        lambda: c.Ring(leg=leg, early_media=dice.random() < 0.5),
        lambda: c.Answer(leg=leg),
        lambda: c.Dial(leg=leg, uri=rig.exchange.uri(dice.choice(DIALLED)), no_answer_s=dice.choice(WAITS)),
        lambda: c.Dial(leg=leg, uri=dice.choice(("", "sip:", "sip:@", "tel:1", "sip:a@[::1]", "sip:%00@x"))),
        lambda: c.Hangup(leg=leg, status=dice.choice((0, 486, 603)), q850=dice.choice((None, 16))),
        lambda: c.Hear(edges=tuple((dice.choice((*LEGS, *PLAYERS)), dice.choice(LEGS)) for _ in range(4))),
        lambda: c.Play(player=player, path=clip, loop=dice.random() < 0.3, start_ms=dice.choice(STARTS)),
        lambda: c.Stop(player=player),
        lambda: c.SendDtmf(leg=leg, digits=dice.choice(DIGITS), method=dice.choice(METHODS)),
        lambda: c.RelayDtmf(pairs=((leg, other),)),
        lambda: c.Refer(leg=leg, target=dice.choice(("sip:1@127.0.0.1", "nonsense"))),
        lambda: c.ReferReplaces(leg=leg, other=other),
        lambda: c.Listen(leg=leg, stream=leg, epoch=1, asr=dice.choice((None, asr, "/nowhere"))),
        lambda: c.Record(leg=leg, path=dice.choice((None, str(rig.folder / f"{leg}.wav")))),
        lambda: c.Posture(orphan="keep"),
    )  # fmt: skip
    return dice.choice(makers)()


def far_end(dice: random.Random, phone: Phone) -> None:
    """Something a far end may do just now."""
    if phone.state == "ringing":
        dice.choice((phone.ring, lambda: phone.ring(True), phone.answer, lambda: phone.decline(486)))()
    elif phone.state == "up":
        dice.choice(
            (
                phone.hangup,
                phone.hold,
                lambda: phone.hold("sendrecv"),
                lambda: phone.hold("inactive"),
                lambda: phone.press("5"),
                lambda: phone.press("6", "info"),
                lambda: phone.request("INFO", dice.choice(("7", "77")), content="application/dtmf"),
                lambda: phone.refer("sip:x@127.0.0.1"),
                lambda: phone.say(500),
            )
        )()
    elif phone.state == "over" and phone.name != "caller":
        phone.state, phone.invite = "idle", None


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_the_worker_survives(seed: int) -> None:
    dice = random.Random(seed)
    async with Rig(media_watchdog_s=0.5) as rig:
        clip = str(write_wav(rig.folder / "clip.wav", tone(700, 0.2)))
        asr = Listener(rig.folder / "asr")
        await inbound(rig)
        for name in DIALLED:
            rig.exchange.phone(name)
        for _ in range(STEPS):
            assert rig.process.poll() is None, rig.stderr.read_text()
            if dice.random() < 0.6:
                rig.send(command(dice, rig, clip, asr.path))
            else:
                far_end(dice, dice.choice(list(rig.exchange.phones.values())))
            if dice.random() < 0.4:
                await asyncio.sleep(dice.random() * 0.04)
        rig.send(c.Finish())
        code = await rig.exit_code(8)
        assert code == 0, (signal.Signals(-code).name if code < 0 else code, rig.stderr.read_text())
        await rig.over.wait()
        assert "Traceback" not in rig.stderr.read_text(), rig.stderr.read_text()
        assert " in on" not in rig.stderr.read_text(), rig.stderr.read_text()
        assert not any(isinstance(event, e.WorkerLost) for event in rig.seen)
        asr.close()

"""The worker behind the real front, with foreign far ends: whole calls, transfer, a worker's death."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

import numpy as np
import pytest

from sip import commands as c
from sip import events as e
from sip.party.party import Party
from tests.sip.audio import level_db, tone
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire


class FrontedRig(Rig):
    """A rig whose exchange is the front process."""

    def start_worker(self) -> None:
        self.front_path = self.folder / "real-front"
        host = self.exchange.ip.rpartition(".")[0]
        self.front_address = f"{host}.9:5060"
        config = {
            "bind": self.front_address, "allow": [f"{host}.0/24"], "control": str(self.front_path),
            "workers": [{"ip": self.worker_ip, "first_port": 1024, "last_port": 65535}],
        }  # fmt: skip
        (self.folder / "front.json").write_text(json.dumps(config))
        with self.stderr.open("ab") as log:
            command = [sys.executable, "-m", "sip.front", str(self.folder / "front.json")]
            self.front_process = subprocess.Popen(command, stderr=log)
        changed = {"front": self.front_address, "front_control": self.front_path}
        self.config = self.config.model_copy(update=changed)
        super().start_worker()

    async def idle(self) -> None:
        """The front knows an idle worker."""
        await self.until(self._front_has_idle, name="idle at the front")

    def _front_has_idle(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as control:
            control.settimeout(1)
            control.connect(str(self.front_path))
            control.sendall(b'{"op":"status"}\n')
            return bool(json.loads(control.recv(65536))["workers"].get("idle"))
        return False

    async def __aexit__(self, *about: object) -> None:
        self.front_process.send_signal(signal.SIGTERM)
        self.front_process.wait(5)
        await super().__aexit__(*about)


@pytest.fixture
async def rig() -> AsyncIterator[FrontedRig]:
    async with FrontedRig() as rig:
        yield rig


def party(rig: FrontedRig, last: int, user: str) -> Party:
    return Party(f"{rig.exchange.ip.rpartition('.')[0]}.{last}", user=user)


def uri(of: Party) -> str:
    return f"sip:{of.user}@{of.address[0]}:{of.address[1]}"


async def connected(rig: FrontedRig, caller: Party, agent: Party) -> None:
    await caller.dial(
        f"sip:900@{rig.front_address}", headers=(("X-Case", "42"), ("X-Handoff-Source", "forged"))
    )
    incoming = await rig.event(e.CallIncoming)
    assert incoming.source == f"{caller.address[0]}:{caller.address[1]}"
    assert dict(incoming.headers) == {"X-Case": "42"}
    rig.send(c.Answer(leg="caller"), c.Dial(leg="agent-1", uri=uri(agent)))
    answered = [await rig.event(e.LegAnswered, leg=leg) for leg in ("caller", "agent-1")]
    assert [a.peer for a in answered] == [f"{p.address[0]}:{p.address[1]}" for p in (caller, agent)]
    rig.send(c.Hear(edges=(("caller", "agent-1"), ("agent-1", "caller"))))


async def test_a_whole_call(rig: FrontedRig) -> None:
    async with party(rig, 11, "alice") as alice, party(rig, 12, "bob") as bob:
        await connected(rig, alice, bob)
        await asyncio.sleep(0.2)
        alice.play(tone(1000, 1.0))
        bob.play(tone(500, 1.0))
        await asyncio.sleep(0.8)
        assert level_db(np.array(alice.heard[-3200:]), 500) > -30
        assert level_db(np.array(bob.heard[-3200:]), 1000) > -30
        await alice.call.press("7")
        assert (await rig.event(e.DtmfReceived)).digit == "7"
        await alice.call.hangup(q850=16)
        ended = await rig.event(e.LegEnded, leg="caller")
        assert (ended.by_us, ended.cause.q850) == (False, 16)
        rig.send(c.Finish())
        await bob.wait("ended")
        assert await rig.exit_code() == 0


async def test_attended_transfer_through_the_front(rig: FrontedRig) -> None:
    async with party(rig, 11, "alice") as alice, party(rig, 12, "bob") as bob:
        await connected(rig, alice, bob)
        rig.send(c.ReferReplaces(leg="caller", other="agent-1"))
        progress = await rig.event(e.TransferProgress, leg="caller", final=True)
        assert progress.status == 200
        ended = await rig.event(e.LegEnded, leg="agent-1")
        assert not ended.by_us
        rig.send(c.Finish())
        await alice.wait("ended")
        assert await rig.exit_code() == 0


async def test_the_front_says_goodbye_for_a_dead_worker(rig: FrontedRig) -> None:
    async with party(rig, 11, "alice") as alice, party(rig, 12, "bob") as bob:
        await connected(rig, alice, bob)
        rig.process.send_signal(signal.SIGKILL)
        await rig.event(e.WorkerLost)
        for ear in (alice, bob):
            ended = await ear.wait("ended")
            assert ended["q850"] == 41

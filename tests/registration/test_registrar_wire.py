"""The registrar worker behind the real front, against a registrar on a raw socket."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from sip.party.auth import Credentials
from sip.party.message import parse
from tests.front.front_rig import FrontProcess
from tests.front.malformed import datagrams
from tests.registration.pbx import Pbx
from tests.wire.rig import network

pytestmark = [pytest.mark.wire, pytest.mark.timeout(60)]


class Rig:
    """A PBX, the front, the registrar worker, and main's end of its line."""

    def __init__(self, pbx: int = 200, granted_s: int = 60, **registration: Any) -> None:
        """`pbx` is what the PBX answers."""
        net = network()
        self.pbx = Pbx(f"{net}.1", status=pbx, granted_s=granted_s)
        self._folder = tempfile.TemporaryDirectory(prefix="sipr")
        self.folder = Path(self._folder.name)
        self.front = FrontProcess(self.folder, f"{net}.2:5060", [f"{net}.0/24"])
        self.lines: list[dict[str, Any]] = []
        self._told = asyncio.Event()
        self.config: dict[str, Any] = {
            "bind_ip": f"{net}.2", "sip_port": 5119, "front": f"{net}.2:5060",
            "control": str(self.folder / "main"),
            "registrations": [{
                "registrar": f"sip:{net}.1", "user": "trunk",
                "credential": {"user": "trunk", "password": "s3cret"}, **registration,
            }],
        }  # fmt: skip

    async def __aenter__(self) -> Self:
        self._main = await asyncio.start_unix_server(self._accept, self.folder / "main")
        await self.pbx.__aenter__()
        await self.front.start()
        await self.start()
        return self

    async def start(self) -> None:
        path = self.folder / "registrar.json"
        path.write_text(json.dumps(self.config))
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sip.registrar", str(path), stderr=log
            )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        await self.front.stop()
        await self.pbx.__aexit__(kind, error, trace)
        self._main.close()
        log = self.log
        self._folder.cleanup()
        assert "Traceback" not in log, log
        assert "s3cret" not in log, log

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.lines.append(json.loads(line))
            self._told.set()
        writer.close()

    async def state(self, timeout_s: float = 10.0, **wanted: Any) -> dict[str, Any]:
        """Main is told that the registration stands so."""
        async with asyncio.timeout(timeout_s):
            while True:
                state: dict[str, Any] = self.lines[-1]["registrations"][0] if self.lines else {}
                if state and all(state[key] == value for key, value in wanted.items()):
                    return state
                self._told.clear()
                await self._told.wait()


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with Rig() as rig:
        yield rig


async def test_a_challenge_is_answered_through_the_front_with_the_fronts_contact(rig: Rig) -> None:
    await rig.pbx.registered()
    state = await rig.state(registered=True)
    assert state.pop("at") > 0
    assert state == {
        "registrar": f"{rig.pbx.ip}:5060", "user": "trunk", "status": 200, "reason": "OK",
        "registered": True, "expires_s": 60,
    }  # fmt: skip
    assert rig.lines[0]["kind"] == "registrar"
    assert [seen.answer for seen in rig.pbx.seen] == [401, 200]
    assert rig.pbx.bindings == {f"sip:trunk@{rig.pbx.ip}": f"sip:trunk@{rig.front.address}"}
    message = rig.pbx.seen[1].message
    assert message.uri == f"sip:{rig.pbx.ip}"
    assert rig.pbx.seen[1].expires_s == 120
    assert {seen.source for seen in rig.pbx.seen} == {(rig.front.ip, 5060)}
    assert not message.get("Route")
    assert "registered for 60 s" in rig.log


@pytest.mark.parametrize(
    ("status", "cure"), [(403, "forbids it"), (404, "create it there"), (503, "log of the PBX")]
)
async def test_a_refusal_is_told_with_its_cure_and_tried_again(status: int, cure: str) -> None:
    async with Rig(pbx=status) as rig:
        assert (await rig.state(status=status))["registered"] is False
        assert cure in rig.log
        rig.pbx.status = 200
        await rig.state(registered=True)


async def test_a_wrong_password_is_told() -> None:
    async with Rig(credential={"user": "trunk", "password": "wrong"}) as rig:
        assert (await rig.state(status=401))["registered"] is False
        assert "password" in rig.log
        assert len(rig.pbx.seen) <= 4, "pjsip takes each new nonce for a stale one, three times"


async def test_a_wrong_realm_is_told() -> None:
    async with Rig(credential={"user": "trunk", "password": "s3cret", "realm": "elsewhere"}) as rig:
        assert (await rig.state(status=401))["registered"] is False
        assert "realm" in rig.log


async def test_another_user_in_the_digest() -> None:
    """As 3CX wants it: the extension, and an authentication ID of its own."""
    async with Rig(user="1000") as rig:
        await rig.state(registered=True)
        assert list(rig.pbx.bindings) == [f"sip:1000@{rig.pbx.ip}"]


async def test_a_registrar_that_wants_longer_gets_it() -> None:
    async with Rig(expires_s=60) as rig:
        rig.pbx.least_s = 300
        await rig.state(registered=True)
        assert rig.pbx.accepted()[-1].expires_s == 300


async def test_each_registration_stands_for_itself() -> None:
    rig = Rig()
    other = Pbx(rig.pbx.ip.removesuffix(".1") + ".3", Credentials(user="x7", password="0ther"))
    answer = {"user": "x7", "password": "0ther", "realm": "pbx"}
    rig.config["registrations"].insert(
        0, {"registrar": f"sip:{other.ip}", "user": "1000", "credential": answer}
    )
    async with other, rig:
        other.status = 403
        await rig.state(status=403)
        async with asyncio.timeout(5):
            while not rig.lines[-1]["registrations"][1]["registered"]:
                await asyncio.sleep(0.01)
        other.status = 200
        await rig.state(registered=True)
        assert list(other.bindings) == [f"sip:1000@{other.ip}"]
        assert list(rig.pbx.bindings) == [f"sip:trunk@{rig.pbx.ip}"]
        rig.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            await rig.process.wait()
        assert (other.bindings, rig.pbx.bindings) == ({}, {})


async def test_malformed_messages_do_no_harm() -> None:
    async with Rig(granted_s=2) as rig:
        await rig.state(registered=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((f"{rig.front.ip.removesuffix('.2')}.66", 5060))
            for _, raw in datagrams(f"{rig.front.ip}:5119", "{}:{}".format(*stranger.getsockname())):
                stranger.sendto(raw, (rig.front.ip, 5119))
        before = len(rig.pbx.accepted())
        await rig.pbx.until(lambda: len(rig.pbx.accepted()) > before + 1)
        assert rig.process.returncode is None


async def test_it_is_renewed_well_before_it_ends() -> None:
    async with Rig(granted_s=2, expires_s=30) as rig:
        await rig.pbx.until(lambda: len(rig.pbx.accepted()) >= 5)
        times = [seen.at for seen in rig.pbx.accepted()]
        assert all(later - earlier < 1.9 for earlier, later in pairwise(times))
        assert rig.pbx.accepted()[-1].expires_s == 30


async def test_a_registrar_that_lost_us_is_told_again() -> None:
    async with Rig(granted_s=2) as rig:
        await rig.state(registered=True)
        rig.pbx.forget()
        await rig.pbx.registered()
        assert rig.pbx.seen[-1].answer == 200


async def test_nobody_answers() -> None:
    async with Rig(pbx=0) as rig:
        assert (await rig.state(timeout_s=45, status=408))["registered"] is False
        assert "nobody answers" in rig.log
        rig.pbx.status = 200
        await rig.state(registered=True)


async def test_sigterm_takes_it_back(rig: Rig) -> None:
    await rig.state(registered=True)
    rig.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(5):
        assert await rig.process.wait() == 0
    assert rig.pbx.bindings == {}
    assert rig.pbx.seen[-1].expires_s == 0
    assert rig.lines[-1]["registrations"][0]["registered"] is False


async def test_sigterm_waits_only_so_long(rig: Rig) -> None:
    await rig.state(registered=True)
    rig.pbx.status = 0
    rig.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(2.9):  # the supervisor kills after 3 s
        assert await rig.process.wait() == 0


async def test_the_next_one_registers_again_after_a_kill(rig: Rig) -> None:
    await rig.state(registered=True)
    rig.process.kill()
    await rig.process.wait()
    rig.pbx.forget()
    await rig.start()
    await rig.pbx.registered()


async def test_a_dead_front_is_no_end() -> None:
    async with Rig(granted_s=2) as rig:
        await rig.state(registered=True)
        await rig.front.kill()
        await rig.front.start()
        rig.pbx.forget()
        await rig.pbx.registered()


async def test_whoever_calls_it_directly_is_refused(rig: Rig) -> None:
    await rig.state(registered=True)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((rig.pbx.ip, 0))
        stranger.setblocking(False)
        here = "{}:{}".format(*stranger.getsockname())
        invite = (
            f"INVITE sip:trunk@{rig.front.ip}:5119 SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK1\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:x@{here}>;tag=1\r\nTo: <sip:trunk@{rig.front.ip}>\r\n"
            f"Call-ID: direct\r\nCSeq: 1 INVITE\r\nContact: <sip:x@{here}>\r\nContent-Length: 0\r\n\r\n"
        )
        await loop.sock_sendto(stranger, invite.encode(), (rig.front.ip, 5119))
        async with asyncio.timeout(5):
            answer = parse(await loop.sock_recv(stranger, 4096))
        assert answer.status == 503


def test_usage_and_configuration(tmp_path: Path) -> None:
    def code(*arguments: str) -> int:
        return subprocess.run([sys.executable, "-m", "sip.registrar", *arguments], timeout=20).returncode

    bad = tmp_path / "registrar.json"
    bad.write_text("{}")
    assert code() == 2
    assert code(str(bad)) == 78

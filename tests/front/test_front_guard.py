"""What the front does not let in: strangers, floods, loops, open relays, broken datagrams."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from sip.front.config import Flood, FrontConfig
from sip.front.forwarding import Place, Refused, check_hops, prepare
from sip.front.guard import FloodGuard
from sip.party.address import Address
from sip.party.call import new_dialog
from sip.party.message import Message, parse
from sip.party.party import Party
from tests.front.front_rig import FAST, FrontProcess, WorkerParty, requests
from tests.front.malformed import datagrams, invite

pytestmark = [pytest.mark.wire, pytest.mark.timeout(60)]

FRONT: Address = ("127.0.53.1", 5060)
FRONT_TEXT, CALLER, STRANGER = "127.0.53.1:5060", "127.0.53.2", "127.0.53.3"

BROKEN_LINES = (
    b"{}\n",
    b"[]\n",
    b"nonsense\n",
    b'{"op":"hello"}\n',
    b'{"op":"hello","worker":"w","pid":1,"ip":"8.8.8.8","port":5060}\n',
    b"[" * 100_000 + b"\n",
    b"x" * 2_000_000,
)


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[FrontProcess]:
    flood = {"per_s": 1, "burst": 400, "sources": 4}
    async with FrontProcess(tmp_path, FRONT_TEXT, [f"{CALLER}/32"], flood=flood) as process:
        yield process


@pytest.fixture
async def caller() -> AsyncIterator[Party]:
    async with Party(CALLER, user="caller", timers=FAST) as party:
        yield party


async def ask(party: Party, method: str, **headers: str) -> Message:
    dialog = new_dialog(party, f"sip:{FRONT_TEXT}", "")
    message = dialog.new_request(method, party.address, party.user)
    for name, value in headers.items():
        message.set(name.replace("_", "-"), value)
    return await party.run(message, FRONT, dialog)


async def test_options_and_others(front: FrontProcess, caller: Party) -> None:
    answer = await ask(caller, "OPTIONS")
    assert (answer.status, answer.get("Allow")) == (200, "INVITE, ACK, CANCEL, OPTIONS, BYE")
    for method in ("MESSAGE", "REGISTER", "SUBSCRIBE", "REFER", "NOTIFY"):
        assert (await ask(caller, method)).status == 405


async def test_a_stranger_meets_silence(front: FrontProcess) -> None:
    async with Party(STRANGER, timers=FAST) as stranger:
        await stranger.dial(f"sip:101@{FRONT_TEXT}")
        stranger.wire.send_raw(b"OPTIONS sip:x SIP/2.0\r\n\r\n", FRONT)
        await front.until("counters", "unknown_source", equals=3)
        assert not [record for record in stranger.log if record.direction == "in"]


async def test_a_flood_is_cut_and_calls_in_progress_are_not(tmp_path: Path) -> None:
    flood = {"per_s": 1, "burst": 5}
    async with (
        FrontProcess(tmp_path, FRONT_TEXT, [f"{CALLER}/32"], flood=flood) as front,
        Party(CALLER, timers=FAST) as caller,
        WorkerParty(front) as worker,
    ):
        await caller.dial(f"sip:101@{FRONT_TEXT}")
        await worker.wait("acked")
        for number in range(40):
            text = invite(FRONT_TEXT, f"{CALLER}:{caller.address[1]}", method="OPTIONS").replace(
                "@N@", str(number)
            )
            caller.wire.send_raw(text.encode(), FRONT)
        assert (await caller.call.hold()).status == 200
        answered = sum(b"1 OPTIONS" in r.raw for r in caller.log if r.direction == "in")
        assert 1 <= answered <= 5
        assert (await front.ask(op="status"))["counters"]["flood"] >= 35


async def test_hops_and_loops(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        for wrong, status in (("0", 483), ("1", 503)):
            message = parse(invite(FRONT_TEXT, f"{CALLER}:{caller.address[1]}", Max_Forwards=wrong).encode())
            message.set("Via", message.get("Via").replace("@N@", wrong))
            message.set("Call-ID", f"hops-{wrong}")
            assert (await caller.transactions.run(message, FRONT)).status == status
            worker.tell(op="state", state="busy")
            await front.until("workers", "busy", equals=1)
        assert not worker.calls


async def test_no_open_relay(front: FrontProcess, caller: Party) -> None:
    async with Party(STRANGER) as victim, WorkerParty(front):
        where = f"{STRANGER}:{victim.address[1]}"
        for route in ("", f"Route: <sip:{FRONT_TEXT};lr>, <sip:{where};lr>\r\n"):
            text = invite(
                FRONT_TEXT, f"{CALLER}:{caller.address[1]}", method="BYE", uri=f"sip:x@{where}", extra=route,
                To=f"<sip:x@{where}>;tag=9",
            )  # fmt: skip
            caller.wire.send_raw(text.encode(), FRONT)
        assert (await ask(caller, "OPTIONS")).status == 200
        assert not victim.log
        refusals = [r.raw for r in caller.log if r.raw.startswith(b"SIP/2.0 481")]
        assert len(refusals) == 2


async def test_44_malformed_datagrams(front: FrontProcess, caller: Party) -> None:
    sender = f"{CALLER}:{caller.address[1]}"
    cases = list(datagrams(FRONT_TEXT, sender))
    assert len(cases) == 44
    async with WorkerParty(front):
        for name, raw in cases:
            caller.wire.send_raw(raw[:65_000], FRONT)
            assert (await ask(caller, "OPTIONS")).status == 200, name
        status = await front.ask(op="status")
    assert status["counters"].get("errors", 0) == 0
    assert status["counters"]["malformed"] > 20
    assert "errors" not in status["counters"]


async def test_damaged_requests_and_responses(front: FrontProcess, caller: Party) -> None:
    seed = 20_261_122
    print("seed", seed)
    rng = random.Random(seed)
    sender = f"{CALLER}:{caller.address[1]}"
    shapes = [raw for _, raw in datagrams(FRONT_TEXT, sender) if 200 < len(raw) < 2_000]
    async with WorkerParty(front) as worker:
        for number in range(600):
            raw = bytearray(rng.choice(shapes))
            for _ in range(rng.randrange(1, 6)):
                raw[rng.randrange(len(raw))] = rng.randrange(256)
            (worker if number % 2 else caller).wire.send_raw(bytes(raw), FRONT)
            if number % 50 == 0:
                await asyncio.sleep(0)
        assert (await ask(caller, "OPTIONS")).status == 200
        status = await front.ask(op="status")
    assert status["counters"].get("errors", 0) == 0


async def test_broken_control_lines_close_only_their_connection(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        for line in BROKEN_LINES:
            reader, writer = await asyncio.open_unix_connection(str(front.control))
            writer.write(line)
            with contextlib.suppress(ConnectionError):  # closed on us before we had said it all
                writer.write_eof()
                await reader.read()
            writer.close()
        await caller.dial(f"sip:101@{FRONT_TEXT}")
        await worker.wait("acked")
        assert requests(worker, "INVITE")


def test_a_request_that_comes_back_unchanged_is_a_loop() -> None:
    us = Place(FRONT)
    message = parse(invite(FRONT_TEXT, "127.0.0.9:5060").encode())
    check_hops(message, us)
    prepare(message, us, record_route=True)
    with pytest.raises(Refused, match="482"):
        check_hops(message, us)
    message.start = message.start.replace("101", "102", 1)  # routed anew: a spiral is no loop
    check_hops(message, us)


def test_the_flood_table_is_bounded_and_refills() -> None:
    now = [0.0]
    guard = FloodGuard(Flood(per_s=10, burst=2, sources=3), lambda: now[0])
    assert [guard.take("a") for _ in range(3)] == [True, True, False]
    now[0] += 0.1
    assert guard.take("a")
    for name in "bcdef":
        guard.take(name)
    assert guard.sources == 3


@pytest.mark.parametrize(
    "change",
    [{"allow": []}, {"bind": "host:5060"}, {"bind": "0.0.0.0:5060"}, {"unknown": 1}, {"workers": []}],
)
def test_config_refuses(change: dict[str, object], tmp_path: Path) -> None:
    good = {
        "bind": FRONT_TEXT,
        "allow": ["10.0.0.0/8"],
        "workers": [{"ip": "127.0.0.1", "first_port": 5100, "last_port": 5200}],
        "control": str(tmp_path / "s"),
    }
    FrontConfig.model_validate(good)
    with pytest.raises(ValidationError):
        FrontConfig.model_validate(good | change)

"""A bridge in operation: hostile datagrams, strangers, draining, many calls, and starts that cannot be."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from bridge.peers.bridge import RunningBridge, running_bridge
from sip.party.call import Call
from sip.party.party import Party
from tests.front.malformed import datagrams
from tests.wire.ears import hears, joined
from tests.wire.processes import family, strays
from tests.wire.reach import TIMERS, connect, staff
from tests.wire.rig import Office, configuration, network, office, until

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90)]


def sip_port(place: Office, worker: str) -> int:
    """Where a worker listens, as its configuration says."""
    return int(json.loads(place.bridge.paths.config(worker).read_text())["sip_port"])


@pytest.mark.parametrize("where", ["front", "worker"])
async def test_malformed_messages(place: Office, where: str) -> None:
    """During a call; its worker and the front are the same processes afterwards."""
    async with place.people() as (caller, ann, _):
        talk = await place.talk(caller)
        await connect(talk, ann)
        worker = await talk.worker()
        before = place.bridge.pid("front"), place.bridge.pid(worker)
        target = (f"{place.net}.2", 5060 if where == "front" else sip_port(place, worker))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((f"{place.net}.66", 5060))
            for _, raw in datagrams(f"{target[0]}:{target[1]}", f"{place.net}.66:5060"):
                stranger.sendto(raw, target)
        assert await joined(caller, ann)
        alive = place.bridge.pids()
        assert (alive["front"], alive[worker]) == before
        await caller.call.hangup()
        assert (await talk.record())["handoffs"][0]["outcome"]["result"] == "connected"


async def test_a_stranger_meets_silence(place: Office) -> None:
    async with Party("127.0.99.99", 5060, user="stranger") as stranger:
        await stranger.dial(f"sip:101@{place.front}")
        with pytest.raises(TimeoutError):
            await stranger.wait("refused", timeout=1.5)
        assert [record for record in stranger.log if record.direction == "in"] == []


async def test_twenty_calls_at_once_and_the_next_is_refused(tmp_path: Path) -> None:
    pool = {"workers": 20, "max_conversations": 20}
    with office(tmp_path, staff=staff, handoff=TIMERS, sip=pool) as place:
        async with contextlib.AsyncExitStack() as stack:
            phones = [await stack.enter_async_context(place.phone(100 + n, f"c{n}")) for n in range(21)]
            async with asyncio.timeout(20):
                while (await place.pool())["idle"] < 20:
                    await asyncio.sleep(0.05)
            await asyncio.gather(*(phone.dial(f"sip:9@{place.front}") for phone in phones[:20]))
            await asyncio.gather(*(phone.wait("answered", timeout=20) for phone in phones[:20]))
            await phones[20].dial(f"sip:9@{place.front}")
            assert (await phones[20].wait("refused", timeout=10))["status"] == 503
            started = [e for e in place.events() if e["type"] == "started"]
            assert len({e["worker"] for e in started}) == 20
            await asyncio.gather(*(phone.call.hangup() for phone in phones[:20]))
            await asyncio.to_thread(place.bridge.wait_records, 20, 30)


async def test_sigterm_drains_and_a_second_one_ends(tmp_path: Path) -> None:
    with office(tmp_path, staff=staff, handoff=TIMERS) as place:
        async with place.people() as (caller, ann, _), place.phone(14, "second") as second:
            talk = await place.talk(caller)
            await connect(talk, ann)
            everybody = family(place.bridge)
            place.bridge.process.send_signal(signal.SIGTERM)
            await refused(second, place)
            assert await joined(caller, ann)
            await caller.call.hangup()
            await ann.wait("ended")
            code = await asyncio.to_thread(place.bridge.process.wait, 15)
            assert code == 0
            assert [p for p in everybody if p.is_running() and p.status() != "zombie"] == []
            assert (await talk.record())["handoffs"][0]["outcome"]["result"] == "connected"


async def test_a_draining_bridge_hands_its_conferences_to_the_pbx(tmp_path: Path) -> None:
    """The caller's telephone plays the PBX: both legs are its own, so an attended REFER joins them."""
    with office(tmp_path, staff=staff, handoff={**TIMERS, "release_on_drain": True}) as place:
        async with place.people() as (caller, _, _):
            talk = await place.talk(caller)
            await talk.escalate("ann_here")
            await talk.state("briefing")
            await caller.calls[-1].press("1")
            await talk.state("connected")
            place.bridge.process.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(place.bridge.process.wait, 15)
            record = await talk.record()
    assert code == 0
    assert record["handoffs"][0]["outcome"]["result"] == "transferred"
    assert "drains" in record["handoffs"][0]["attempts"][0]["mode_why"]


async def test_a_second_signal_ends_a_running_call(tmp_path: Path) -> None:
    with office(tmp_path, staff=staff, handoff=TIMERS) as place:
        async with place.people() as (caller, ann, _), place.phone(14, "second") as second:
            talk = await place.talk(caller)
            await connect(talk, ann)
            everybody = family(place.bridge)
            place.bridge.process.send_signal(signal.SIGTERM)
            await refused(second, place)
            place.bridge.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(place.bridge.process.wait, 15)
            assert [p for p in everybody if p.is_running() and p.status() != "zombie"] == []
            await asyncio.gather(caller.wait("ended", timeout=10), ann.wait("ended", timeout=10))


async def refused(phone: Party, place: Office) -> None:
    """A draining front answers 503; the signal may still be under way at the first try."""
    for _ in range(10):
        call: Call = await phone.dial(f"sip:9@{place.front}")
        event = await next_of(phone, call)
        if event == "refused":
            return
        await call.hangup()
    raise AssertionError("the front takes calls while draining")


async def next_of(phone: Party, call: Call) -> str:
    while True:
        event = await phone.next_of(call)
        if event.name in ("answered", "refused"):
            return event.name


@pytest.fixture
def net() -> str:
    return network()


def attempt(config: dict[str, Any], tmp_path: Path) -> tuple[int, str]:
    """`handoff run` with that configuration: exit code and what it said."""
    run_dir = tmp_path / "r"
    whole = {"run_dir": str(run_dir), "records": {"dir": str(tmp_path / "records")}, **config}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(whole))
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "run", "--config", str(tmp_path / "config.yaml")],
        capture_output=True, text=True, timeout=60, env={**os.environ},
    )  # fmt: skip
    return done.returncode, done.stderr


def test_an_unknown_key_names_the_nearest(net: str, tmp_path: Path) -> None:
    code, said = attempt({**configuration(net, False, {}), "agnets": []}, tmp_path)
    assert (code, "Did you mean agents?" in said, "Traceback" in said) == (78, True, False)


def test_no_agent(net: str, tmp_path: Path) -> None:
    code, said = attempt({**configuration(net, False, {}), "agents": []}, tmp_path)
    assert (code, "add agents" in said, "Traceback" in said) == (78, True, False)


def test_a_missing_model_directory(net: str, tmp_path: Path) -> None:
    asr = {"asr": {"workers": 1, "engine": "vosk", "model_dir": str(tmp_path / "nowhere")}}
    code, said = attempt(configuration(net, False, asr), tmp_path)
    assert (code in (69, 78), "nowhere" in said, "Traceback" in said) == (True, True, False), said


def test_a_port_in_use(net: str, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((f"{net}.2", 5060))
        code, said = attempt(configuration(net, False, {}), tmp_path)
    assert (code, f"{net}.2:5060" in said, "Traceback" in said) == (75, True, False), said


def test_an_api_port_in_use(net: str, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind((f"{net}.2", 8080))
        taken.listen()
        code, said = attempt(configuration(net, False, {}), tmp_path)
    assert (code, f"{net}.2:8080" in said, "Traceback" in said) == (75, True, False), said


@pytest.mark.timeout(300)
async def test_fifty_short_calls_leave_nothing_behind(tmp_path: Path) -> None:
    with office(tmp_path, staff=staff, handoff=TIMERS) as place:
        async with place.people() as (caller, ann, _):
            await short_call(place, caller, ann)
            await place.ready()
            before, ports = held(place), sockets(place.bridge)
            for _ in range(50):
                await short_call(place, caller, ann)
            await place.ready()
            await until(lambda: not strays(place.bridge), 10, "only idle processes", place.bridge)
            after = held(place)
            assert sockets(place.bridge) == ports
    print("descriptors and MB before and after:", before, after)
    assert len(place.bridge.records()) == 51
    for name in ("main", "front", "tts", "asr-0"):
        assert after[name][0] <= before[name][0] + 3, f"descriptors of {name}"
        assert after[name][1] <= before[name][1] + 8, f"MB of {name}"


def sockets(bridge: RunningBridge) -> int:
    """UDP ports held by the front and the idle workers."""
    return sum(len(process.net_connections("udp")) for process in family(bridge) if process.is_running())


def held(place: Office) -> dict[str, tuple[int, int]]:
    """Descriptors and resident megabytes of each lasting process."""
    out = {}
    for name in ("main", "front", "tts", "asr-0"):
        process = psutil.Process(place.bridge.pid(name))
        out[name] = process.num_fds(), process.memory_info().rss >> 20
    return out


async def short_call(place: Office, caller: Party, ann: Party) -> None:
    began = time.monotonic()
    talk = await place.talk(caller)
    await connect(talk, ann)
    assert await hears(ann, caller, 500)
    await talk.call.hangup()
    await talk.record()
    assert time.monotonic() - began < 20


def test_a_bridge_ends_whole(net: str, tmp_path: Path) -> None:
    with running_bridge(configuration(net, False, {}), tmp_path) as bridge:
        everybody = family(bridge)
        assert len(everybody) >= 6
    assert [p for p in everybody if p.is_running() and p.status() != "zombie"] == []

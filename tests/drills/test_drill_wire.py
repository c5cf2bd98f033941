"""A drill on the wire: a scripted trainee is rung, hears the whisper, takes the call, and is scored."""

import asyncio
import socket
from pathlib import Path

import pytest

from bridge.demo.phone import Phone
from bridge.demo.run import free_nets
from bridge.demo.script import Cast
from bridge.drills.run import Desk, drill
from bridge.drills.scenario import load_scenario

pytestmark = [pytest.mark.wire, pytest.mark.timeout(280)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _trainee(ip: str, out: Path, lines: tuple[str, ...]) -> None:
    """Picks up, hears some of the whisper, presses 1, says his lines in pauses."""
    cast = Cast(out / "lines")
    await asyncio.to_thread(cast.prepare, [("agent", line) for line in lines])
    async with Phone("trainee", ip, out / "trainee", reception={"after_s": 0.5}, pcap=False) as phone:
        await phone.event("answered", timeout_s=200)
        await phone.do("hear", for_ms=300, timeout_s=20)
        await phone.do("press", digits="1")
        await asyncio.sleep(0.5)
        for line in lines:
            await phone.do("quiet", for_ms=1300, timeout_s=30)
            await phone.do("play", wav=str(cast.line("agent", line).wav.absolute()), wait=True)
            if line is not lines[-1]:
                await phone.do("hear", for_ms=300, timeout_s=30)
        await phone.event("ended", timeout_s=60)


async def test_a_scripted_trainee_is_rung_and_scored(tmp_path: Path) -> None:
    net = free_nets()[0]
    desk = Desk(
        agent={"id": "trainee", "uri": f"sip:trainee@{net}.20:5060"},
        bind=f"{net}.2",
        port=5070,
        caller=(f"{net}.10", 5060),
        page_port=free_port(),
    )
    told: list[str] = []
    loop = asyncio.get_running_loop()
    scenario = load_scenario("planted_error")
    playing = loop.run_in_executor(None, drill, scenario, desk, tmp_path / "out", told.append)
    lines = (
        "Hello, I see that your chair came with a broken leg.",
        "I will send you another chair.",
        "Goodbye.",
    )
    heard = asyncio.create_task(_trainee(f"{net}.20", tmp_path, lines))
    got = await playing
    await heard
    assert "your telephone rings" in told
    assert got.joined
    assert got.outcome == "connected"
    assert got.planted_caught is True
    assert got.time_to_first_useful_word_s is not None
    assert got.time_to_first_useful_word_s < 10
    assert got.time_to_accept_s is not None
    assert got.transcript_opened is None

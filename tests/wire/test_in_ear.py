"""Hints in the ear, on the wire: found in what the agent heard, and not in what the caller heard."""

import asyncio
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from bridge.demo.phone import Phone
from bridge.demo.run import free_nets
from bridge.demo.script import Cast
from bridge.drills.run import Desk, configuration, play
from bridge.drills.scenario import Scenario, load_scenario
from bridge.peers.bridge import running_bridge
from sip.party.wav import read_wav
from tests.wire.ears import told_in_private

pytestmark = [pytest.mark.wire, pytest.mark.timeout(280)]
ASKS = ("Can I pay that with my credit card?", "I will call my lawyer.", "Goodbye.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _agent(phone: Phone, greeting: Path) -> None:
    """Takes the call at once and greets; then he listens."""
    await phone.event("answered", timeout_s=120)
    await phone.do("hear", for_ms=300, timeout_s=20)
    await phone.do("press", digits="1")
    await phone.do("pause", seconds=1.0)
    await phone.do("play", wav=str(greeting), wait=True)
    await phone.event("ended", timeout_s=150)


async def test_a_spoken_hint_is_for_the_agent_alone(tmp_path: Path) -> None:
    net = free_nets()[0]
    desk = Desk(
        agent={"id": "ann", "uri": f"sip:ann@{net}.20:5060", "headset": True},
        bind=f"{net}.2", port=5070, caller=(f"{net}.10", 5060), page_port=free_port(),
        assist={"in_ear": True},
    )  # fmt: skip
    one = load_scenario("outside_workflow")
    scenario = Scenario.model_validate(one.model_dump() | {"then": ASKS})
    bot = tmp_path / "bot.yaml"
    bot.write_text(yaml.safe_dump(scenario.bot.model_dump(exclude_defaults=True), sort_keys=False))
    greeting = (await asyncio.to_thread(Cast(tmp_path / "lines").line, "agent", "Hello, this is Ann.")).wav
    with ExitStack() as stack:
        bridge = await asyncio.to_thread(
            stack.enter_context, running_bridge(configuration(desk, bot), tmp_path / "bridge", ready_s=150)
        )
        ann = Phone("ann", f"{net}.20", tmp_path / "ann", reception={"after_s": 0.5}, pcap=False)
        async with ann as phone:
            talking = asyncio.create_task(_agent(phone, greeting.absolute()))
            await play(scenario, desk, bridge, tmp_path / "raw", lambda text: None)
            await talking
        spoken = {event["clip"] for event in bridge.events() if event["type"] == "hint_spoken"}
        agent, caller = (read_wav(tmp_path / at / "out" / "heard.wav") for at in ("ann", "raw/caller"))
        heard = told_in_private(agent, caller, bridge.paths.clips)
        edges = [edge for event in bridge.events() if event["type"] == "hears" for edge in event["edges"]]
    assert spoken
    assert spoken <= set(heard)
    assert ["hint", "caller"] not in edges
    assert any(edge[0] == "hint" for edge in edges)

"""Plays a drill: a bridge of its own, a caller with a voice of its own, and the trainee's real telephone."""

import asyncio
import contextlib
import json
import urllib.request
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import TypeAdapter

from bridge.demo.phone import Phone, SceneFailed
from bridge.demo.script import Cast
from bridge.drills.scenario import Scenario
from bridge.drills.score import Score, score
from bridge.model.record import ConversationRecord
from bridge.peers.bridge import RunningBridge, running_bridge

READY_S: Final = 120.0
POLL_S: Final = 0.1
TURN_MS: Final = 900
"""so long a silence tells the caller that it is his turn"""
SILENT_S: Final = 10.0
"""so long the caller waits for a trainee who says nothing, before he speaks on"""
PATIENCE_S: Final = 180.0
RECORD: Final[TypeAdapter[ConversationRecord]] = TypeAdapter(ConversationRecord)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who is drilled, and where. `agent` as in the configuration's `agents`."""

    agent: dict[str, Any]
    bind: str
    """the drill bridge's own address"""
    port: int
    caller: tuple[str, int]
    """where the drill's caller stands"""
    page_port: int
    assist: dict[str, Any] = field(default_factory=dict)
    """that section of the configuration: the trainee gets the help that agents get"""
    browser: bool = False
    """the page is the telephone, so it must be open"""


def configuration(desk: Desk, bot: Path) -> dict[str, Any]:
    return {
        "site": "drill",
        "sip": {"bind": desk.bind, "port": desk.port, "workers": 1, "max_conversations": 1},
        "bot": {"script": str(bot)},
        "agents": [desk.agent | {"mode": "conference", "assist": True}],
        "handoff": {
            "wrap_up_timeout_s": 3, "ring_timeout_s": 60, "accept_timeout_s": 60, "returned_timeout_s": 5,
        },
        "policy": {"rules": []},
        "asr": {"workers": 1},
        "assist": desk.assist,
        "api": {"bind": "127.0.0.1", "port": desk.page_port},
    }  # fmt: skip


def drill(scenario: Scenario, desk: Desk, out: Path, say: Say) -> Score:
    """Play it and score it. Raises `BridgeFailed`, `SceneFailed`."""
    raw = (out / "raw").absolute()
    raw.mkdir(parents=True, exist_ok=True)
    bot = raw / "bot.yaml"
    bot.write_text(yaml.safe_dump(scenario.bot.model_dump(exclude_defaults=True), sort_keys=False))
    say(f"{scenario.title}: starting the bridge")
    with running_bridge(configuration(desk, bot), raw, ready_s=READY_S) as bridge:
        return asyncio.run(play(scenario, desk, bridge, raw, say))


async def play(scenario: Scenario, desk: Desk, bridge: RunningBridge, raw: Path, say: Say) -> Score:
    """One call over a bridge that runs, scored. `raw`: where its files go. Raises `SceneFailed`."""
    cast = Cast(raw / "lines")
    lines = [("caller", line) for line in (*scenario.caller, *scenario.then)]
    await asyncio.to_thread(cast.prepare, lines)
    if desk.browser:
        say(f"open http://127.0.0.1:{desk.page_port}/: the page is your telephone")
        await _page_opened(desk.page_port)
    page = await asyncio.to_thread(_pages, desk.page_port) > 0
    ip, port = desk.caller
    async with Phone("caller", ip, raw / "caller", sip_port=port, pcap=False, deadline_s=1200) as phone:
        say("the caller talks to the assistant")
        await phone.do("dial", uri=f"sip:101@{desk.bind}:{desk.port}")
        await phone.event("answered", timeout_s=20)
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(_quietly(_say(phone, cast, scenario.caller)))
            talking: asyncio.Task[None] | None = None
            floor = Floor()
            async for event in _events(bridge):
                floor.take(event)
                match event["type"]:
                    case "dialed":
                        say("your telephone rings")
                    case "handoff" if event["state"] == "connected" and talking is None:
                        say("you are connected")
                        talking = tasks.create_task(_quietly(_talk(phone, cast, scenario.then, floor)))
                    case "handoff" if event["state"] in ("FAILED", "DISMISSED", "RETURNED"):
                        await _quietly(phone.do("hangup"))
            for task in (asking, talking):
                if task:
                    task.cancel()
    page = page or await asyncio.to_thread(_pages, desk.page_port) > 0
    files = list((bridge.dir / "records").glob("20*/*.json"))
    if not files:
        raise SceneFailed("bridge: it left no record")
    record = RECORD.validate_json(files[0].read_text())
    return score(scenario, record, bridge.events(), page)


async def _say(phone: Phone, cast: Cast, lines: tuple[str, ...]) -> None:
    for line in lines:
        await phone.do("hear", for_ms=200, timeout_s=20)
        await phone.do("quiet", for_ms=TURN_MS, timeout_s=40)
        await phone.do("play", wav=str(cast.line("caller", line).wav.absolute()), wait=True)


class Floor:
    """Who has it: the bridge's own events tell when the trainee speaks."""

    def __init__(self) -> None:
        self._turns = 0
        self._speaking = False
        self._since = 0.0

    def take(self, event: dict[str, Any]) -> None:
        if event["type"] == "speech" and event["speaker"] == "agent":
            self._speaking = event["speaking"]
            self._turns += self._speaking
            self._since = asyncio.get_running_loop().time()

    async def turn(self) -> None:
        """The trainee has said something since and leaves a pause, or says nothing for long."""
        clock = asyncio.get_running_loop().time
        begun, before = clock(), self._turns
        while clock() < begun + SILENT_S or self._speaking:
            await asyncio.sleep(POLL_S)
            if self._turns > before and not self._speaking and clock() >= self._since + TURN_MS / 1000:
                return


async def _talk(phone: Phone, cast: Cast, lines: tuple[str, ...], floor: Floor) -> None:
    """The caller answers whatever the trainee says, and hangs up behind his last word."""
    for line in lines:
        await floor.turn()
        await phone.do("play", wav=str(cast.line("caller", line).wav.absolute()), wait=True)
    await floor.turn()
    await phone.do("hangup")


async def _events(bridge: RunningBridge) -> AsyncIterator[dict[str, Any]]:
    """Until the conversation has ended. Raises `SceneFailed` when it does not."""
    seen = 0
    async with asyncio.timeout(PATIENCE_S + 600):
        while True:
            found = await asyncio.to_thread(bridge.events)
            for event in found[seen:]:
                yield event
                if event["type"] == "ended":
                    return
            seen = len(found)
            await asyncio.sleep(POLL_S)


def _pages(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            return int(json.load(answer)["console"]["pages"])
    except (OSError, ValueError, KeyError):
        return 0


async def _page_opened(port: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(_pages, port):  # noqa: ASYNC110 - another process opens it
            await asyncio.sleep(0.5)


async def _quietly(work: Any) -> None:
    """People hang up while others still speak."""
    with contextlib.suppress(SceneFailed):
        await work

"""One bridge of the demo with its neighbours on loopback: who is where, and what it is configured to do."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from bridge.demo.phone import Phone, SceneFailed
from bridge.demo.relay import Relay
from bridge.demo.script import Cast, DemoScript
from bridge.peers.asterisk import Addresses, Asterisk
from bridge.peers.bridge import RunningBridge, running_bridge

NUMBER: Final = "101"
"""what callers dial; the extension of configs/asterisk that leads to the bridge"""
POLL_S: Final = 0.05
CLAIM_S: Final = 5.0
WRAP_UP_S: Final = 0.4
READY_S: Final = 90.0
"""a machine with other work to do may need that long; alone it is 5 s"""
AGENTS: Final = ("ann", "ben")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Addresses of one lane: a /24 of the loopback net, one address for each party."""

    net: str
    pbx: bool = False
    """caller and agents are behind one address: an Asterisk, or without one a relay"""
    real: bool = True

    def ip(self, name: str) -> str:
        hosts = {"pbx": 1, "bridge": 2, "caller": 10, "ann": 20, "ben": 21}
        return f"{self.net}.{hosts[name]}"

    @property
    def entry(self) -> str:
        """Where callers send their INVITE."""
        return self.ip("pbx" if self.pbx else "bridge")

    def agent_uri(self, name: str) -> str:
        return f"sip:20{1 + AGENTS.index(name)}@{self.ip('pbx')}:5060" if self.pbx else (
            f"sip:{name}@{self.ip(name)}:5060"
        )  # fmt: skip

    @property
    def names(self) -> dict[str, str]:
        """Parties by address; the bridge's workers share its own."""
        names = {self.ip(name): name for name in ("pbx", "bridge", "caller", *AGENTS)}
        return names if self.real else names | {self.ip("pbx"): "relay"}

    def users(self) -> dict[str, tuple[str, int]]:
        """Where a relay finds the numbers that an Asterisk knows by its dialplan."""
        numbers = {NUMBER: "bridge", "201": "ann", "202": "ben"}
        return {number: (self.ip(name), 5060) for number, name in numbers.items()}

    def asterisk(self) -> Addresses:
        at = {name: f"{self.ip(name)}:5060" for name in ("pbx", "bridge", "caller", *AGENTS)}
        return Addresses(
            pbx=at["pbx"], bridge=at["bridge"], caller=at["caller"], agent1=at["ann"], agent2=at["ben"]
        )


@dataclass(slots=True, kw_only=True)
class Lane:
    """A running bridge and what the scenes on it share. `tell` shows progress."""

    place: Place
    bridge: RunningBridge
    script: DemoScript
    cast: Cast
    out: Path
    tell: Callable[[str], None]
    peer: str
    """what stands between the bridge and the telephones, in words"""
    asterisk: Asterisk | None = None
    _claimed: set[str] = field(default_factory=set)

    def phone(self, name: str, scene: str, **settings: Any) -> Phone:
        user = f"agent{1 + AGENTS.index(name)}" if self.place.pbx and name in AGENTS else name
        if self.place.pbx:
            settings["proxy"] = f"{self.place.ip('pbx')}:5060"
        dir = self.out / "raw" / scene / name
        return Phone(name, self.place.ip(name), dir, **{"user": user, **settings})

    async def claim(self) -> str:
        """The id of the conversation that has just begun. Raises `SceneFailed`."""
        end = time.monotonic() + CLAIM_S
        while time.monotonic() < end:
            for event in self.bridge.events():
                if event["conversation"] not in self._claimed and event["type"] == "started":
                    self._claimed.add(event["conversation"])
                    return str(event["conversation"])
            await asyncio.sleep(POLL_S)
        raise SceneFailed("bridge: it answered, but tells of no conversation")

    def events(self, conversation: str) -> list[dict[str, Any]]:
        return [e for e in self.bridge.events() if e["conversation"] == conversation]

    async def event(self, conversation: str, kind: str, timeout_s: float, **where: Any) -> dict[str, Any]:
        """The first such event of the bridge. Raises `SceneFailed`."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            for event in self.events(conversation):
                if event["type"] == kind and all(event.get(k) == v for k, v in where.items()):
                    return event
            await asyncio.sleep(POLL_S)
        states = [e["state"] for e in self.events(conversation) if e["type"] == "handoff"]
        wanted = " ".join([kind, *(str(value) for value in where.values())])
        raise SceneFailed(f"bridge: no {wanted} within {timeout_s:.0f} s (states: {', '.join(states)})")

    async def record(self, conversation: str, timeout_s: float = 15.0) -> dict[str, Any]:
        await self.event(conversation, "ended", timeout_s)
        paths = list((self.bridge.dir / "records").glob(f"*/{conversation}.json"))
        if not paths:
            raise SceneFailed("bridge: no record was written")
        record: dict[str, Any] = json.loads(paths[0].read_text())
        return record


def configuration(place: Place, script: Path, modes: tuple[str, ...]) -> dict[str, Any]:
    """What the bridge of a lane is told: nothing in it knows of a demo."""
    return {
        "site": "demo",
        "sip": {"bind": place.ip("bridge"), "port": 5060, "workers": 1, "max_conversations": 3},
        "bot": {"script": str(script)},
        "agents": [
            {"id": name, "uri": place.agent_uri(name), "mode": mode}
            for name, mode in zip(AGENTS, modes, strict=True)
        ],
        "routing": {"order": "listed", "last_agent_days": 0},  # each scene begins with Ann
        "handoff": {"wrap_up_timeout_s": WRAP_UP_S, "ring_timeout_s": 15},
        "policy": {"rules": []},  # the caller asks for a person, after having told what it is about
        "asr": {"workers": 1},
        "api": {"bind": place.ip("bridge"), "port": 8080},
    }


@asynccontextmanager
async def lane(
    place: Place,
    name: str,
    *,
    script: DemoScript,
    cast: Cast,
    out: Path,
    modes: tuple[str, ...],
    tell: Callable[[str], None],
) -> AsyncIterator[Lane]:
    """Start a bridge, and an Asterisk where the place has one; end both."""
    raw = out / "raw" / f"bridge-{name}"
    raw.mkdir(parents=True, exist_ok=True)
    bot = raw.absolute() / "bot.yaml"
    bot.write_text(yaml.safe_dump(script.bot.model_dump(exclude_defaults=True), sort_keys=False))
    with ExitStack() as stack:
        asterisk = None
        peer = "user agents of their own, directly"
        if place.pbx and not place.real:
            relay = await Relay.open((place.ip("pbx"), 5060), place.users())
            stack.callback(relay.close)
            peer = "user agents that obey REFER themselves"
        elif place.pbx:
            tell("starting Asterisk")
            asterisk = await asyncio.to_thread(stack.enter_context, Asterisk(place.asterisk()))
            peer = f"Asterisk {Asterisk.version().partition('+')[0]}"
        tell("starting the bridge")
        bridge = await asyncio.to_thread(
            stack.enter_context,
            running_bridge(configuration(place, bot, modes), raw.absolute(), ready_s=READY_S),
        )
        if asterisk:
            await asyncio.to_thread(asterisk.rx, "pjsip set logger on")
            await asyncio.to_thread(asterisk.wait_for, "pjsip show contacts", "Avail")
        yield Lane(
            place=place, bridge=bridge, script=script, cast=cast, out=out, tell=tell, peer=peer,
            asterisk=asterisk,
        )  # fmt: skip

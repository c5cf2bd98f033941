"""A whole running bridge and the people around it: real processes, real sockets, raw telephones.

An `Office` is one /24 of the loopback net: .1 the PBX (when there is one), .2 the bridge, .10 the caller, .11
and .12 the telephones of Ann and Ben. A `Talk` is one conversation as its event log and record tell it.
"""

import asyncio
import contextlib
import json
import os
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bridge.peers.asterisk import Addresses, Asterisk
from bridge.peers.bridge import RunningBridge, running_bridge
from sip.party.behaviour import Headers, Reception
from sip.party.call import Call
from sip.party.party import Party
from sip.party.transaction import Timers
from tests.peers.softphone import Softphone

POLL_S = 0.02
WARM = 2
MODES = {"ref": ("refer_replaces", 201), "cold": ("refer", 221), "quick": ("conference", 201)}
BEHAVIOUR = {"busy": 203, "declined": 204, "mute": 205, "voicemail": 207}
"""extensions of configs/asterisk that behave so"""
Staff = Callable[[str], list[dict[str, Any]]]
"""the agents, or registrations, of a bridge on that network"""
_nets = count(100 + os.getpid() % 75 * 2)


def network() -> str:
    """The next free-to-use `127.0.N` of this test process."""
    return f"127.0.{100 + next(_nets) % 150}"


@dataclass(slots=True)
class Office:
    """Made by `office()`. `talk()` places a call into the bridge and follows its conversation."""

    net: str
    bridge: RunningBridge
    asterisk: Asterisk | None
    _claimed: set[str] = field(default_factory=set)
    _events: list[dict[str, Any]] = field(default_factory=list)
    _read: int = 0

    @property
    def pbx(self) -> str:
        return f"{self.net}.1:5060"

    @property
    def front(self) -> str:
        return f"{self.net}.2:5060"

    @property
    def entry(self) -> str:
        """Where callers send their INVITE."""
        return self.pbx if self.asterisk else self.front

    def phone(self, last: int, user: str, reception: Reception | None = None) -> Party:
        proxy = self.pbx if self.asterisk and last == 10 else None
        timers = Timers(t1_s=0.2)
        return Party(f"{self.net}.{last}", 5060, user=user, proxy=proxy, reception=reception, timers=timers)

    @contextlib.asynccontextmanager
    async def people(
        self, ann: Reception | None = None, ben: Reception | None = None
    ) -> AsyncIterator[tuple[Party, Party, Party]]:
        """The caller, Ann and Ben, at their telephones."""
        async with (
            self.phone(10, "4912345") as caller,
            self.phone(11, "agent1", ann) as first,
            self.phone(12, "agent2", ben) as second,
        ):
            yield caller, first, second

    async def talk(self, caller: Party, number: str = "101", headers: Headers = ()) -> "Talk":
        """A call that the bridge has answered."""
        await self.ready()
        self.claim()
        call = await caller.dial(f"sip:{number}@{self.entry}", headers=headers)
        await caller.wait("answered", timeout=10, call=call)
        talk = await self.conversation(call)
        await talk.event("answered", leg="caller")
        return talk

    async def conversation(self, call: "Call | Softphone") -> "Talk":
        """The conversation that has begun since the last one was asked for."""
        id = await until(self.claim, 5, "a conversation to begin")
        return Talk(self, id, call)

    def claim(self) -> str | None:
        """A conversation id not claimed so far, the newest; older ones count as claimed too."""
        self.events()
        new = [e["conversation"] for e in self._events if e["type"] == "started"]
        new = [id for id in new if id not in self._claimed]
        self._claimed.update(new)
        return new[-1] if new else None

    def events(self) -> list[dict[str, Any]]:
        """All events so far; reads only what was written since."""
        path = self.bridge.dir / "records" / "events.jsonl"
        if path.exists():
            with path.open("rb") as file:
                file.seek(self._read)
                whole = file.read().rpartition(b"\n")[0]
            self._read += len(whole) + bool(whole)
            self._events.extend(json.loads(line) for line in whole.splitlines())
        return self._events

    async def http(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request to the bridge's API; the JSON it answers."""
        request = urllib.request.Request(
            f"http://{self.net}.2:8080{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"content-type": "application/json"},
        )

        def ask() -> Any:
            with urllib.request.urlopen(request, timeout=5) as answer:
                text = answer.read()
                return json.loads(text) if text.startswith((b"{", b"[")) else text.decode()

        return await asyncio.to_thread(ask)

    async def registration(self, timeout_s: float = 10.0, **wanted: Any) -> dict[str, Any]:
        """The first registration as /healthz shows it, once it stands so."""
        async with asyncio.timeout(timeout_s):
            while True:
                state: dict[str, Any] = (await self.http("GET", "/healthz"))["registrations"][0]
                if all(state[key] == value for key, value in wanted.items()):
                    return state
                await asyncio.sleep(POLL_S)

    async def ready(self, timeout_s: float = 10.0) -> None:
        """Main answers, ears are attached, and warm workers are idle: the next two calls will succeed."""

        async def idle() -> bool:
            with contextlib.suppress(OSError, ValueError, urllib.error.URLError):
                if (await self.http("GET", "/healthz"))["asr"]["engine"] != "none":
                    return int((await self.pool())["idle"]) >= WARM
            return False

        async with asyncio.timeout(timeout_s):
            while not await idle():
                await asyncio.sleep(POLL_S)

    async def pool(self) -> dict[str, int]:
        """How many workers the front knows, by state, and their `legs`. Raises `OSError` without a front."""
        reader, writer = await asyncio.open_unix_connection(str(self.bridge.paths.front_control))
        writer.write(b'{"op":"status"}\n')
        workers: dict[str, int] = json.loads(await reader.readline())["workers"]
        writer.close()
        return workers


@dataclass(slots=True)
class Talk:
    """One conversation."""

    office: Office
    id: str
    call: Call | Softphone

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        mine = [e for e in self.office.events() if e["conversation"] == self.id]
        return [e for e in mine if kind is None or e["type"] == kind]

    def states(self) -> list[str]:
        """Every state entered, over all handoffs."""
        return [e["state"] for e in self.events("handoff")]

    async def event(self, kind: str, timeout_s: float = 8.0, nth: int = 1, **where: Any) -> dict[str, Any]:
        """The nth event of that kind with those fields, whenever it was."""

        def look() -> dict[str, Any] | None:
            fits = [e for e in self.events(kind) if all(e.get(k) == v for k, v in where.items())]
            return fits[nth - 1] if len(fits) >= nth else None

        wanted = f"{kind} {where} (states {self.states()})"
        found: dict[str, Any] = await until(look, timeout_s, wanted, self.office.bridge)
        return found

    async def state(self, name: str, timeout_s: float = 8.0, nth: int = 1) -> dict[str, Any]:
        return await self.event("handoff", timeout_s, nth, state=name)

    async def escalate(self, target: str | None = None, reason: str = "bot_limit") -> None:
        body = {"reason": reason, "note": "asked by a test", "target": target}
        await self.office.http("POST", f"/v1/conversations/{self.id}/escalate", body)

    async def order(self, order: str, **more: str) -> None:
        await self.office.http("POST", f"/v1/conversations/{self.id}/order", {"order": order, **more})

    async def record(self, timeout_s: float = 15.0) -> dict[str, Any]:
        """The one record. Raises `TimeoutError`; more than one fails."""
        folder = self.office.bridge.dir / "records"

        def look() -> list[Path]:
            return list(folder.glob(f"20*/{self.id}.json"))

        found = await until(look, timeout_s, f"the record (states {self.states()})", self.office.bridge)
        assert len(found) == 1, found
        record: dict[str, Any] = json.loads(found[0].read_text())
        return record

    async def worker(self) -> str:
        """The process that carries the call."""
        return str((await self.event("started"))["worker"])


async def until(
    look: Callable[[], Any], timeout_s: float, wanted: str, bridge: RunningBridge | None = None
) -> Any:
    """The first true value of `look`. Raises `TimeoutError` that says what was waited for."""
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout_s
    while not (found := look()):
        if loop.time() > end:
            log = f"\n{bridge.log_end()}" if bridge else ""
            raise TimeoutError(f"no {wanted} within {timeout_s} s{log}")
        await asyncio.sleep(POLL_S)
    return found


@contextlib.contextmanager
def office(
    dir: Path,
    *,
    pbx: bool = False,
    staff: Staff | None = None,
    failsafe: int | None = None,
    registrations: Staff | None = None,
    supervisors: Staff | None = None,
    pbx_changes: Mapping[str, str] | None = None,
    **sections: dict[str, Any],
) -> Iterator[Office]:
    """Start a bridge, and an Asterisk in front of it; end both. `sections` go over the configuration.

    `failsafe` is the last number of the telephone that takes callers of a dead main; `registrations` and
    `supervisors` are made for that network; `pbx_changes` go over configs/asterisk.
    """
    net = network()
    config = configuration(net, pbx, sections)
    if staff:
        config["agents"] = staff(net)
    if registrations:
        config["sip"]["registrations"] = registrations(net)
    if supervisors:
        config["console"] = {"supervisors": supervisors(net)}
    if "callback" in config.get("queue", {}):
        callback = config["queue"]["callback"]
        config["queue"] = {
            **config["queue"],
            "callback": {**callback, "uri": callback["uri"].replace("NET", net)},
        }
    if failsafe:
        config["handoff"]["failsafe_uri"] = f"sip:agent2@{net}.{failsafe}:5060"
    with contextlib.ExitStack() as stack:
        bridge = stack.enter_context(running_bridge(config, dir))
        asterisk = stack.enter_context(Asterisk(addresses(net), changes=pbx_changes)) if pbx else None
        if asterisk:
            asterisk.wait_for("pjsip show contacts", "Avail")
        yield Office(net, bridge, asterisk)


def addresses(net: str) -> Addresses:
    return Addresses(
        pbx=f"{net}.1:5060", bridge=f"{net}.2:5060", caller=f"{net}.10:5060",
        agent1=f"{net}.11:5060", agent2=f"{net}.12:5060", qualify_s=1,
    )  # fmt: skip


def configuration(net: str, pbx: bool, sections: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Short timers; Ann first, then Ben; with a PBX also targets that are busy, transferred to, and so on."""
    there = f"@{net}.1:5060"
    people = {"ann": ("conference", 201), "ben": ("conference", 202)}
    if pbx:
        more = {name: ("conference", extension) for name, extension in BEHAVIOUR.items()}
        agents = [
            {"id": name, "uri": f"sip:{extension}{there}", "mode": mode, "fallback_proved": mode == "refer"}
            for name, (mode, extension) in {**people, **MODES, **more}.items()
        ]
        next(agent for agent in agents if agent["id"] == "quick")["ring_s"] = 1.0
    else:
        agents = [
            {"id": "ann", "uri": f"sip:agent1@{net}.11:5060"},
            {"id": "ben", "uri": f"sip:agent2@{net}.12:5060"},
        ]
    settings: dict[str, Any] = {
        "site": "wire",
        "sip": {
            "bind": f"{net}.2", "allow": [f"{net}.0/24"], "workers": WARM, "max_conversations": 40,
            "media_silence_s": 2.0, "options_s": 0,  # people come and go between the tests of one bridge
        },
        "agents": agents,
        "routing": {"order": "listed", "last_agent_days": 0},
        "policy": {"rules": []},
        "handoff": {"wrap_up_timeout_s": 0.5, "ring_timeout_s": 15, "accept_timeout_s": 4,
                    "orphan_grace_s": 1.0, "refer_timeout_s": 6},
        "asr": {"workers": 2},
        "api": {"bind": f"{net}.2", "port": 8080},
    }  # fmt: skip
    for name, section in sections.items():
        settings[name] = {**settings.get(name, {}), **section}
    return settings

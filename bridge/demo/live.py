"""`python -m bridge.demo.live`: a bridge with callers that keep calling, for whoever opens the console.

The page is the real one; so are bridge, telephones and speech. A desk telephone is picked up when somebody
presses Accept, and a demo voice talks in the agent's place: no headset is needed.
"""

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import sys
import time
import urllib.request
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from bridge.demo.phone import Phone, SceneFailed
from bridge.demo.run import free_nets
from bridge.demo.script import Cast, DemoScript, load_demo_script
from bridge.demo.stage import NUMBER, READY_S, Place, configuration
from bridge.peers.bridge import BridgeFailed, RunningBridge, running_bridge

PATIENCE_S: Final = 150.0
"""how long a caller waits for a person before hanging up"""
SILENCE_S: Final = 60.0
"""how long a caller with nothing left to say stays on the line"""
PAUSE_S: Final = 4.0
POLL_S: Final = 0.1
RINGS_S: Final = 5.0
"""within so long behind Accept a telephone rings, or the offer is over"""
SPARE_S: Final = 2.0
"""events are read a little behind what they tell"""
NAMES: Final = {"ann": "Ann Baker", "ben": "Ben Okafor"}
GONE: Final = ("FAILED", "DISMISSED", "returned")
Say = Callable[[str], None]


@dataclass(slots=True)
class Tail:
    """The bridge's event log, read once."""

    path: Path
    _at: int = 0

    def news(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self._at)
            whole = file.read().rpartition(b"\n")[0]
        self._at += len(whole) + bool(whole)
        return [json.loads(line) for line in whole.splitlines() if line]


@dataclass(slots=True)
class Round:
    """One call, from its INVITE to its record."""

    caller: Phone
    desks: dict[str, Phone]
    script: DemoScript
    cast: Cast
    say: Say
    conversation: str = ""
    target: str = ""
    _talks: set[str] = field(default_factory=set)
    leaving: asyncio.Task[None] | None = None
    _dialing: float = 0.0

    async def take(self, event: dict[str, Any], tasks: asyncio.TaskGroup) -> bool:
        """What people do when it happens. False: the conversation is over."""
        match event["type"]:
            case "dialed":
                self.target = event["target"]
                self.say(f"{NAMES[self.target]}'s telephone rings: press Accept on the page")
            case "pick_up":
                tasks.create_task(_quietly(self._pick_up(self.desks[event["target"]])))
            case "handoff" if event["state"] == "dialing":
                self._dialing = time.monotonic() - SPARE_S
            case "handoff" if event["state"] == "connected" and self.target not in self._talks:
                self._talks.add(self.target)
                self.say("connected; a demo voice speaks for the agent")
                tasks.create_task(_quietly(self._talk(self.desks[self.target])))
            case "handoff" if event["state"] in GONE:
                self.say(f"the caller is back with the assistant ({event['state'].lower()})")
                self._leave(tasks, 8.0)
            case "ended":
                self.say(f"over: {', '.join(event['handoffs']) or 'no handoff'}")
                return False
        return True

    async def _pick_up(self, desk: Phone) -> None:
        """The brief is on the page first, so Accept may be pressed before the telephone rings."""
        await desk.event("incoming", timeout_s=RINGS_S, since=self._dialing)
        await desk.do("answer")

    def _leave(self, tasks: asyncio.TaskGroup, after_s: float) -> None:
        async def go() -> None:
            await asyncio.sleep(after_s)
            await _quietly(self.caller.do("hangup"))

        if self.leaving:
            self.leaving.cancel()
        self.leaving = tasks.create_task(go())

    async def ask(self, tasks: asyncio.TaskGroup) -> None:
        """Tell the assistant what it is about, then ask for a person."""
        self._leave(tasks, PATIENCE_S)
        for line in self.script.with_bot:
            await self.caller.do("hear", for_ms=200, timeout_s=15)
            await self.caller.do("quiet", for_ms=700, timeout_s=30)
            self.say(f"caller: {line}")
            await self._speak(self.caller, "caller", line)

    async def _talk(self, desk: Phone) -> None:
        people = {"caller": self.caller, "agent": desk}
        for speaker, text in self.script.turns:
            await people[speaker].do("quiet", for_ms=400, timeout_s=10)
            self.say(f"{speaker}: {text}")
            await self._speak(people[speaker], speaker, text)
        await asyncio.sleep(SILENCE_S)
        await self.caller.do("hangup")

    async def _speak(self, phone: Phone, speaker: str, text: str) -> None:
        line = self.cast.line(speaker, text)
        await phone.do("play", wav=str(line.wav.absolute()), wait=True)


async def _quietly(work: Any) -> None:
    """People hang up while others still speak: no reason to end the demo."""
    with contextlib.suppress(SceneFailed):
        await work


async def _ringing(phone: Phone) -> None:
    """A telephone on a desk: it rings, whenever it is called, until somebody picks it up."""
    rung = 0
    while True:
        if sum(event["event"] == "incoming" for event in phone.events) > rung:
            rung += 1
            await _quietly(phone.do("ring"))
        await asyncio.sleep(POLL_S)


async def play_round(place: Place, tail: Tail, out: Path, script: DemoScript, cast: Cast, say: Say) -> None:
    """One call. Raises `SceneFailed` when the bridge does not answer."""
    shutil.rmtree(out / "raw" / "live", ignore_errors=True)
    async with AsyncExitStack() as stack:

        async def phone(name: str, ip: str, **more: Any) -> Phone:
            made = Phone(name, ip, out / "raw" / "live" / name, pcap=False, deadline_s=3600, **more)
            return await stack.enter_async_context(made)

        desks = {n: await phone(n, place.ip(n), reception={"manual": True}) for n in NAMES}
        await phone("sam", f"{place.net}.30", reception={"after_s": 1.5})  # the supervisor's
        caller = await phone("caller", place.ip("caller"))
        call = Round(caller, desks, script, cast, say)
        tail.news()
        say("a caller calls")
        await caller.do("dial", uri=f"sip:{NUMBER}@{place.entry}:5060")
        await caller.event("answered", timeout_s=15)
        async with asyncio.TaskGroup() as tasks:
            people = [tasks.create_task(_ringing(desk)) for desk in desks.values()]
            people.append(tasks.create_task(_quietly(call.ask(tasks))))
            async for event in _events(tail, call):
                if not await call.take(event, tasks):
                    break
            for task in (*people, call.leaving):
                if task:
                    task.cancel()


async def _events(tail: Tail, call: Round) -> AsyncIterator[dict[str, Any]]:
    while True:
        for event in tail.news():
            if event["type"] == "started" and not call.conversation:
                call.conversation = event["conversation"]
            if event["conversation"] == call.conversation:
                yield event
        await asyncio.sleep(POLL_S)


def settings_of(place: Place, bot: Path, port: int) -> dict[str, Any]:
    """As the demo's, with time for a person to look, and the page where a browser finds it."""
    plain = configuration(place, bot, ("conference", "conference"))
    return {
        **plain,
        "agents": [{**agent, "headset": True} for agent in plain["agents"]],
        "handoff": {
            "wrap_up_timeout_s": 90, "returned_timeout_s": 60, "ring_timeout_s": 60, "accept_timeout_s": 60,
        },
        "console": {"supervisors": [{"name": "*", "uri": f"sip:sam@{place.net}.30:5060"}]},
        "api": {"bind": "127.0.0.1", "port": port},
    }  # fmt: skip


async def _page_open(port: int) -> bool:
    def ask() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            return bool(json.load(answer)["console"]["pages"])

    with contextlib.suppress(OSError):
        return await asyncio.to_thread(ask)
    return False


async def _calls(bridge: RunningBridge, place: Place, out: Path, port: int, rounds: int, say: Say) -> None:
    script, cast = load_demo_script(None), Cast(out / "raw" / "lines")
    spoken = [("caller", line) for line in script.with_bot] + script.turns
    await asyncio.to_thread(cast.prepare, spoken)
    tail = Tail(bridge.dir / "records" / "events.jsonl")
    say(f"open http://127.0.0.1:{port}/ and wait a moment: a caller will ask for a person (Ctrl-C ends)")
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin":
        webbrowser.open(f"http://127.0.0.1:{port}/")
    while rounds:
        if not await _page_open(port):
            await asyncio.sleep(0.5)
            continue
        try:
            await play_round(place, tail, out, script, cast, say)
        except SceneFailed as error:
            say(f"this call came to nothing: {error}")
        rounds -= 1
        await asyncio.sleep(PAUSE_S)


def run(out: Path, port: int, rounds: int, say: Say) -> None:
    """`rounds` calls, one after the other; for ever when negative. Raises `BridgeFailed`."""
    place = Place(net=free_nets()[0])
    raw = out.absolute() / "bridge"
    raw.mkdir(parents=True, exist_ok=True)
    bot = raw / "bot.yaml"
    bot.write_text(
        yaml.safe_dump(load_demo_script(None).bot.model_dump(exclude_defaults=True), sort_keys=False)
    )
    say("starting the bridge")
    with running_bridge(settings_of(place, bot, port), raw, ready_s=READY_S) as bridge:
        asyncio.run(_calls(bridge, place, out, port, rounds, say))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bridge.demo.live", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/console"), help="where its files go")
    parser.add_argument("--port", type=int, default=8080, help="of the page")
    parser.add_argument("--rounds", type=int, default=-1, help="so many calls, then the end")
    given = parser.parse_args()
    try:
        run(given.out, given.port, given.rounds, lambda text: print(text, flush=True))  # noqa: T201
    except KeyboardInterrupt:
        return 0
    except BridgeFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

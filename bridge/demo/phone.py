"""A telephone of the demo: `python -m sip.party` as a process of its own, told step by step what to do."""

import asyncio
import json
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from sip.party.g711 import Pcm
from sip.party.wav import RATE, read_wav

LEAVE_S: Final = 6.0
READY_S: Final = 60.0
"""a busy machine may need that long to start a process"""
DEADLINE_S: Final = 240


class SceneFailed(Exception):
    """Something the scene waits for did not happen; the message says what."""

    code = "scene_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one telephone leaves behind. All times are `time.monotonic()`."""

    name: str
    address: str
    events: tuple[dict[str, Any], ...]
    heard: Pcm
    origin: float
    """when sample 0 of `heard` arrived; 0 when nothing was heard"""
    sip: tuple[dict[str, Any], ...]

    def at(self, event: str, **where: Any) -> float | None:
        """When the first such event was."""
        return next((e["at"] for e in self.events if _fits(e, event, where)), None)

    def ear(self, begin: float, end: float) -> Pcm:
        """What was heard between two moments; what did not come is silence."""
        out: Pcm = np.zeros(max(0, round((end - begin) * RATE)), np.int16)
        if not self.origin:
            return out
        first = round((begin - self.origin) * RATE)
        part = self.heard[max(0, first) : max(0, first + len(out))]
        offset = max(0, -first)
        out[offset : offset + len(part)] = part[: max(0, len(out) - offset)]
        return out


class Phone:
    """`async with Phone(...)`: rings, talks and presses keys. The bridge sees only SIP and RTP."""

    def __init__(self, name: str, ip: str, dir: Path, **settings: Any) -> None:
        self.name, self.address, self._dir = name, f"{ip}:5060", dir
        self._script = {
            "ip": ip, "sip_port": 5060, "user": name, "out": "out", "pcap": True, "deadline_s": DEADLINE_S,
            "steps": [{"do": "stdin"}], **settings,
        }  # fmt: skip
        self.events: list[dict[str, Any]] = []
        self._news = asyncio.Condition()
        self._pending: deque[asyncio.Future[None]] = deque()
        self._failure: str | None = None

    async def __aenter__(self) -> "Phone":
        self._dir.mkdir(parents=True, exist_ok=True)
        path = self._dir / "script.json"
        path.write_text(json.dumps(self._script, indent=1))
        with (self._dir / "errors.txt").open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sip.party", str(path),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        await self.event("ready", timeout_s=READY_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        """The steps are over: the party hangs up if need be, saves what it heard and leaves."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            async with asyncio.timeout(LEAVE_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading

    async def do(self, verb: str, **step: Any) -> None:
        """One step of `sip.party.steps`, awaited. Raises `SceneFailed`."""
        if self._failure:
            raise SceneFailed(f"{self.name}: {self._failure}")
        assert self._process.stdin
        done = asyncio.get_running_loop().create_future()
        self._pending.append(done)
        self._process.stdin.write(json.dumps({"do": verb, **step}).encode() + b"\n")
        await done

    async def event(
        self, name: str, *, timeout_s: float = 10.0, since: float = 0.0, **where: Any
    ) -> dict[str, Any]:
        """The first event of that name, whenever it was, but not before `since`. Raises `SceneFailed`."""
        try:
            async with asyncio.timeout(timeout_s), self._news:
                while True:
                    late = (e for e in self.events if e.get("at", 0.0) >= since)
                    if found := next((e for e in late if _fits(e, name, where)), None):
                        return found
                    await self._news.wait()
        except TimeoutError:
            seen = ", ".join(str(e["event"]) for e in self.events[-6:])
            raise SceneFailed(f"{self.name}: no {name} within {timeout_s} s (last: {seen})") from None

    def trace(self) -> Trace:
        """After the process has left."""
        out = self._dir / "out"
        if not (out / "heard.json").exists():
            return Trace(name=self.name, address=self.address, events=tuple(self.events),
                         heard=np.zeros(0, np.int16), origin=0.0, sip=())  # fmt: skip
        sip = (out / "sip.jsonl").read_text().splitlines()
        return Trace(
            name=self.name,
            address=self.address,
            events=tuple(self.events),
            heard=read_wav(out / "heard.wav"),
            origin=float(json.loads((out / "heard.json").read_text())["origin"]),
            sip=tuple(json.loads(line) for line in sip),
        )

    async def _read(self) -> None:
        assert self._process.stdout
        async for raw in self._process.stdout:
            line = json.loads(raw)
            if line.get("ready"):
                line["event"] = "ready"
            if "event" in line:
                async with self._news:
                    self.events.append(line)
                    self._news.notify_all()
            elif "step" in line and self._pending:
                self._settle(line.get("failure"))
            elif line.get("done") is False:
                self._failure = str(line.get("failure"))
        self._failure = self._failure or "has left"
        while self._pending:
            self._settle(self._failure)

    def _settle(self, failure: str | None) -> None:
        done = self._pending.popleft()
        if done.done():
            return
        if failure:
            done.set_exception(SceneFailed(f"{self.name}: {failure}"))
        else:
            done.set_result(None)


def _fits(event: dict[str, Any], name: str, where: dict[str, Any]) -> bool:
    return event.get("event") == name and all(event.get(key) == value for key, value in where.items())

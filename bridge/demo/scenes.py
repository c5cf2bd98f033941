"""The calls of the demo, as people make them: each waits for what it hears, never for the clock."""

import shutil
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bridge.demo.phone import Phone, SceneFailed, Trace
from bridge.demo.script import Line
from bridge.demo.stage import NUMBER, Lane
from sip.party.g711 import Pcm
from sip.party.wav import RATE, read_wav

TURN_MS: Final = 700
"""so long a silence tells a person that it is their turn"""
BREATH_MS: Final = 160
"""the pause between two sentences"""
WHISPER_S: Final = 30.0
RING_S: Final = 3.5
"""how long a person lets it ring"""
NEXT_DESK_S: Final = 1.2
"""who has heard the neighbour's telephone ring is quicker"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A line and when it was said (monotonic)."""

    line: Line
    begin: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Whispered:
    """A clip of the whisper as far as it was played, and when (monotonic)."""

    part: str
    begin: float
    pcm: Pcm

    @property
    def end(self) -> float:
        return self.begin + len(self.pcm) / RATE


@dataclass(slots=True, kw_only=True)
class Scene:
    """One call and everything it left. `failure` says what did not happen."""

    name: str
    peer: str
    origin: float = 0.0
    """monotonic time of second 0 of the conversation"""
    conversation: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    traces: dict[str, Trace] = field(default_factory=dict)
    spoken: list[Spoken] = field(default_factory=list)
    whisper: list[Whispered] = field(default_factory=list)
    pbx_log: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """parties by their address"""
    failure: str | None = None

    @property
    def agents(self) -> list[Trace]:
        return [trace for name, trace in self.traces.items() if name != "caller"]

    @property
    def handoff(self) -> dict[str, Any]:
        """The record of its only handoff; {} when there was none."""
        handoffs: list[dict[str, Any]] = self.record.get("handoffs", [])
        return handoffs[0] if handoffs else {}

    @property
    def result(self) -> str:
        return str(self.handoff.get("outcome", {}).get("result", "none"))

    def mark(self, name: str) -> float | None:
        """Seconds since the conversation began."""
        if name == "escalated":
            return next((e["at_s"] for e in self.events if e["type"] == "escalation"), None)
        found: float | None = self.handoff.get("marks_s", {}).get(name)
        return found

    def state(self, name: str) -> float | None:
        """When the handoff entered a state."""
        states = self.handoff.get("states", [])
        return next((float(entry["at_s"]) for entry in states if entry["state"] == name), None)


@dataclass(slots=True)
class Acting:
    """A scene while it is played: its lane, its telephones, and what people do in it."""

    lane: Lane
    scene: Scene
    stack: AsyncExitStack
    phones: list[Phone] = field(default_factory=list)

    async def pick_up(self, name: str, **settings: Any) -> Phone:
        settings.setdefault("reception", {"after_s": RING_S})
        phone = self.lane.phone(name, self.scene.name, **settings)
        self.phones.append(phone)
        return await self.stack.enter_async_context(phone)

    async def call(self, caller: Phone) -> None:
        """Dial the bridge and be answered."""
        self.lane.tell("the caller calls")
        await caller.do("dial", uri=f"sip:{NUMBER}@{self.lane.place.entry}:5060")
        await caller.event("answered", timeout_s=15)
        self.scene.conversation = await self.lane.claim()

    async def say(self, phone: Phone, speaker: str, text: str) -> None:
        line = self.lane.cast.line(speaker, text)
        tag = f"line-{len(self.scene.spoken)}"
        await phone.do("play", wav=str(line.wav.absolute()), tag=tag, wait=True)
        begin = (await phone.event("play_started", tag=tag))["at"]
        end = (await phone.event("play_ended", tag=tag))["at"]
        self.scene.spoken.append(Spoken(line=line, begin=begin, end=end))

    async def ask_for_a_person(self, caller: Phone, lines: list[str]) -> None:
        """Answer the bot each time it has finished, until the bridge fetches somebody."""
        for line in lines:
            if any(e["type"] == "escalation" for e in self.lane.events(self.scene.conversation)):
                break
            await caller.do("hear", for_ms=200, timeout_s=15)
            await caller.do("quiet", for_ms=TURN_MS, timeout_s=30)
            self.lane.tell(f"caller: {line}")
            await self.say(caller, "caller", line)
        await self.lane.event(self.scene.conversation, "escalation", 6)

    async def listen_to_whisper(self, agent: Phone, *, whole: bool) -> None:
        """Hear the brief: to its end and the prompt behind it, or only its first sentence."""
        await agent.event("answered", timeout_s=20)
        self.lane.tell(f"{agent.name}, the agent, hears the private brief")
        await agent.do("hear", for_ms=200, timeout_s=10)
        if whole:
            await self.reach("offered", WHISPER_S)
            await agent.do("hear", for_ms=200, timeout_s=10)
        await agent.do("quiet", for_ms=TURN_MS if whole else BREATH_MS, timeout_s=10)

    async def reach(self, state: str, timeout_s: float = 10.0) -> None:
        await self.lane.event(self.scene.conversation, "handoff", timeout_s, state=state)

    async def talk(self, caller: Phone, agent: Phone, turns: list[tuple[str, str]]) -> None:
        """Each speaks when the other has finished."""
        people = {"caller": caller, "agent": agent}
        for speaker, text in turns:
            self.lane.tell(f"{speaker}: {text}")
            await people[speaker].do("quiet", for_ms=300, timeout_s=10)
            await self.say(people[speaker], speaker, text)

    async def hang_up(self, phone: Phone, *others: Phone) -> None:
        self.lane.tell("the caller hangs up")
        await phone.do("hangup")
        for other in others:
            await other.event("ended", timeout_s=10)


Play = Callable[[Acting], Awaitable[None]]


async def conference(acting: Acting) -> None:
    """The bridge stays: it joins caller and agent and goes on listening."""
    caller, agent = await acting.pick_up("caller"), await acting.pick_up("ann")
    await acting.call(caller)
    await acting.ask_for_a_person(caller, acting.lane.script.with_bot)
    await acting.listen_to_whisper(agent, whole=True)
    await agent.do("press", digits="1")
    await acting.reach("connected")
    await acting.talk(caller, agent, acting.lane.script.turns)
    await acting.hang_up(caller, agent)


async def refer(acting: Acting) -> None:
    """The bridge hands the call over with REFER and Replaces, and leaves."""
    caller, agent = await acting.pick_up("caller"), await acting.pick_up("ann")
    await acting.call(caller)
    await acting.ask_for_a_person(caller, acting.lane.script.with_bot)
    await acting.listen_to_whisper(agent, whole=False)
    await agent.do("press", digits="1")
    await acting.reach("wrap_up")
    await acting.talk(caller, agent, acting.lane.script.turns)
    await acting.hang_up(caller, agent)


async def decline(acting: Acting) -> None:
    """The first agent hears the headline and presses 2; the second takes the call."""
    caller, first = await acting.pick_up("caller"), await acting.pick_up("ann")
    second = await acting.pick_up("ben", reception={"after_s": NEXT_DESK_S})
    await acting.call(caller)
    await acting.ask_for_a_person(caller, [acting.lane.script.request])
    await acting.listen_to_whisper(first, whole=False)
    acting.lane.tell("the first agent declines")
    await first.do("press", digits="2")
    await first.event("ended")
    await acting.listen_to_whisper(second, whole=False)
    await second.do("press", digits="1")
    await acting.reach("connected")
    await acting.talk(caller, second, acting.lane.script.turns[:1])
    await acting.hang_up(caller, second)


async def caller_hangs_up(acting: Acting) -> None:
    """The agent's telephone rings, and rings, and the caller has had enough."""
    caller = await acting.pick_up("caller")
    agent = await acting.pick_up("ann", reception={"status": 0})
    await acting.call(caller)
    await acting.ask_for_a_person(caller, [acting.lane.script.request])
    await agent.event("incoming", timeout_s=20)
    await caller.do("hear", for_ms=200, timeout_s=5)
    await caller.do("quiet", for_ms=60, timeout_s=10)
    await acting.hang_up(caller)
    await agent.event("cancelled", timeout_s=10)


PLAYS: Final[dict[str, Play]] = {
    "conference": conference, "refer": refer, "decline": decline, "caller_hangs_up": caller_hangs_up,
}  # fmt: skip


async def perform(lane: Lane, name: str) -> Scene:
    """Play one scene and gather what it left. A scene that fails is gathered too."""
    scene = Scene(name=name, peer=lane.peer, names=lane.place.names)
    shutil.rmtree(lane.out / "raw" / name, ignore_errors=True)
    log_begin = len(lane.asterisk.log) if lane.asterisk else 0
    async with AsyncExitStack() as stack:
        acting = Acting(lane, scene, stack)
        try:
            await PLAYS[name](acting)
            scene.record = await lane.record(scene.conversation)
        except SceneFailed as error:
            scene.failure = str(error)
    scene.traces = {phone.name: phone.trace() for phone in acting.phones}
    await _gather(lane, scene)
    scene.pbx_log = lane.asterisk.log[log_begin:] if lane.asterisk else ""
    return scene


async def _gather(lane: Lane, scene: Scene) -> None:
    """Events, record and the clips of the whisper, while the bridge still stands."""
    if not scene.record and scene.conversation:
        try:
            scene.record = await lane.record(scene.conversation, timeout_s=8)
        except SceneFailed as error:
            scene.failure = f"{scene.failure}; {error}" if scene.failure else str(error)
    scene.events = lane.events(scene.conversation) if scene.conversation else []
    scene.origin = _origin(scene.events)
    for event in scene.events:
        if event["type"] == "whisper" and (clip := lane.bridge.paths.clips / event["clip"]).is_file():
            begin = event["at_s"]
            cut = next((e["at_s"] for e in scene.events if _cuts(e) and e["at_s"] > begin), begin + 60)
            pcm = read_wav(clip)[: max(0, round((cut - begin) * RATE))]
            scene.whisper.append(Whispered(part=event["part"], begin=scene.origin + begin, pcm=pcm))


def _cuts(event: dict[str, Any]) -> bool:
    return event["type"] == "handoff" and event["state"] not in ("briefing", "offered")


def _origin(events: list[dict[str, Any]]) -> float:
    """Second 0 on the monotonic clock, which all processes of a machine share; events carry wall time."""
    behind = time.time() - time.monotonic()
    begun = [datetime.fromisoformat(event["ts"]).timestamp() - event["at_s"] for event in events]
    return statistics.median(begun) - behind if begun else 0.0

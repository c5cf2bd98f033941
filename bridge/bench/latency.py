"""`handoff bench latency`: callers talk, in parallel and in real time, and main's events tell when it knew.

The whole path: RTP from raw parties -> SIP worker -> tap -> ASR worker -> main. The built-in bot says one
word and then only listens. Both ends of a latency are on one CLOCK_MONOTONIC. The callers talk in windows; a
window in which the machine was disturbed does not count, and another is tried.
"""

import asyncio
import os
import shutil
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bridge.bench.corpus.align import METHOD
from bridge.bench.engines import Engine
from bridge.bench.handoff import BOT, SWITCH_S, Tell
from bridge.bench.noise import Noise, gauge
from bridge.bench.spread import spread
from bridge.bench.talk import WIRE_HZ, Speech, Talk
from bridge.bench.window import LAST_WORDS_S, Window, counted, heard_by_caller, tick_lateness
from bridge.bench.words import Scores
from bridge.peers.bridge import RunningBridge, running_bridge
from sip.party.party import Party

NET: Final = "127.0.62"
BRIDGE: Final = f"{NET}.1"
SETTLE_S: Final = 2.0
ANSWER_S: Final = 15.0
RECORDS_S: Final = 20.0
STAGGER_S: Final = 0.37
"""so that the talkers do not breathe together"""
WANTED: Final = 3
"""undisturbed windows"""
MOST: Final = 5
"""windows that are tried for them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`seconds`: of one window."""

    streams: int
    seconds: float
    engine: Engine
    noise_limit_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`told`: the report; `word_ms`: the word latencies behind it, for a picture."""

    told: dict[str, Any]
    word_ms: list[float]


def measure(plan: Plan, speech: Speech, out: Path, tell: Tell) -> Measured:
    """Run it; the report has `void` beside the figures. Raises `TimeoutError`, `BridgeFailed`."""
    shutil.rmtree(out / "bridge", ignore_errors=True)  # what an earlier run heard is not this one's
    out.mkdir(parents=True, exist_ok=True)
    tell(f"{plan.engine.label}, {plan.streams} streams: preparing the speech")
    talks = [
        [speech.talk(plan.seconds, seed=number * plan.streams + stream) for stream in range(plan.streams)]
        for number in range(MOST)
    ]
    bot = (out / "bot.yaml").absolute()
    bot.write_text(yaml.safe_dump(BOT))
    tell("starting the bridge")
    with running_bridge(_configuration(plan, bot), (out / "bridge").absolute()) as bridge:
        run = _Run(bridge, plan, out, tell)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        try:
            asyncio.run(run.calls(talks))
            records = bridge.wait_records(plan.streams, RECORDS_S)
        finally:
            sys.setswitchinterval(interval)
        events = bridge.events()
    scores = Scores()
    for window in counted(run.windows):
        scores.add(window.scores(heard_by_caller(events)))
    escalations = sum(event["type"] == "escalation" for event in events)
    told = {
        "speech": speech.told,
        "escalations": escalations,
        **_report(plan, scores, run, records[-1]["asr"]),
    }
    return Measured(told=told, word_ms=scores.word)


def _configuration(plan: Plan, bot: Path) -> dict[str, Any]:
    asr: dict[str, Any] = {"engine": plan.engine.name, "events_with_text": True}
    if plan.engine.model_dir:
        asr["model_dir"] = str(plan.engine.model_dir.absolute())
    sip = {"bind": BRIDGE, "workers": plan.streams, "max_conversations": plan.streams + 4}
    return {
        "site": "bench",
        "sip": {**sip, "port": 5060},
        "bot": {"script": str(bot)},
        "agents": [{"id": "nobody", "uri": f"sip:nobody@{NET}.2:5060"}],  # no talker asks for one
        "policy": {"rules": [], "together": None},  # whatever they talk about
        "asr": asr,
        "api": {"port": 0},
    }


def _report(plan: Plan, scores: Scores, run: "_Run", asr: dict[str, str]) -> dict[str, Any]:
    windows = counted(run.windows)
    talked_s = sum(window.talked_s for window in windows)
    noise = Noise(plan.noise_limit_ms, [one for window in windows for one in window.noise.samples])
    noise.steal = max(window.noise.steal for window in windows)
    return {
        "engine": asr["engine"],
        "model_sha256": asr["model_sha256"],
        "model": plan.engine.label,
        "streams": plan.streams,
        "seconds": round(talked_s, 1),
        "word_latency_ms": spread(scores.word),
        "stable_latency_ms": spread(scores.stable),
        "turn_text_ms": spread(scores.turn),
        "final_ms": spread(scores.final),
        "coverage": round(scores.coverage, 4),
        **scores.errors.told(),
        "cpu_per_stream": round(
            sum(window.cpu_s for window in windows) / max(talked_s, 1e-9) / plan.streams, 4
        ),
        "asr_rss_mb": round(run.rss_mb, 1),
        "media_tick_late_ms": spread([late for window in windows for late in window.tick_late_ms]),
        "windows": len(run.windows),
        "windows_void": sum(window.void for window in run.windows),
        "window_s": plan.seconds,
        "word_ends": METHOD,
        "sender_worst_late_ms": round(run.worst_late_s * 1e3, 2),
        "noise": {**noise.told(), "void": all(window.void for window in run.windows)},
    }


class _Run:
    """`windows`: in the order they were talked in."""

    def __init__(self, bridge: RunningBridge, plan: Plan, out: Path, tell: Tell) -> None:
        self._bridge, self._plan, self._out, self._tell = bridge, plan, out, tell
        self.windows: list[Window] = []
        self.worst_late_s = self.rss_mb = 0.0

    async def calls(self, talks: list[list[Talk]]) -> None:
        """One call a caller, for all windows; a row of `talks` is a window."""
        async with AsyncExitStack() as stack:
            parties = [
                await stack.enter_async_context(Party(f"{NET}.{10 + number}", 5060, user=user_of(number)))
                for number in range(self._plan.streams)
            ]
            for party in parties:
                await party.dial(f"sip:bench@{BRIDGE}:5060")
                await party.wait("answered", ANSWER_S)
            await asyncio.sleep(SETTLE_S)
            for row in talks:
                window = await self._window(parties, row)
                self.windows.append(window)
                self._tell(
                    f"window {len(self.windows)} of {MOST} at most: {'VOID' if window.void else 'valid'}"
                )
                if sum(not one.void for one in self.windows) == WANTED:
                    break
            self.worst_late_s = max(party.worst_late_s for party in parties)
            self.rss_mb = sum(_peak_rss_mb(pid) for pid in self._asr_pids())

    async def _window(self, parties: list[Party], row: list[Talk]) -> Window:
        loop = asyncio.get_running_loop()
        used = self._cpu_s()
        with gauge(self._out / "noise.txt", self._plan.noise_limit_ms) as noise:
            talks = {party.user: talk for party, talk in zip(parties, row, strict=True)}
            window = Window(talks=talks, noise=noise, begin=loop.time())
            async with asyncio.TaskGroup() as group:
                for number, party in enumerate(parties):
                    group.create_task(self._talk(party, window, number * STAGGER_S))
            await asyncio.sleep(LAST_WORDS_S)
            window.end = loop.time()
        window.cpu_s = self._cpu_s() - used
        for party in parties:
            window.tick_late_ms += tick_lateness(party.ear.arrivals, window.begin, window.end)
        return window

    async def _talk(self, party: Party, window: Window, after_s: float) -> None:
        await asyncio.sleep(after_s)
        pcm = window.talks[party.user].pcm
        party.play(pcm, "talk")
        started = await party.wait("play_started", ANSWER_S, tag="talk")
        window.begun[party.user] = started.at
        await party.wait("play_ended", len(pcm) / WIRE_HZ + ANSWER_S, tag="talk")

    def _asr_pids(self) -> list[int]:
        return [pid for name, pid in self._bridge.pids().items() if name.startswith("asr")]

    def _cpu_s(self) -> float:
        """Spent by the ASR processes so far."""
        spent = 0
        for pid in self._asr_pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            spent += int(fields[11]) + int(fields[12])
        return spent / os.sysconf("SC_CLK_TCK")


def _peak_rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def user_of(number: int) -> str:
    """A SIP user without digits: those would be redacted in the events."""
    return "talker" + "".join(chr(ord("a") + int(digit)) for digit in str(number))

"""`handoff bench latency`: callers talk, in parallel and in real time, and main's events tell when it knew.

The whole path: RTP from raw parties -> SIP worker -> tap -> ASR worker -> main. The built-in bot says one
word and then only listens. Both ends of a latency are on one CLOCK_MONOTONIC.
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
from bridge.bench.handoff import BOT, SWITCH_S, Tell
from bridge.bench.noise import Noise, gauge
from bridge.bench.speech import WIRE_HZ, Talk, Talkers
from bridge.bench.spread import spread
from bridge.bench.words import Heard, Said, Scores, score
from bridge.peers.bridge import RunningBridge, running_bridge
from sip.party.party import Party

NET: Final = "127.0.62"
BRIDGE: Final = f"{NET}.1"
SETTLE_S: Final = 2.0
LAST_WORDS_S: Final = 2.5
ANSWER_S: Final = 15.0
RECORDS_S: Final = 20.0
STAGGER_S: Final = 0.37
"""so that the talkers do not breathe together"""
COVERAGE: Final = 0.85
VOID_SHARE: Final = 0.25
"""of the windows: more of them void, and so is the run"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    streams: int
    seconds: float
    engine: str
    model_dir: Path | None
    noise_limit_ms: float


def measure(plan: Plan, out: Path, tell: Tell) -> dict[str, Any]:
    """Run it; the report has `void` beside the figures. Raises `TimeoutError`, `BridgeFailed`."""
    shutil.rmtree(out / "bridge", ignore_errors=True)  # what an earlier run heard is not this one's
    out.mkdir(parents=True, exist_ok=True)
    tell("preparing the speech")
    talkers = Talkers()
    talks = [talkers.talk(plan.seconds, seed=number) for number in range(plan.streams)]
    bot = (out / "bot.yaml").absolute()
    bot.write_text(yaml.safe_dump(BOT))
    tell("starting the bridge")
    with running_bridge(_configuration(plan, bot), (out / "bridge").absolute()) as bridge:
        run = _Run(bridge, tell)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        try:
            with gauge(out / "noise.txt", plan.noise_limit_ms) as noise:
                asyncio.run(run.calls(talks))
            records = bridge.wait_records(plan.streams, RECORDS_S)
        finally:
            sys.setswitchinterval(interval)
        scores = _score(talks, run.begun, _heard(bridge.events()), noise)
    return _report(plan, scores, noise, run, records[-1]["asr"])


def _configuration(plan: Plan, bot: Path) -> dict[str, Any]:
    asr: dict[str, Any] = {"engine": plan.engine, "events_with_text": True}
    if plan.model_dir:
        asr["model_dir"] = str(plan.model_dir.absolute())
    sip = {"bind": BRIDGE, "workers": plan.streams, "max_conversations": plan.streams + 4}
    return {
        "site": "bench",
        "sip": {**sip, "port": 5060},
        "bot": {"script": str(bot)},
        "agents": [{"id": "nobody", "uri": f"sip:nobody@{NET}.2:5060"}],  # no talker asks for one
        "asr": asr,
        "api": {"port": 0},
    }


def _report(plan: Plan, scores: Scores, noise: Noise, run: "_Run", asr: dict[str, str]) -> dict[str, Any]:
    void_windows, windows = len(noise.void_windows()), noise.windows()
    return {
        "engine": asr["engine"],
        "model_sha256": asr["model_sha256"],
        "streams": plan.streams,
        "seconds": round(run.talked_s, 1),
        "word_latency_ms": spread(scores.word),
        "stable_latency_ms": spread(scores.stable),
        "turn_text_ms": spread(scores.turn),
        "final_ms": spread(scores.final),
        "coverage": round(scores.coverage, 4),
        "wer": None if scores.wer is None else round(scores.wer, 4),
        "words": sum(len(text.split()) for text in scores.reference),
        "cpu_per_stream": round(run.cpu_s / max(run.talked_s, 1e-9) / plan.streams, 4),
        "windows": windows,
        "windows_void": void_windows,
        "word_ends": METHOD,
        "sender_worst_late_ms": round(run.worst_late_s * 1e3, 2),
        "noise": {**noise.told(), "void": void_windows > VOID_SHARE * windows},
    }


class _Run:
    """`begun`: when the first sample of each talk left, by caller."""

    def __init__(self, bridge: RunningBridge, tell: Tell) -> None:
        self._bridge, self._tell = bridge, tell
        self.begun: dict[str, float] = {}
        self.talked_s = self.cpu_s = self.worst_late_s = 0.0

    async def calls(self, talks: list[Talk]) -> None:
        async with AsyncExitStack() as stack:
            parties = [
                await stack.enter_async_context(Party(f"{NET}.{10 + number}", 5060, user=user_of(number)))
                for number in range(len(talks))
            ]
            for party in parties:
                await party.dial(f"sip:bench@{BRIDGE}:5060")
                await party.wait("answered", ANSWER_S)
            await asyncio.sleep(SETTLE_S)
            self._tell(f"{len(talks)} talking")
            begin, used = asyncio.get_running_loop().time(), self._cpu_s()
            async with asyncio.TaskGroup() as group:
                for number, (party, talk) in enumerate(zip(parties, talks, strict=True)):
                    group.create_task(self._talk(party, talk, number * STAGGER_S))
            await asyncio.sleep(LAST_WORDS_S)
            self.talked_s = asyncio.get_running_loop().time() - begin
            self.cpu_s = self._cpu_s() - used
            self.worst_late_s = max(party.worst_late_s for party in parties)

    async def _talk(self, party: Party, talk: Talk, after_s: float) -> None:
        await asyncio.sleep(after_s)
        party.play(talk.pcm, "talk")
        started = await party.wait("play_started", ANSWER_S, tag="talk")
        self.begun[party.user] = started.at
        await party.wait("play_ended", len(talk.pcm) / WIRE_HZ + ANSWER_S, tag="talk")

    def _cpu_s(self) -> float:
        """Spent by the ASR processes so far."""
        pids = [pid for name, pid in self._bridge.pids().items() if name.startswith("asr")]
        ticks = 0
        for pid in pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def user_of(number: int) -> str:
    """A SIP user without digits: those would be redacted in the events."""
    return "talker" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _heard(events: list[dict[str, Any]]) -> dict[str, list[Heard]]:
    """By caller: what main knew of his words, and when."""
    callers: dict[str, str] = {}
    started: dict[str, float] = {}
    heard: dict[str, list[Heard]] = {}
    for event in events:
        conversation = event["conversation"]
        if event["type"] == "started":
            callers[conversation], started[conversation] = event["caller"], event["monotonic"]
        elif event["type"] == "final" or (event["type"] == "partial" and event["speaker"] == "caller"):
            one = Heard(
                at=started[conversation] + event["at_s"],
                kind=event["type"],
                text=event["text"],
                utterance=event.get("utterance", -1),
            )
            heard.setdefault(callers[conversation], []).append(one)
    return heard


def _score(talks: list[Talk], begun: dict[str, float], heard: dict[str, list[Heard]], noise: Noise) -> Scores:
    scores, void = Scores(), noise.void_windows()
    for number, talk in enumerate(talks):
        user = user_of(number)
        said = [Said(text=text, at=begun[user] + end / WIRE_HZ, last=last) for text, end, last in talk.words]
        scores.add(score(said, heard.get(user, []), void))
    return scores

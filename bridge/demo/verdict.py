"""Is a scene as it should be? Checks with what was measured, and the figures of the report."""

from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

from bridge.core.redaction import redact
from bridge.demo.judge import (
    LEAD_S,
    MAX_SILENCE_S,
    MAX_WER,
    PRESENT,
    Check,
    Privacy,
    likeness,
    longest_silence_s,
    privacy,
    whisper_edges,
    word_error_rate,
)
from bridge.demo.scenes import Scene, Spoken
from sip.party.g711 import Pcm
from sip.party.wav import read_wav

EXPECTED: Final = {
    "conference": "connected", "refer": "transferred", "decline": "connected", "caller_hangs_up": "abandoned",
}  # fmt: skip
MARKS: Final = (
    "request", "escalated", "ringing", "agent_answered", "whisper_started", "accepted", "refer_sent",
    "refer_done", "connected",
)  # fmt: skip
INTERVALS: Final = {
    "request_to_ringing": ("request", "ringing"),
    "pickup_to_whisper": ("agent_answered", "whisper_started"),
    "accept_to_connected": ("accepted", "connected"),
    "refer": ("refer_sent", "refer_done"),
}
SHORTEST_S: Final = 0.5
"""a clip cut sooner says nothing"""


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What the report says about one scene."""

    scene: Scene
    checks: list[Check] = field(default_factory=list)
    privacy: Privacy | None = None
    wer: float | None = None
    wer_by_speaker: dict[str, float] = field(default_factory=dict)
    silence_s: float | None = None

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def failed(self) -> list[str]:
        name = self.scene.name
        return [f"{name}: {c.name}: {c.measured} (wanted: {c.demand})" for c in self.checks if not c.ok]

    def demand(self, name: str, ok: bool, measured: str, demand: str) -> None:
        self.checks.append(Check(name=name, ok=bool(ok), measured=measured, demand=demand))

    def as_dict(self) -> dict[str, Any]:
        """The part of report.json about this scene."""
        scene = self.scene
        marks = {name: at_s for name in MARKS if (at_s := scene.mark(name)) is not None}
        intervals = {
            name: round((marks[end] - marks[begin]) * 1000, 1)
            for name, (begin, end) in INTERVALS.items()
            if begin in marks and end in marks and marks[end] >= marks[begin]
        }
        edges, tables = whisper_edges(scene.events)
        heard = self.privacy
        return {
            "ok": self.ok,
            "outcome": scene.result,
            "peer": scene.peer,
            "conversation": scene.conversation,
            "seconds": scene.record.get("seconds"),
            "marks_ms": {name: round(at_s * 1000, 1) for name, at_s in marks.items()},
            "intervals_ms": intervals,
            "attempts": [
                {key: attempt.get(key) for key in ("target", "mode", "outcome", "sip_status")}
                for attempt in scene.handoff.get("attempts", [])
            ],
            "whisper_private": heard.private and not edges if heard else not edges,
            "whisper_heard_by_agent": heard.heard if heard else None,
            "whisper_likeness": (
                {
                    "caller": round(heard.caller, 2), "null": round(heard.null, 2),
                    "agent": round(heard.agent, 2), "leak_30_db_down": round(heard.leak, 2), "limit": PRESENT,
                } if heard else None
            ),
            "whisper_edges_to_caller": len(edges),
            "edge_tables": tables,
            "wer": None if self.wer is None else round(self.wer, 4),
            "wer_by_speaker": {name: round(wer, 4) for name, wer in self.wer_by_speaker.items()},
            "caller_silence_s": None if self.silence_s is None else round(self.silence_s, 2),
            "checks": [check.as_dict() for check in self.checks],
        }  # fmt: skip


def judge(scene: Scene) -> Verdict:
    """All checks that fit the scene."""
    verdict = Verdict(scene=scene)
    verdict.demand("played to its end", scene.failure is None, scene.failure or "yes", "every step came true")
    verdict.demand("outcome", scene.result == EXPECTED[scene.name], scene.result, EXPECTED[scene.name])
    if "caller" not in scene.traces or not scene.record:
        return verdict
    attempts = [str(attempt.get("outcome")) for attempt in scene.handoff.get("attempts", [])]
    if scene.name == "decline":
        verdict.demand("first agent declines, second takes it", attempts == ["declined", "answered"],
                       ", ".join(attempts) or "no attempt", "declined, answered")  # fmt: skip
    if scene.name == "caller_hangs_up":
        gone = any(trace.at("cancelled") for trace in scene.agents)
        verdict.demand("agent stops ringing", gone, "cancelled" if gone else "still ringing", "CANCEL")
    else:
        _whisper(verdict)
    _silence(verdict)
    if scene.name in ("conference", "refer"):
        _words(verdict)
        _hear_each_other(verdict)
    return verdict


def _whisper(verdict: Verdict) -> None:
    """In the agent's ear, not in the caller's: by sound, and by the edges of the mixer."""
    scene = verdict.scene
    found: list[Privacy] = []
    for clip in scene.whisper:
        if clip.end - clip.begin < SHORTEST_S:
            continue
        begin, end = clip.begin - LEAD_S, clip.end + LEAD_S
        caller = scene.traces["caller"].ear(begin, end)
        ears = [privacy(clip.pcm, caller, agent.ear(begin, end)) for agent in scene.agents]
        found.append(max(ears, key=lambda one: one.agent))
    edges, tables = whisper_edges(scene.events)
    verdict.demand("no edge from the whisper to the caller", tables > 0 and not edges,
                   f"{len(edges)} in {tables} tables of edges", "0")  # fmt: skip
    if not found:
        verdict.demand("whisper played", False, "no clip", "at least the headline")
        return
    worst = verdict.privacy = reduce(Privacy.worse, found)
    verdict.demand("whisper absent from the caller's ear", worst.private,
                   f"score {worst.caller:.1f}; null {worst.null:.1f}",
                   f"below {PRESENT:.0f}")  # fmt: skip
    verdict.demand("a leak 30 dB down would be noticed", worst.sensitive, f"score {worst.leak:.1f}",
                   f"at least {PRESENT:.0f}")  # fmt: skip
    verdict.demand("whisper heard by the agent", worst.heard, f"score {worst.agent:.1f}",
                   f"at least {PRESENT:.0f}")  # fmt: skip


def _silence(verdict: Verdict) -> None:
    """From the escalation until somebody takes the caller, or the caller leaves."""
    scene = verdict.scene
    begin = scene.mark("escalated")
    ends = [scene.mark("connected"), scene.mark("refer_done"), scene.state("ABANDONED")]
    end = next((at_s for at_s in ends if at_s is not None), None)
    if begin is None or end is None:
        verdict.demand("caller never in silence", False, "no handoff to measure", f"{MAX_SILENCE_S} s")
        return
    ear = scene.traces["caller"].ear(scene.origin + begin, scene.origin + end)
    verdict.silence_s = longest_silence_s(ear)
    verdict.demand("caller never in silence", verdict.silence_s <= MAX_SILENCE_S,
                   f"longest {verdict.silence_s:.2f} s in {end - begin:.1f} s",
                   f"{MAX_SILENCE_S} s")  # fmt: skip


def heard_by_bridge(scene: Scene) -> list[Spoken]:
    """The lines said while the bridge listened: after a REFER it has left."""
    left = scene.mark("refer_done")
    return [s for s in scene.spoken if left is None or s.begin < scene.origin + left]


def _words(verdict: Verdict) -> None:
    """The transcript against the script, which is redacted like the transcript."""
    scene = verdict.scene
    said: dict[str, list[str]] = {}
    for spoken in heard_by_bridge(scene):
        said.setdefault(spoken.line.speaker, []).append(redact(spoken.line.text))
    transcript = scene.record.get("transcript", [])
    heard = {who: [u["text"] for u in transcript if u["speaker"] == who] for who in said}
    rates = {who: word_error_rate(lines, heard[who]) for who, lines in said.items()}
    verdict.wer_by_speaker = {who: rate for who, rate in rates.items() if rate is not None}
    words = {who: sum(len(line.split()) for line in lines) for who, lines in said.items()}
    total = sum(words[who] for who in verdict.wer_by_speaker)
    if not total:
        verdict.demand("word error rate", False, "nothing was said", f"at most {MAX_WER:.2f}")
        return
    verdict.wer = sum(rate * words[who] for who, rate in verdict.wer_by_speaker.items()) / total
    each = ", ".join(f"{who} {rate:.3f}" for who, rate in verdict.wer_by_speaker.items())
    verdict.demand(
        "word error rate", verdict.wer <= MAX_WER, f"{verdict.wer:.3f} ({each})", f"at most {MAX_WER:.2f}"
    )


def _hear_each_other(verdict: Verdict) -> None:
    """The lines after the handoff arrive in the other's ear."""
    scene = verdict.scene
    ears = {"agent": scene.traces["caller"], "caller": scene.agents[0]}
    after = [s for s in scene.spoken if (at := scene.mark("accepted")) and s.begin > scene.origin + at]
    for speaker, ear in ears.items():
        lines = [s for s in after if s.line.speaker == speaker]
        if not lines:
            continue  # the script gives this one nothing to say
        scores = [likeness(_pcm(s), ear.ear(s.begin - LEAD_S, s.end + LEAD_S)) for s in lines]
        verdict.demand(f"{speaker} is heard after the handoff", bool(scores) and min(scores) >= PRESENT,
                       f"score {min(scores, default=0.0):.1f} in {len(scores)} lines",
                       f"at least {PRESENT:.0f}")  # fmt: skip


def _pcm(spoken: Spoken) -> Pcm:
    return read_wav(spoken.line.wav)

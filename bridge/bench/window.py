"""What a window of talking gave: which words came when, how late the media clock was, whether it counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from bridge.bench.noise import Noise
from bridge.bench.talk import WIRE_HZ, Talk
from bridge.bench.words import Heard, Said, Scores, score
from sip.party.recorder import Arrival

FRAME_MS: Final = 20.0
LAST_WORDS_S: Final = 2.5
"""after the last word, for its final to come"""


@dataclass(slots=True, kw_only=True)
class Window:
    """`talks` by caller; `begun`: when the first sample of each left (monotonic)."""

    talks: dict[str, Talk]
    noise: Noise
    begun: dict[str, float] = field(default_factory=dict)
    begin: float = 0.0
    end: float = 0.0
    cpu_s: float = 0.0
    """of the ASR processes"""
    tick_late_ms: list[float] = field(default_factory=list)

    @property
    def void(self) -> bool:
        return self.noise.void

    @property
    def talked_s(self) -> float:
        return self.end - self.begin

    def scores(self, heard: dict[str, list[Heard]]) -> Scores:
        """`heard`: all that main knew, by caller."""
        scores = Scores()
        for user, talk in self.talks.items():
            at = self.begun[user]
            said = [Said(text=text, at=at + end / WIRE_HZ, last=last) for text, end, last in talk.words]
            told = [one for one in heard.get(user, []) if self.begin <= one.at < self.end]
            scores.add(score(said, told))
        return scores


def counted(windows: Sequence[Window]) -> list[Window]:
    """The undisturbed ones; all of them when there is none, so that there is something to look at."""
    return [window for window in windows if not window.void] or list(windows)


def tick_lateness(arrivals: Iterable[Arrival], begin: float, end: float) -> list[float]:
    """By how many ms each RTP packet came later than 20 ms after the one before it; 0 when it was early."""
    within = [one for one in arrivals if begin <= one.at < end]
    return [
        max((one.at - before.at) * 1e3 - FRAME_MS, 0.0)
        for before, one in pairwise(within)
        if one.seq == (before.seq + 1) % 2**16
    ]


def heard_by_caller(events: Sequence[dict[str, Any]]) -> dict[str, list[Heard]]:
    """What main knew of each caller's words, and when."""
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

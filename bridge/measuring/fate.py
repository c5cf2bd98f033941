"""What happens in a simulated conversation, before anybody hears of it: the truth a report has to find."""

import random
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from bridge.measuring.world import TOPICS, Topic

AGENTS: Final = 24
AGAIN_UNSOLVED, AGAIN_SOLVED = 0.55, 0.05
"""how likely somebody calls again within a week"""
ANSWERS: Final = 0.12
"""of all callers answer how satisfied they are"""
DAY_S: Final = 86_400.0


@dataclass(slots=True, kw_only=True)
class Fate:
    """All durations in seconds. `repeats`: items the agent asks for though he has them."""

    id: str
    caller: str
    started_s: float
    topic: Topic
    escalated: bool = False
    phase: str = ""
    """in which it is abandoned; "" where it is not"""
    wait_s: float = 0.0
    talks_s: list[float] = field(default_factory=list)
    """with one agent each"""
    wrap_up_s: float = 0.0
    holds_s: list[float] = field(default_factory=list)
    verified: bool = False
    asks: list[tuple[str, bool]] = field(default_factory=list)
    """item, and whether the caller says it again"""
    reverifies: int = 0
    whisper: str | None = None
    solved: bool = True
    disposed: bool = False
    frustration: float = 0.0
    satisfaction: int = 5
    answers: bool = False
    again_s: float | None = None
    """after its end the caller calls again about the same"""
    seconds: float = 0.0

    @property
    def connected(self) -> bool:
        return bool(self.talks_s)

    def truth(self) -> dict[str, Any]:
        told = asdict(self)
        return {**told, "topic": self.topic.rule, "connected": self.connected}


def fate(id: str, caller: str, started_s: float, chance: random.Random, more: float) -> Fate:
    """`more`: how much more often than usual the bot fails."""
    topic = chance.choices(TOPICS, [topic.share for topic in TOPICS])[0]
    made = Fate(id=id, caller=caller, started_s=started_s, topic=topic)
    made.verified = chance.random() < 0.6
    made.frustration = round(chance.random(), 2) if chance.random() < 0.25 else 0.0
    made.escalated = chance.random() > topic.solved - more
    if made.escalated:
        _handed_over(made, chance)
    else:
        made.solved = chance.random() < 0.9
    made.satisfaction = _satisfaction(made, chance)
    made.answers = chance.random() < ANSWERS
    if chance.random() < (AGAIN_SOLVED if made.solved else AGAIN_UNSOLVED):
        made.again_s = chance.uniform(0.1, 6.8) * DAY_S
    return made


def _handed_over(made: Fate, chance: random.Random) -> None:
    patience_s, made.wait_s = chance.expovariate(1 / 240), 8 + chance.expovariate(1 / 28)
    if patience_s < made.wait_s:
        made.wait_s, made.solved = max(1.0, patience_s), False
        made.phase = chance.choice(("waiting", "dialing", "briefing"))
        return
    reads = 0.45 + 0.5 * (hash_of(chance) / AGENTS)
    made.whisper = "whole" if chance.random() < 0.7 else "skipped" if chance.random() < 0.7 else None
    made.talks_s = [chance.lognormvariate(5.1, 0.5) for _ in range(1 + (chance.random() < 0.07))]
    made.wrap_up_s = chance.uniform(5, 45)
    for _ in made.talks_s:
        wanted = ["problem", *(label for label, _ in made.topic.facts)]
        asked = [item for item in wanted if chance.random() > reads and chance.random() < 0.6]
        made.asks += [(item, chance.random() < 0.93) for item in asked]
        if made.verified and chance.random() < 0.14:
            made.reverifies += 1
    made.holds_s = [chance.uniform(10, 90) for _ in range(chance.choices((0, 1, 2), (0.72, 0.22, 0.06))[0])]
    made.solved = chance.random() < 0.86 - 0.05 * len(made.asks)
    made.disposed = chance.random() < 0.9


def hash_of(chance: random.Random) -> int:
    """Which of the agents it is: some read what they are given, some do not."""
    return chance.randrange(AGENTS)


def _satisfaction(made: Fate, chance: random.Random) -> int:
    liked = (
        4.7 - 0.45 * len(made.asks) - 0.6 * made.reverifies - 0.008 * made.wait_s - 0.25 * len(made.holds_s)
    )
    liked -= 0.7 * max(0, len(made.talks_s) - 1) + 1.4 * (not made.solved) + 0.6 * made.frustration
    return max(1, min(5, round(chance.gauss(liked, 0.6))))

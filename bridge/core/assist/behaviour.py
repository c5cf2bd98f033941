"""How the agent speaks with the caller: over him, too fast, not at all, or past his complaint. Pure.

Nobody is told off for one slip: talk-over and pace want several turns, and what was noticed lapses.
"""

import re
from collections import deque
from dataclasses import dataclass
from typing import Final

from bridge.core.said import said
from bridge.model.transcript import Speaker, Utterance

TALK_OVER_S: Final = 0.8
"""so long over the other is no "mhm\""""
BACKCHANNEL_WORDS: Final = 3
"""an utterance of so few words agrees or urges on; it takes the floor from nobody"""
TIMES: Final = 2
WITHIN_S: Final = 90.0
TURNS: Final = 3
ENOUGH_WORDS: Final = 8
"""a shorter turn has no pace"""
UNANSWERED_TURNS: Final = 2
"""turns of the agent in which he may acknowledge what upset the caller"""

UPSET: Final = re.compile(
    r"\b(?:ridiculous|unacceptable|furious|outrageous|disgusting|disgrace\w*|useless|fed up|sick of|"
    r"had enough|frustrat\w+|angry|annoy\w+|upset|waste of time|appalling|terrible|awful|horrible|"
    r"(?:third|fourth|fifth) time|complain\w*|complaint|let (?:me )?down|disappoint\w+|"
    r"nobody (?:listens|helps|called|calls))\b"
)
ACKNOWLEDGED: Final = re.compile(
    r"\b(?:sorry|apologi[sz]e|apologies|i (?:do |can |completely |totally |fully )*(?:understand|hear you|"
    r"see why|appreciate|get that|imagine)|that(?: must| does|'s| is| sounds)? "
    r"(?:be |sound |very |really |so |quite )*(?:frustrating|annoying|upsetting|awful|terrible|difficult|"
    r"not (?:good|right|acceptable|okay|ok))|"
    r"you're (?:absolutely |quite |completely )?right|shouldn't have happened|should not have happened)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """`name`: talk_over, pace, not_acknowledged, dead_air."""

    name: str
    utterances: tuple[str, ...]
    at_s: float


class Behaviour:
    """Of one agent with one caller, incrementally."""

    def __init__(self, *, pace_words_per_s: float) -> None:
        self._pace = pace_words_per_s
        self._last: dict[Speaker, Utterance] = {}
        self._over: deque[Utterance] = deque(maxlen=TIMES)
        self._fast: deque[tuple[Utterance, float]] = deque(maxlen=TURNS)
        self._upset: Utterance | None = None
        self._answers = 0

    def hear(self, utterance: Utterance) -> tuple[Noticed, ...]:
        if utterance.speaker is Speaker.AGENT:
            found = [self._talks_over(utterance), self._too_fast(utterance), self._passes_over(utterance)]
        else:
            found = []
            if utterance.speaker is Speaker.CALLER and UPSET.search(said(utterance.text).text):
                self._upset, self._answers = utterance, 0
        self._last[utterance.speaker] = utterance
        return tuple(one for one in found if one)

    @property
    def acknowledged(self) -> bool:
        """Nothing that upset the caller is waiting for a word about it."""
        return self._upset is None

    def _talks_over(self, agent: Utterance) -> Noticed | None:
        """The caller was speaking when the agent began, and the agent went on."""
        caller = self._last.get(Speaker.CALLER)
        if caller is None or len(agent.text.split()) <= BACKCHANNEL_WORDS:
            return None
        both_s = min(agent.end_s, caller.end_s) - agent.start_s
        if not (caller.start_s < agent.start_s and both_s >= TALK_OVER_S):
            return None
        self._over.append(agent)
        first = self._over[0]
        if len(self._over) < TIMES or agent.start_s - first.start_s > WITHIN_S:
            return None
        ids = tuple(one.id for one in self._over)
        self._over.clear()
        return Noticed(name="talk_over", utterances=ids, at_s=agent.end_s)

    def _too_fast(self, agent: Utterance) -> Noticed | None:
        words, seconds = len(agent.text.split()), agent.end_s - agent.start_s
        if words < ENOUGH_WORDS or seconds <= 0:
            return None
        measured = agent.voice.words_per_s if agent.voice else None
        self._fast.append((agent, measured or words / seconds))
        if len(self._fast) < TURNS or min(pace for _, pace in self._fast) < self._pace:
            return None
        ids = tuple(one.id for one, _ in self._fast)
        self._fast.clear()
        return Noticed(name="pace", utterances=ids, at_s=agent.end_s)

    def _passes_over(self, agent: Utterance) -> Noticed | None:
        if self._upset is None:
            return None
        if ACKNOWLEDGED.search(said(agent.text).text):
            self._upset = None
            return None
        if len(agent.text.split()) > BACKCHANNEL_WORDS:
            self._answers += 1
        if self._answers < UNANSWERED_TURNS:
            return None
        noticed = Noticed(name="not_acknowledged", utterances=(self._upset.id, agent.id), at_s=agent.end_s)
        self._answers = -UNANSWERED_TURNS  # said once; again only if it goes on for long
        return noticed

"""The explicit request for a human: phrase rules first, a second opinion where they are silent. Pure.

An explicit request is obeyed at once. So the opinion is asked only where a hint was heard and no veto has a
hand on the words, and only a high score counts; between the bands the caller is asked. How the bands were
measured: docs/cues.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bridge.core.grammar import Grammar
from bridge.core.said import Said
from bridge.model.cue import CueKind
from bridge.model.rules import ACT, ASK

KIND = CueKind.EXPLICIT_REQUEST
OPINION = "second_opinion"
"""stands for a rule where the opinion alone was for it"""
OPINION_ASK = 0.65
WHOLE, WIDTH, STEP = 14, 12, 6
"""words: more than WHOLE are judged in windows, lest a request drown in a long story"""


class Band(StrEnum):
    ACT = "act"
    ASK = "ask"
    """"shall I put you through to someone?" """
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`span` and `quote` are of the text as given."""

    band: Band
    score: float
    rule: str = ""
    span: tuple[int, int] = (0, 0)
    quote: str = ""


NOTHING = Verdict(Band.NONE, 0.0)


class ExplicitRequests:
    """`opinion` says of words in compared form how likely (0 to 1) they ask for a person."""

    def __init__(self, grammar: Grammar, opinion: Callable[[str], float] | None = None) -> None:
        self._grammar, self._opinion = grammar, opinion

    def glimpse(self, text: str) -> Verdict:
        """By the rules alone: quick enough for every partial."""
        return self._by_rules(text)

    def judge(self, text: str) -> Verdict:
        """Of a caller's finished words, by rules and opinion."""
        ruled = self._by_rules(text)
        if self._opinion is None or ruled.score == 0 or ruled.band is Band.ACT:
            return ruled
        best = max(
            ((self._opinion(part.text), part) for part in self._windows(text)), key=lambda one: one[0],
            default=None,
        )  # fmt: skip
        if best is None or best[0] <= ruled.score or best[0] < OPINION_ASK:
            return ruled
        score, part = best
        span = (part.starts[0], part.ends[-1])
        return Verdict(Band.ACT if score >= ACT else Band.ASK, score, OPINION, span, text[slice(*span)])

    def _by_rules(self, text: str) -> Verdict:
        found = [match for match in self._grammar.find(text) if match.kind is KIND]
        if not found:
            return NOTHING
        best = max(found, key=lambda match: match.score)
        band = Band.ACT if best.score >= ACT else Band.ASK if best.score >= ASK else Band.NONE
        return Verdict(band, best.score, best.rule, best.span, best.quote)

    def _windows(self, text: str) -> Iterator[Said]:
        for part in self._grammar.free_parts(text, KIND):
            if len(part.words) <= WHOLE:
                yield part
                continue
            for start in range(0, len(part.words) - WIDTH + STEP, STEP):
                yield part.part(start, start + WIDTH)

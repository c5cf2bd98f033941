"""Rules at work on one turn: which of them are found where, clause by clause. Pure and without state."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bridge.core.said import Said, said
from bridge.core.template import TemplateError, compiled
from bridge.model.cue import CueKind
from bridge.model.rules import ASK, Rule, RuleSet, Veto


@dataclass(frozen=True, slots=True)
class Match:
    """`span` and `quote` are of the text as given."""

    kind: CueKind
    rule: str
    score: float
    span: tuple[int, int]
    quote: str


Place = tuple[int, int]
SCRAP = 3
"""fewer words than these, left over beside a veto, say nothing"""


@dataclass(frozen=True, slots=True)
class _Pattern:
    say: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    not_as: re.Pattern[str] | None = None

    def places(self, clause: str) -> list[Place]:
        """Where it is said, first to last. One that `not_as` overlaps is none."""
        found = [hit.span() for hit in self.say.finditer(clause) if hit.end() > hit.start()]
        if not found or (self.unless and self.unless.search(clause)):
            return []
        if self.not_as:
            found = _apart(found, [hit.span() for hit in self.not_as.finditer(clause)])
        return found


class Grammar:
    """A compiled rule set; raises `TemplateError` naming the rule whose template is wrong."""

    def __init__(self, rules: RuleSet) -> None:
        self.version = rules.version
        self._words = rules.words
        self._rules = [(rule, self._pattern(rule)) for rule in rules.rules]
        self._vetoes = [(veto, self._pattern(veto)) for veto in rules.vetoes]

    def _pattern(self, rule: Rule | Veto) -> _Pattern:
        words = self._words.get(None, {}) | self._words.get(rule.kind, {})
        parts = (rule.say, rule.unless, rule.not_as if isinstance(rule, Rule) else ())
        try:
            say, unless, not_as = (compiled(part, words) if part else None for part in parts)
        except TemplateError as error:
            raise TemplateError(f"{rule.source}: rule '{rule.name}': {error}") from None
        return _Pattern(say or re.compile("(?!)"), unless, not_as)

    def find(self, text: str, speaker: str = "caller") -> tuple[Match, ...]:
        """Every rule found, the first place of each that no veto of its kind took back."""
        whole = said(text)
        banned = self._vetoed(whole, speaker, whole_turn=True)
        found: dict[tuple[CueKind, str], Match] = {}
        for clause in whole.clauses():
            self._find_in(clause, text, speaker, banned, found, across=False)
        self._find_in(whole, text, speaker, banned, found, across=True)
        return tuple(found.values())

    def _find_in(
        self, clause: Said, text: str, speaker: str, banned: frozenset[CueKind],
        found: dict[tuple[CueKind, str], Match], *, across: bool,
    ) -> None:  # fmt: skip
        line = clause.text + " "
        vetoed: frozenset[CueKind] | None = None  # looked at only where a rule was found
        touched: dict[CueKind, list[Place]] = {}
        for rule, pattern in self._rules:
            if rule.across is not across or rule.speaker != speaker or rule.kind in banned:
                continue
            if (rule.kind, rule.name) in found:
                continue
            if not (places := pattern.places(line)):
                continue
            if vetoed is None:
                vetoed = self._vetoed(clause, speaker)
            if rule.kind in vetoed:
                continue
            if rule.kind not in touched:
                touched[rule.kind] = self._touched(line, rule.kind, speaker)
            for start, end in _apart(places, touched[rule.kind])[:1]:
                span = clause.span(start, end - 1)
                quote = text[span[0] : span[1]]
                found[rule.kind, rule.name] = Match(rule.kind, rule.name, rule.score, span, quote)

    def free(self, text: str, kind: CueKind, speaker: str = "caller") -> str:
        """What no veto of `kind` has a hand on, in compared form."""
        return " ".join(part.text for part in self.free_parts(text, kind, speaker))

    def free_parts(self, text: str, kind: CueKind, speaker: str = "caller") -> tuple[Said, ...]:
        """The same in its parts, each with its place in the text: what a second opinion may judge."""
        whole = said(text)
        if kind in self._vetoed(whole, speaker, whole_turn=True):
            return ()
        free = [clause for clause in whole.clauses() if kind not in self._vetoed(clause, speaker)]
        return tuple(part for clause in free for part in self._untouched(clause, kind, speaker))

    def _untouched(self, clause: Said, kind: CueKind, speaker: str) -> Iterator[Said]:
        line, start = clause.text + " ", 0
        taken = _merged(self._touched(line, kind, speaker))
        if not taken:
            yield clause
            return
        for until, after in [*taken, (len(line), len(line))]:
            part = clause.part(line.count(" ", 0, start), line.count(" ", 0, until))
            if len(part.words) >= SCRAP:
                yield part
            start = after

    def _vetoed(self, heard: Said, speaker: str, *, whole_turn: bool = False) -> frozenset[CueKind]:
        line = heard.text + " "
        return frozenset(
            veto.kind
            for veto, pattern in self._vetoes
            if veto.whole_turn == whole_turn and not veto.touching and veto.speaker == speaker
            and pattern.places(line)
        )  # fmt: skip

    def _touched(self, line: str, kind: CueKind, speaker: str) -> list[Place]:
        return [
            place
            for veto, pattern in self._vetoes
            if veto.touching and veto.kind is kind and veto.speaker == speaker
            for place in pattern.places(line)
        ]


def _apart(places: list[Place], from_: list[Place]) -> list[Place]:
    """Those of `places` that overlap none of the others."""
    return [(a, b) for a, b in places if not any(a < d and c < b for c, d in from_)]


def _merged(places: list[Place]) -> list[Place]:
    merged: list[Place] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def failing_examples(rules: RuleSet) -> Iterable[str]:
    """One line for each example that a rule or veto does not keep."""
    grammar = Grammar(rules)
    for rule in rules.rules:
        for example in rule.examples:
            found = grammar.find(example, rule.speaker)
            if not any(match.rule == rule.name and match.kind is rule.kind for match in found):
                yield f"{rule.source}: rule '{rule.name}' does not find its example '{example}'"
    for veto in rules.vetoes:
        for example in veto.examples:
            for match in grammar.find(example, veto.speaker):
                if match.kind is veto.kind and match.score >= ASK:
                    found_in = f"rule '{match.rule}' finds '{match.quote}' in '{example}'"
                    yield f"{veto.source}: veto '{veto.name}': {found_in}"

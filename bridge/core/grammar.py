"""Rules at work on one turn: which of them are found where, clause by clause. Pure and without state."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.core.said import Said, said
from bridge.core.template import TemplateError, compiled
from bridge.model.cue import CueKind
from bridge.model.rules import Rule, RuleSet, Veto


@dataclass(frozen=True, slots=True)
class Match:
    """`span` and `quote` are of the text as given."""

    kind: CueKind
    rule: str
    score: float
    span: tuple[int, int]
    quote: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    say: re.Pattern[str]
    unless: re.Pattern[str] | None

    def search(self, clause: str) -> re.Match[str] | None:
        found = self.say.search(clause)
        return found if found and not (self.unless and self.unless.search(clause)) else None


class Grammar:
    """A compiled rule set; raises `TemplateError` naming the rule whose template is wrong."""

    def __init__(self, rules: RuleSet) -> None:
        self.version = rules.version
        self._words = rules.words
        self._rules = [(rule, self._pattern(rule)) for rule in rules.rules]
        self._vetoes = [(veto, self._pattern(veto)) for veto in rules.vetoes]

    def _pattern(self, rule: Rule | Veto) -> _Pattern:
        try:
            say = compiled(rule.say, self._words)
            unless = compiled(rule.unless, self._words) if rule.unless else None
        except TemplateError as error:
            raise TemplateError(f"{rule.source}: rule '{rule.name}': {error}") from None
        return _Pattern(say, unless)

    def find(self, text: str, speaker: str = "caller") -> tuple[Match, ...]:
        """Every rule found, the first place of each, unless a veto of its kind took the clause."""
        whole = said(text)
        banned = self._vetoed(whole, speaker, whole_turn=True)
        found: dict[tuple[CueKind, str], Match] = {}
        places = [(clause, False) for clause in whole.clauses()]
        for clause, across in (*places, (whole, True)):
            line = clause.text + " "
            vetoed = banned | self._vetoed(clause, speaker)
            for rule, pattern in self._rules:
                if rule.across is not across or rule.speaker != speaker or rule.kind in vetoed:
                    continue
                if (rule.kind, rule.name) in found:
                    continue
                if hit := pattern.search(line):
                    if hit.end() <= hit.start():
                        continue
                    span = clause.span(hit.start(), hit.end() - 1)
                    quote = text[span[0] : span[1]]
                    found[rule.kind, rule.name] = Match(rule.kind, rule.name, rule.score, span, quote)
        return tuple(found.values())

    def free(self, text: str, kind: CueKind, speaker: str = "caller") -> str:
        """The clauses in which `kind` is not vetoed, in compared form: what a second opinion may judge."""
        whole = said(text)
        if kind in self._vetoed(whole, speaker, whole_turn=True):
            return ""
        kept = [clause.text for clause in whole.clauses() if kind not in self._vetoed(clause, speaker)]
        return " ".join(kept)

    def _vetoed(self, heard: Said, speaker: str, *, whole_turn: bool = False) -> frozenset[CueKind]:
        line = heard.text + " "
        return frozenset(
            veto.kind
            for veto, pattern in self._vetoes
            if veto.whole_turn == whole_turn and veto.speaker == speaker and pattern.search(line)
        )


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
                if match.kind is veto.kind:
                    found_in = f"rule '{match.rule}' finds '{match.quote}' in '{example}'"
                    yield f"{veto.source}: veto '{veto.name}': {found_in}"

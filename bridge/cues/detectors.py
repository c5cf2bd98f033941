"""All cue detectors of a deployment, built once and the same in calls, in `handoff cues` and the benches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from bridge.adapters.opinion import Opinion, OpinionError, opinion_file
from bridge.adapters.rules_files import OURS, load_rules
from bridge.core.cues.consent import consent
from bridge.core.cues.explicit import Band, ExplicitRequests, Verdict
from bridge.core.cues.kinds import LISTED, cues_in_turn
from bridge.core.cues.scope import Scope
from bridge.core.cues.tracker import Ears
from bridge.core.grammar import Grammar, Match
from bridge.model.cue import CueKind
from bridge.model.rules import ACT, Rule, RuleSet, Veto
from bridge.model.transcript import Speaker
from bridge.ports import SecondOpinion


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One cue in one turn, `span` in the text as given. Not `act`: not sure enough, the caller is asked."""

    kind: CueKind
    rule: str
    score: float
    span: tuple[int, int]
    act: bool


@dataclass(frozen=True, slots=True)
class Detectors:
    """`version` is kept in each conversation's record. `trouble`: why there is no second opinion."""

    version: str
    requests: ExplicitRequests
    ears: Ears
    trouble: str = ""

    def asks(self, text: str) -> bool:
        """Does the caller ask for a person, surely enough to act on?"""
        return self.requests.judge(text).band is Band.ACT

    def detect(
        self, text: str, speaker: Speaker = Speaker.CALLER, scope: Scope | None = None
    ) -> tuple[Heard, ...]:
        """Every cue in one finished turn, by itself: what only the course of the talk tells is not here."""
        found = [_heard(match) for match in cues_in_turn(self.ears.grammar, text, speaker)]
        if speaker is not Speaker.CALLER:
            return tuple(found)
        if asked := self.ears.explicit(text):
            found.insert(0, _heard(asked))
        if scope is not None and (score := scope.outside(text)) >= LISTED:
            found.append(_heard(Match(CueKind.OUT_OF_SCOPE, "outside", score, (0, len(text)), text)))
        return tuple(found)


def _heard(match: Match) -> Heard:
    return Heard(
        kind=match.kind, rule=match.rule, score=round(match.score, 3), span=match.span,
        act=match.score >= ACT,
    )  # fmt: skip


def load_detectors(language: str, rules_dir: Path | None = None, second_opinion: bool = True) -> Detectors:
    """Takes about a second. Raises `RulesError`, and `TemplateError` for a template that is wrong."""
    return detectors_of(rules_of(language, rules_dir), second_opinion)


def detectors_of(rules: RuleSet, second_opinion: bool = True) -> Detectors:
    """Raises `TemplateError` for a template that is wrong."""
    opinion, trouble = opinion_of(rules.language) if second_opinion and rules.rules else (None, "")
    version = f"{rules.version}.{opinion.version}" if opinion else rules.version
    requests = ExplicitRequests(Grammar(_of_requests(rules, True)), opinion)
    ears = Ears(
        grammar=Grammar(_of_requests(rules, False)),
        glimpse=lambda text: _match(requests.glimpse(text)),
        explicit=lambda text: _match(requests.judge(text)),
        consent=consent,
    )
    return Detectors(version, requests, ears, trouble)


def with_scope(ears: Ears, examples: Sequence[str]) -> Ears:
    """The same, knowing what the deployment is for by examples of what its callers say."""
    return replace(ears, scope=Scope(examples) if examples else None)


def _match(asked: Verdict) -> Match | None:
    """In the tracker's terms."""
    if asked.band is Band.NONE:
        return None
    return Match(CueKind.EXPLICIT_REQUEST, asked.rule, asked.score, asked.span, asked.quote)


def _of_requests(rules: RuleSet, requests: bool) -> RuleSet:
    """A caller's requests are judged by rules of their own and a second opinion, apart from the rest."""

    def wanted(rule: Rule | Veto) -> bool:
        return (rule.kind is CueKind.EXPLICIT_REQUEST and rule.speaker == Speaker.CALLER) is requests

    return replace(
        rules, rules=tuple(filter(wanted, rules.rules)), vetoes=tuple(filter(wanted, rules.vetoes))
    )


@lru_cache(maxsize=1)
def our_detectors(language: str = "en") -> Detectors:
    """Those we ship, for benches and tests."""
    return load_detectors(language)


def rules_of(language: str, rules_dir: Path | None) -> RuleSet:
    """A language we have no rules for hears nothing, unless `rules_dir` has some. Raises `RulesError`."""
    if rules_dir is None and not (OURS / language).is_dir():
        return RuleSet(version="none", language=language)
    return load_rules(language, rules_dir)


def opinion_of(language: str) -> tuple[SecondOpinion | None, str]:
    """The opinion, or why there is none."""
    try:
        return Opinion(opinion_file(language)), ""
    except OpinionError as error:
        return None, str(error)

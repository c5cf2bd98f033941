"""All cue detectors of a deployment, built once and the same in calls, in `handoff cues` and the benches."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bridge.adapters.opinion import Opinion, OpinionError, opinion_file
from bridge.adapters.rules_files import OURS, load_rules
from bridge.core.cues.explicit import Band, ExplicitRequests
from bridge.core.grammar import Grammar
from bridge.model.cue import CueKind
from bridge.model.rules import RuleSet
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
    trouble: str = ""

    def asks(self, text: str) -> bool:
        """Does the caller ask for a person, surely enough to act on?"""
        return self.requests.judge(text).band is Band.ACT

    def detect(self, text: str, speaker: Speaker = Speaker.CALLER) -> tuple[Heard, ...]:
        """Every cue in one finished turn."""
        if speaker is not Speaker.CALLER:
            return ()
        asked = self.requests.judge(text)
        if asked.band is Band.NONE:
            return ()
        heard = Heard(
            kind=CueKind.EXPLICIT_REQUEST, rule=asked.rule, score=round(asked.score, 3), span=asked.span,
            act=asked.band is Band.ACT,
        )  # fmt: skip
        return (heard,)


def load_detectors(language: str, rules_dir: Path | None = None, second_opinion: bool = True) -> Detectors:
    """Takes about a second. Raises `RulesError`, and `TemplateError` for a template that is wrong."""
    rules = rules_of(language, rules_dir)
    opinion, trouble = opinion_of(language) if second_opinion and rules.rules else (None, "")
    version = f"{rules.version}.{opinion.version}" if opinion else rules.version
    return Detectors(version, ExplicitRequests(Grammar(rules), opinion), trouble)


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

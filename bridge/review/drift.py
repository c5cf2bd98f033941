"""Month on month: how often each rule is heard, and how often each threshold is reached."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bridge.model.cue import Cue
from bridge.model.policy import Do, PolicyRule, PolicySettings
from bridge.review.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One rule or threshold in one month. `share`: of the conversations that have such a cue."""

    of: str
    """rule, or threshold"""
    name: str
    month: str
    n: int
    """conversations looked at"""
    share: float
    median: float | None
    """of each conversation's best score"""
    change: float | None
    """of the share, against the month before"""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def drift(cases: Sequence[Case], settings: PolicySettings) -> list[Drift]:
    """Each line weighs what it stands for, so a sample tells of its month."""
    months: dict[str, list[Case]] = {}
    for case in cases:
        if case.month:
            months.setdefault(case.month, []).append(case)
    rules = sorted({(cue.kind.value, cue.rule) for case in cases for cue in case.cues})
    told: list[Drift] = []
    for kind, name in rules:
        best = {
            month: [(_best(c.cues, kind, name), c.weight) for c in found] for month, found in months.items()
        }
        told += _course("rule", f"{kind}/{name}", best, 0.0)
    for rule, kind in thresholds(settings):
        best = {
            month: [(best_score(c, rule, kind), c.weight) for c in found] for month, found in months.items()
        }
        told += _course("threshold", f"{rule.name}/{kind} >= {rule.least:g}", best, rule.least)
    return told


def thresholds(settings: PolicySettings) -> Iterator[tuple[PolicyRule, str]]:
    """Every rule that acts, with each kind that it acts on."""
    for rule in settings.rules:
        if rule.do is Do.ACT:
            yield from ((rule, kind.value) for kind in rule.cues)


def best_score(case: Case, rule: PolicyRule, kind: str) -> float | None:
    """Of the cues of that kind the rule may act on."""
    scores = [c.score for c in case.cues if c.kind.value == kind and (not rule.signs or c.rule in rule.signs)]
    return max(scores, default=None)


def _best(cues: Sequence[Cue], kind: str, rule: str) -> float | None:
    return max((c.score for c in cues if (c.kind.value, c.rule) == (kind, rule)), default=None)


def _course(
    of: str, name: str, best: dict[str, list[tuple[float | None, float]]], least: float
) -> Iterator[Drift]:
    """Months in their order. Nothing is told of a threshold whose kind was never heard."""
    if all(score is None for found in best.values() for score, _ in found):
        return
    before: float | None = None
    for month in sorted(best):
        found = best[month]
        heard = [(score, weight) for score, weight in found if score is not None]
        reached = sum(weight for score, weight in heard if score >= least)
        share = reached / sum(weight for _, weight in found)
        change = None if before is None else round(share - before, 4)
        yield Drift(
            of=of, name=name, month=month, n=len(found), share=round(share, 4), median=_median(heard),
            change=change,
        )  # fmt: skip
        before = share


def _median(scores: Sequence[tuple[float, float]]) -> float | None:
    """The score up to which half of the weight lies."""
    half, so_far = sum(weight for _, weight in scores) / 2, 0.0
    for score, weight in sorted(scores):
        so_far += weight
        if so_far >= half:
            return score
    return None

"""Thresholds proposed from labels. Nothing here changes one: a person does, in `policy.rules`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise
from typing import Any

from bridge.core.policy import Context, Policy
from bridge.model.cue import CueKind
from bridge.model.policy import Do, PolicyRule, PolicySettings
from bridge.review.case import NOT_BY_CUE, Case
from bridge.review.drift import best_score, thresholds
from bridge.review.judgement import Costs, Tally, judge, labelled

ENOUGH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """For one kind in one policy rule that acts. `best` is `now` where no other value costs less."""

    rule: str
    kind: str
    now: float
    cost_now: float
    best: float
    cost_best: float
    n: int
    """labelled conversations with such a cue"""
    warning: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def proposals(cases: Sequence[Case], settings: PolicySettings, costs: Costs) -> list[Proposal]:
    """For each kind that was heard in a labelled conversation whose escalation a cue could decide."""
    judged = [case.alone_with_bot() for case in labelled(cases) if case.source not in NOT_BY_CUE]
    return [
        _proposal(rule, kind, concerned, settings, costs)
        for rule, kind in thresholds(settings)
        if (concerned := [case for case in judged if best_score(case, rule, kind) is not None])
    ]


def _proposal(
    rule: PolicyRule, kind: str, cases: Sequence[Case], settings: PolicySettings, costs: Costs
) -> Proposal:
    cost = {
        least: _cost(cases, _with_least(settings, rule, kind, least), costs)
        for least in _candidates(rule, kind, cases)
    }
    best = min(cost, key=lambda least: (round(cost[least], 9), abs(least - rule.least)))
    few = f"only {len(cases)} labelled: label {ENOUGH} before you change it" if len(cases) < ENOUGH else ""
    return Proposal(
        rule=rule.name, kind=kind, now=rule.least, cost_now=round(cost[rule.least], 3), best=best,
        cost_best=round(cost[best], 3), n=len(cases), warning=few,
    )  # fmt: skip


def _candidates(rule: PolicyRule, kind: str, cases: Sequence[Case]) -> list[float]:
    """The present one, one below all scores, one between each two, one above all: others decide alike."""
    scores = {
        cue.score for case in cases for cue in case.cues
        if cue.kind.value == kind and (not rule.signs or cue.rule in rule.signs)
    }  # fmt: skip
    ordered = [*sorted(scores), 1.0]
    between = [round((low + high) / 2, 3) for low, high in pairwise(ordered) if low < high]
    return [rule.least, ordered[0], *between]


def _with_least(settings: PolicySettings, rule: PolicyRule, kind: str, least: float) -> PolicySettings:
    """The same policy, in which this rule wants `least` of this kind."""
    rules: list[PolicyRule] = []
    for each in settings.rules:
        if each is not rule:
            rules.append(each)
            continue
        rules.append(rule.model_copy(update={"cues": (CueKind(kind),), "least": least}))
        if rest := tuple(k for k in rule.cues if k.value != kind):
            rules.append(rule.model_copy(update={"cues": rest}))
    return settings.model_copy(update={"rules": tuple(rules)})


def _cost(cases: Sequence[Case], settings: PolicySettings, costs: Costs) -> float:
    tally = Tally(costs)
    for case in cases:
        tally.add(*judge(case, decided(case, settings)), case.weight)
    return tally.cost


def decided(case: Case, settings: PolicySettings) -> int | None:
    """The place at which the policy would act on the cues that the conversation's record tells."""
    policy = Policy(settings)
    for at_s, cues in groupby(sorted(case.cues, key=lambda cue: cue.at_s), key=lambda cue: cue.at_s):
        heard = tuple(cues)
        decision = policy.decide(heard, Context(at_s=at_s, tier=case.tier))
        if decision.do is Do.ACT:
            return case.place_at(at_s, decision.cue.quote if decision.cue else "")
    return None

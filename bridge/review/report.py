"""What labels say: per rule and reason, month on month, and which thresholds would have cost less."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bridge.model.policy import PolicySettings
from bridge.review.case import Case
from bridge.review.drift import Drift, drift
from bridge.review.judgement import Costs, Tally, labelled, late_s
from bridge.review.thresholds import Proposal, proposals

ALL, NOTHING = "all", "(nothing heard)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    unlabelled: int
    total: Tally
    reasons: dict[str, Tally]
    """by reason; of those not escalated, by the kind of the strongest cue heard"""
    rules: dict[str, Tally]
    """by reason/rule, likewise"""
    versions: dict[str, int]
    """lines of each version of the rules"""
    drift: list[Drift]
    proposals: list[Proposal]

    def as_dict(self) -> dict[str, Any]:
        return {
            "labelled": self.total.n, "unlabelled": self.unlabelled, "total": self.total.as_dict(),
            "reasons": {name: tally.as_dict() for name, tally in self.reasons.items()},
            "rules": {name: tally.as_dict() for name, tally in self.rules.items()},
            "rules_versions": self.versions,
            "drift": [each.as_dict() for each in self.drift],
            "proposals": [each.as_dict() for each in self.proposals],
        }  # fmt: skip


def report(
    cases: Sequence[Case], settings: PolicySettings, costs: Costs, every: Sequence[Case] = ()
) -> Report:
    """`every`: all conversations of the months, where they are at hand, for the drift; else the sample's."""
    judged = labelled(cases)
    total, reasons, rules = Tally(costs), dict[str, Tally](), dict[str, Tally]()
    for case in sorted(judged, key=lambda case: case.sign):
        reason, rule = case.sign
        names = (reasons, reason or NOTHING), (rules, f"{reason}/{rule}" if reason else NOTHING)
        for tally in (total, *(table.setdefault(name, Tally(costs)) for table, name in names)):
            tally.add(case.label, late_s(case), case.weight)
    versions = sorted(case.rules_version for case in cases)
    return Report(
        unlabelled=len(cases) - len(judged), total=total, reasons=reasons, rules=rules,
        versions={version: versions.count(version) for version in dict.fromkeys(versions)},
        drift=drift(every or cases, settings), proposals=proposals(cases, settings, costs),
    )  # fmt: skip

"""What an escalation, or none, is worth against the labels."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bridge.review.case import Case, Label

LATE_UNKNOWN_S = 60.0
"""counted for a late one whose right turn the judge did not name"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Of one conversation, in units of a needless escalation."""

    early: float = 1.0
    missed: float = 5.0
    late_minute: float = 1.0

    def of(self, label: Label, late_s: float) -> float:
        match label:
            case "early":
                return self.early
            case "missed":
                return self.missed
            case "late":
                return self.late_minute * late_s / 60.0
        return 0.0


@dataclass(slots=True)
class Tally:
    """Counts are of lines; precision, recall and cost weigh each line by what it stands for."""

    costs: Costs
    counts: dict[Label, int] = field(default_factory=dict)
    late_s: float = 0.0
    cost: float = 0.0
    _weights: dict[Label, float] = field(default_factory=dict)

    def add(self, label: Label, late_s: float, weight: float) -> None:
        self.counts[label] = self.counts.get(label, 0) + 1
        self._weights[label] = self._weights.get(label, 0.0) + weight
        self.late_s += late_s
        self.cost += weight * self.costs.of(label, late_s)

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def precision(self) -> float | None:
        """Of the escalations, those that were needed by then."""
        return _share(self._needed, self._needed + self._weights.get("early", 0.0))

    @property
    def recall(self) -> float | None:
        """Of the conversations that needed a person, those that got one, in time or late."""
        return _share(self._needed, self._needed + self._weights.get("missed", 0.0))

    @property
    def _needed(self) -> float:
        return self._weights.get("on_time", 0.0) + self._weights.get("late", 0.0)

    def as_dict(self) -> dict[str, Any]:
        labels: tuple[Label, ...] = ("early", "on_time", "late", "missed", "right")
        return {
            "n": self.n, **{label: self.counts.get(label, 0) for label in labels},
            "late_s": round(self.late_s, 1), "precision": _rounded(self.precision),
            "recall": _rounded(self.recall), "cost": round(self.cost, 3),
        }  # fmt: skip


def _share(some: float, total: float) -> float | None:
    return some / total if total else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def labelled(cases: Iterable[Case]) -> list[Case]:
    return [case for case in cases if case.label]


def late_s(case: Case) -> float:
    """From the right turn to the one it was escalated at."""
    if case.label != "late" or case.acted is None:
        return 0.0
    right = case.place(case.right_turn)
    return LATE_UNKNOWN_S if right is None else max(0.0, case.time(case.acted) - case.time(right))


def window(case: Case) -> tuple[int, int] | None:
    """The places, first and last, at which an escalation is on time by the label; None: at none.

    Where a missed or late one has no right turn, any turn is good, for a late one up to the one before it.
    """
    right, acted = case.place(case.right_turn), case.acted
    match case.label:
        case "on_time" if acted is not None:
            return (min(acted, acted if right is None else right), acted)
        case "late" if right is None and acted is not None:
            return (0, max(0, acted - 1))
        case "missed" if right is None:
            return (0, len(case.turns) - 1)
        case "late" | "missed" | "early" if right is not None:
            return (right, right)
    return None


def judge(case: Case, place: int | None) -> tuple[Label, float]:
    """What an escalation at `place` (None: none) would be called, and how many seconds late it were."""
    good = window(case)
    if good is None:
        return ("right", 0.0) if place is None else ("early", 0.0)
    if place is None:
        return ("missed", 0.0)
    if place < good[0]:
        return ("early", 0.0)
    seconds = case.time(place) - case.time(good[1])
    return ("on_time", 0.0) if place <= good[1] else ("late", max(0.0, seconds))

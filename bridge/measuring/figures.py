"""Figures from sums: what a report prints of any group of conversations. Formulas: docs/measures.md."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from bridge.measuring.satisfaction import Predictor

Sums = Mapping[str, float]


class Rate(NamedTuple):
    part: str
    whole: str


RATES: Final = {
    "escalation_rate": Rate("escalated", "n"),
    "containment_rate": Rate("contained", "n"),
    "abandon_rate": Rate("abandoned", "escalated"),
    "repeat_information_rate": Rate("repeated", "listened"),
    "reverification_rate": Rate("reverified", "listened_verified"),
    "resolved_rate": Rate("solved", "disposed"),
}
"""shares: how many of how many"""


class Mean(NamedTuple):
    total: str
    squares: str
    number: str


MEANS: Final = {
    "csat": Mean("score", "score_sq", "score_n"),
    "effort": Mean("effort", "effort_sq", "escalated"),
    "handle_time": Mean("handle_s", "handle_sq", "connected"),
    "time_to_human": Mean("to_human_s", "to_human_sq", "to_human_n"),
}


def share(some: float, of: float) -> float | None:
    return some / of if of else None


def fcr(sums: Sums) -> float | None:
    """Of the callers who can be told apart: those who did not call again."""
    return share(sums["again_n"] - sums["again"], sums["again_n"])


def figures(sums: Sums, predictor: Predictor) -> dict[str, Any]:
    """Rates are shares of 1, times are seconds; None where there is nothing to take a share of."""
    told: dict[str, Any] = {"conversations": int(sums["n"])}
    for name, rate in RATES.items():
        told[name] = _rounded(share(sums[rate.part], sums[rate.whole]))
    for name, mean in MEANS.items():
        told[name] = _rounded(share(sums[mean.total], sums[mean.number]))
    told["csat_n"] = int(sums["score_n"])
    told["csat_predicted"] = _rounded(_predicted(sums, predictor))
    told["fcr"], told["fcr_n"] = _rounded(fcr(sums)), int(sums["again_n"])
    told["abandons"] = int(sums["abandoned"])
    told["listened"] = int(sums["listened"])
    for name, total in (("talk", "talk_s"), ("hold", "hold_s"), ("wrap_up", "wrap_up_s")):
        told[f"{name}_time"] = _rounded(share(sums[total], sums["connected"]))
    told["wait_time"] = _rounded(share(sums["wait_s"], sums["escalated"]))
    for name in ("holds", "transfers"):
        told[f"{name}_per_call"] = _rounded(share(sums[name], sums["connected"]))
    for name in ("asked", "restated", "repeats"):
        told[f"{name}_per_call"] = _rounded(share(sums[name], sums["listened"]))
    return told


def _predicted(sums: Sums, predictor: Predictor) -> float | None:
    if not sums["n"]:
        return None
    return predictor.score({name: sums[f"x_{name}"] / sums["n"] for name in predictor.weights})


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)

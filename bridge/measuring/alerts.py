"""What has changed from one month to the next by more than chance does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import sqrt
from typing import Any, Final

from bridge.measuring.figures import MEANS, RATES, Sums

SURE: Final = 3.5
"""standard errors: about one false alert in 2,000 comparisons"""
LEAST_RATE: Final = 0.02
LEAST_SHARE: Final = 0.05
"""a mean must move by so much of itself: with many calls everything is significant"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    figure: str
    month: str
    before: float
    now: float
    z: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def line(self) -> str:
        word = "up" if self.now > self.before else "down"
        moved = f"{self.before:.3g} -> {self.now:.3g} ({self.z:+.1f} standard errors)"
        return f"{self.month}: {self.figure} is {word}, {moved}"


def alerts(months: Mapping[str, Sums]) -> list[Alert]:
    """Each month against the one before it."""
    found: list[Alert] = []
    for (_, before), (month, now) in pairwise(sorted(months.items())):
        for name, rate in RATES.items():
            wholes = before[rate.whole], now[rate.whole]
            parts = before[rate.part], now[rate.part]
            found += _rate(name, month, parts, wholes)
        again = (before["again_n"], now["again_n"])
        found += _rate("fcr", month, (again[0] - before["again"], again[1] - now["again"]), again)
        for name, mean in MEANS.items():
            found += _mean(name, month, *(_moments(sums, *mean) for sums in (before, now)))
    return found


def _rate(name: str, month: str, parts: tuple[float, float], wholes: tuple[float, float]) -> list[Alert]:
    if not all(wholes):
        return []
    before, now = parts[0] / wholes[0], parts[1] / wholes[1]
    pooled = sum(parts) / sum(wholes)
    error = sqrt(pooled * (1 - pooled) * (1 / wholes[0] + 1 / wholes[1]))
    return _alert(name, month, before, now, error, LEAST_RATE)


def _moments(sums: Sums, total: str, squares: str, count: str) -> tuple[float, float, float]:
    """Mean, variance of the mean, count."""
    n = sums[count]
    mean = sums[total] / n if n else 0.0
    return mean, max(0.0, sums[squares] / n - mean**2) / n if n else 0.0, n


def _mean(
    name: str, month: str, before: tuple[float, float, float], now: tuple[float, float, float]
) -> list[Alert]:
    if not before[2] or not now[2]:
        return []
    error = sqrt(before[1] + now[1])
    return _alert(name, month, before[0], now[0], error, LEAST_SHARE * abs(before[0]))


def _alert(name: str, month: str, before: float, now: float, error: float, least: float) -> list[Alert]:
    if now == before or abs(now - before) < max(least, SURE * error):
        return []
    z = (now - before) / error if error else 0.0
    return [Alert(figure=name, month=month, before=round(before, 4), now=round(now, 4), z=round(z, 1))]

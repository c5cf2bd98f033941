"""A caller's satisfaction, predicted from what was measured, and whether the prediction is worth anything.

Linear regression with a small ridge on standardised features. It counts as validated only where, in
ten-fold cross-validation on calls whose callers answered, its squared error is smaller than that of a
constant and of handle and call time alone, both by the lower bound of the paired difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FOLDS: Final = 10
RIDGE: Final = 1.0
LEAST: Final = 100
"""answers below which nothing is fitted"""
ONE_SIDED: Final = 1.645
SEED: Final = 20_261
TIMES: Final = ("handle_min", "call_min")
"""what the baseline of handle time knows"""
UNFITTED: Final = {
    "effort": -0.25,
    "unsolved": -1.0,
    "abandoned": -1.5,
    "frustration": -0.5,
    "failures": -0.2,
}
UNFITTED_START: Final = 4.3
"""a guess, for sites without answers: points off per feature; never validated"""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """`start` + the sum of `weights` times features is the predicted score, 1 to 5."""

    start: float
    weights: dict[str, float]
    n: int
    errors: dict[str, float]
    """mean squared error in cross-validation: of `model`, `constant`, `handle_time`; empty: not fitted"""
    gains: dict[str, float]
    """by how much the model's error is smaller, lower 95 % bound, against each baseline"""

    @property
    def validated(self) -> bool:
        return bool(self.gains) and min(self.gains.values()) > 0

    def score(self, features: Mapping[str, float]) -> float:
        """Of one call, or of many from the means of their features. Kept within 1 to 5."""
        told = self.start + sum(weight * features[name] for name, weight in self.weights.items())
        return min(5.0, max(1.0, told))

    def as_dict(self) -> dict[str, Any]:
        return {
            "validated": self.validated,
            "status": "validated" if self.validated else "not validated",
            "method": _method(bool(self.errors)),
            "n": self.n,
            "mean_squared_error": {name: round(value, 4) for name, value in self.errors.items()},
            "gain_lower_95": {name: round(value, 4) for name, value in self.gains.items()},
            "weights": {name: round(value, 4) for name, value in self.weights.items()},
        }


def predictor(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Predictor:
    """`rows`: features by name, and `said`, the answer."""
    if len(rows) < LEAST:
        return Predictor(start=UNFITTED_START, weights=dict(UNFITTED), n=len(rows), errors={}, gains={})
    x = np.array([[float(row[name]) for name in names] for row in rows], np.float64)
    y = np.array([float(row["said"]) for row in rows], np.float64)
    columns = {
        "model": list(range(len(names))),
        "constant": [],
        "handle_time": [names.index(name) for name in TIMES],
    }
    squares = {name: _squares(x[:, kept], y) for name, kept in columns.items()}
    start, weights = _fitted(x, y)
    return Predictor(
        start=start,
        weights={name: float(weight) for name, weight in zip(names, weights, strict=True)},
        n=len(rows),
        errors={name: float(each.mean()) for name, each in squares.items()},
        gains={name: _lower(squares[name] - squares["model"]) for name in ("constant", "handle_time")},
    )


def _squares(x: Floats, y: Floats) -> Floats:
    """Squared error of each row, predicted from the nine tenths that it is not in."""
    order = np.random.default_rng(SEED).permutation(len(y))
    found = np.zeros(len(y))
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        rest = np.setdiff1d(order, out)
        start, weights = _fitted(x[rest], y[rest])
        found[out] = (y[out] - np.clip(start + x[out] @ weights, 1, 5)) ** 2
    return found


def _fitted(x: Floats, y: Floats) -> tuple[float, Floats]:
    if not x.shape[1]:
        return float(y.mean()), np.zeros(0)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread == 0] = 1.0
    z = (x - mean) / spread
    inner = z.T @ z + RIDGE * np.eye(x.shape[1])
    weights = np.linalg.solve(inner, z.T @ (y - y.mean())) / spread
    return float(y.mean() - mean @ weights), weights


def _lower(gains: Floats) -> float:
    """One-sided 95 % bound of the mean of paired differences, by the normal approximation (n >= 100)."""
    return float(gains.mean() - ONE_SIDED * gains.std(ddof=1) / np.sqrt(len(gains)))


def _method(fitted: bool) -> str:
    if fitted:
        return "ridge regression on measured features, ten-fold cross-validated on answered surveys"
    return f"fixed weights, a guess: fewer than {LEAST} answered surveys to learn from"

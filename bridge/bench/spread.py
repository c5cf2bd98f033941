"""How a figure is told: quantiles of all its values, never a mean."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

Spread = dict[str, float | int | None]
QUANTILES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}


def spread(values: Sequence[float]) -> Spread:
    """{p50, p95, p99, max, n}: quantiles by nearest rank, so that each is a value that was measured."""
    ordered = sorted(values)
    told: Spread = {
        name: round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 2) if ordered else None
        for name, share in QUANTILES.items()
    }
    return {**told, "n": len(ordered)}


def table(rows: Mapping[str, Spread]) -> str:
    """The rows as Markdown, which a terminal shows as well."""
    width = max([len(name) for name in rows] + [8])
    head = f"| {'ms':<{width}} | {'p50':>8} | {'p95':>8} | {'p99':>8} | {'max':>8} | {'n':>5} |"
    rule = f"|{'-' * (width + 2)}|{'---------:|' * 4}------:|"
    lines = [
        f"| {name:<{width}} | " + " | ".join(f"{_cell(told.get(key)):>8}" for key in QUANTILES)
        + f" | {told['n']!s:>5} |"
        for name, told in rows.items()
    ]  # fmt: skip
    return "\n".join([head, rule, *lines])


def _cell(value: float | int | None) -> str:
    return "-" if value is None else f"{value:.1f}"

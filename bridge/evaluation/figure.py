"""One measured figure beside its target."""

import dataclasses
from typing import Literal

Verdict = Literal["ok", "missed", "not available", "failed", "-"]


@dataclasses.dataclass(frozen=True)
class Target:
    """`value` must be at least (`least`) or at most `at`."""

    at: float
    least: bool = True

    def holds(self, value: float) -> bool:
        return value >= self.at if self.least else value <= self.at

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {self.at:g}"


@dataclasses.dataclass(frozen=True)
class Line:
    """A line that was judged wrongly, and how."""

    id: str
    text: str


@dataclasses.dataclass(frozen=True)
class Figure:
    """`value` out of `n` lines (or calls, spans, characters: `unit`); None = nothing to measure it on.

    A figure without a target informs; it never fails a run. `unavailable` and `failure` say why nothing was
    measured: the command is not there, or it went wrong.
    """

    part: str
    name: str
    value: float | None
    n: int
    source: str = ""
    unit: str = "lines"
    target: Target | None = None
    lines: tuple[Line, ...] = ()
    unavailable: str = ""
    failure: str = ""

    @property
    def verdict(self) -> Verdict:
        if self.unavailable:
            return "not available"
        if self.failure:
            return "failed"
        if self.target is None or self.value is None:
            return "-"
        return "ok" if self.target.holds(self.value) else "missed"


def share(some: float, total: int) -> float | None:
    """`some` of `total`, None when there is nothing to take a share of."""
    return some / total if total else None

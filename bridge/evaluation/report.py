"""Figures as a table and as JSON."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from bridge.evaluation.figure import Figure
from bridge.options import EXIT_FAILED, EXIT_MISSING


def exit_code(figures: Sequence[Figure]) -> int:
    """1 when a target is missed or a command failed, else 69 when a command is not there, else 0."""
    verdicts = {figure.verdict for figure in figures}
    if verdicts & {"missed", "failed"}:
        return EXIT_FAILED
    return EXIT_MISSING if "not available" in verdicts else 0


def table(figures: Sequence[Figure], *, missed: bool) -> Iterator[str]:
    """A line a figure, under a heading a part and source; `missed` adds the lines judged wrongly."""
    for (source, part), group in itertools.groupby(figures, lambda figure: (figure.source, figure.part)):
        yield f"\n{part} ({source})"
        for figure in group:
            yield _line(figure)
            for line in figure.lines if missed else ():
                yield f"      {line.id}  {line.text}"


def as_dict(figures: Sequence[Figure], *, missed: bool) -> dict[str, Any]:
    return {
        "exit": exit_code(figures),
        "missed": sum(figure.verdict == "missed" for figure in figures),
        "figures": [_figure_dict(figure, missed) for figure in figures],
    }


def _line(figure: Figure) -> str:
    if figure.unavailable or figure.failure:
        return f"  {figure.name:<44} {figure.verdict}: {figure.unavailable or figure.failure}"
    target = str(figure.target or "")
    return (
        f"  {figure.name:<44} {_number(figure):>7}  of {figure.n:>5} {figure.unit:<10} "
        f"{target:<9} {figure.verdict}"
    ).rstrip()


def _number(figure: Figure) -> str:
    if figure.value is None:
        return "none"
    is_count = figure.value == int(figure.value) and (figure.value > 1 or _counts(figure))
    return f"{figure.value:.0f}" if is_count else f"{figure.value:.3f}"


def _counts(figure: Figure) -> bool:
    return figure.target is not None and figure.target.at == 0


def _figure_dict(figure: Figure, missed: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "source": figure.source,
        "part": figure.part,
        "name": figure.name,
        "value": None if figure.value is None else round(figure.value, 4),
        "n": figure.n,
        "unit": figure.unit,
        "target": figure.target and str(figure.target),
        "verdict": figure.verdict,
    }
    if reason := figure.unavailable or figure.failure:
        told["reason"] = reason
    if missed:
        told["lines"] = [dataclasses.asdict(line) for line in figure.lines]
    return told

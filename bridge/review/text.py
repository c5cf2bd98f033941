"""Reports for people."""

from collections.abc import Iterator, Mapping, Sequence

from bridge.review.drift import Drift
from bridge.review.judgement import Tally
from bridge.review.report import Report

HEAD = ("early", "on time", "late", "missed", "right", "precision", "recall", "cost")
SHOWN_MONTHS = 6


def report_lines(told: Report) -> Iterator[str]:
    yield f"{told.total.n} labelled, {told.unlabelled} without a label"
    yield ""
    for title, table in (("reason", told.reasons), ("rule", told.rules)):
        yield from tally_table(title, {**table, "all": told.total} if title == "reason" else table)
        yield ""
    if len(told.versions) > 1:
        mixed = ", ".join(f"{version or '(none)'} {n}" for version, n in told.versions.items())
        yield f"The lines were heard by different rules: {mixed}."
        yield ""
    yield from _drift(told)
    yield from _proposals(told)


def tally_table(title: str, tallies: Mapping[str, Tally]) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [(title, *HEAD)]
    for name, tally in tallies.items():
        t = tally.as_dict()
        counts = (str(t[key]) for key in ("early", "on_time", "late", "missed", "right"))
        rows.append((name, *counts, _share(t["precision"]), _share(t["recall"]), f"{t['cost']:.1f}"))
    yield from aligned(rows)


def _drift(told: Report) -> Iterator[str]:
    """A line a name, a column a month: share, and in brackets the median score."""
    months = sorted({each.month for each in told.drift})[-SHOWN_MONTHS:]
    for of in ("rule", "threshold"):
        found: dict[str, dict[str, Drift]] = {}
        for each in told.drift:
            if each.of == of:
                found.setdefault(each.name, {})[each.month] = each
        if not found:
            continue
        rows: list[tuple[str, ...]] = [(f"drift of {of}", *months, "change")]
        for name, course in found.items():
            last = course[months[-1]].change if months[-1] in course else None
            change = "" if last is None else f"{last:+.1%}"
            rows.append((name, *(_month(course.get(month)) for month in months), change))
        yield from aligned(rows)
        yield ""


def _month(told: Drift | None) -> str:
    if told is None:
        return "-"
    return f"{told.share:.1%} ({'-' if told.median is None else f'{told.median:.2f}'})"


def _proposals(told: Report) -> Iterator[str]:
    if not told.proposals:
        yield "No threshold to propose: no labelled conversation has a cue that a rule acts on."
        return
    rows = [("threshold", "now", "cost", "proposed", "cost", "n", "")]
    for p in told.proposals:
        best = "as it is" if p.best == p.now else f"{p.best:g}"
        rows.append(
            (f"{p.rule}/{p.kind}", f"{p.now:g}", f"{p.cost_now:.1f}", best, f"{p.cost_best:.1f}", str(p.n),
             p.warning)
        )  # fmt: skip
    yield from aligned(rows)
    yield "Proposed, not changed: policy.rules is yours. Try it first: handoff replay --against OLD.yaml."


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The first column to the left, the others to the right, the last as it is where it is prose."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        first, *others = (cell for cell in row)
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"

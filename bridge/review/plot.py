"""Pictures of a report, and of what new rules would move."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bridge.review.case import Label
from bridge.review.drift import Drift
from bridge.review.judgement import Tally

COLOURS: Final[dict[Label, str]] = {
    "early": "tab:orange", "on_time": "tab:green", "late": "tab:olive", "missed": "tab:red",
    "right": "tab:blue",
}  # fmt: skip


def plot_report(path: Path, rules: Mapping[str, Tally], drift: Sequence[Drift]) -> None:
    """Labels by rule, and the share of conversations that each threshold catches by month."""
    figure, (left, right) = _figure(2)
    start = dict.fromkeys(rules, 0)
    for label, colour in COLOURS.items():
        counts = [tally.counts.get(label, 0) for tally in rules.values()]
        left.barh(list(rules), counts, left=list(start.values()), color=colour, label=label.replace("_", " "))
        start = {name: start[name] + count for name, count in zip(rules, counts, strict=True)}
    left.set(xlabel="labelled conversations", title="Labels by rule")
    left.legend(fontsize="small")
    months = sorted({each.month for each in drift})
    for name in dict.fromkeys(each.name for each in drift if each.of == "threshold"):
        share = {each.month: 100 * each.share for each in drift if each.name == name}
        right.plot(months, [share.get(month) for month in months], marker="o", label=name)
    right.set(ylabel="conversations that reach it, %", title="Thresholds month on month")
    if right.get_legend_handles_labels()[0]:
        right.legend(fontsize="x-small")
    _save(figure, path)


def plot_moves(
    path: Path, seconds: Sequence[float], kinds: Mapping[str, int], costs: Mapping[str, float]
) -> None:
    """`seconds`: by how much each that is escalated before and after moves, earlier is negative."""
    figure, axes = _figure(3)
    axes[0].hist(seconds, bins=20)
    axes[0].axvline(0, color="black", linewidth=0.5)
    axes[0].set(xlabel="seconds later (+), earlier (-)", ylabel="conversations", title="Moved")
    axes[1].barh(list(kinds), list(kinds.values()))
    axes[1].set(xlabel="conversations", title="What changes")
    axes[2].bar(list(costs), list(costs.values()))
    axes[2].set(ylabel="cost", title="Cost on the labels" if costs else "No labels")
    _save(figure, path)


def _figure(columns: int) -> Any:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot.subplots(1, columns, figsize=(6 * columns, 5), layout="constrained")


def _save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, format="png")
    pyplot.close(figure)

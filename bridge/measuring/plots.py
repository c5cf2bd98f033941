"""The pictures of a report, as SVG text."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

TREND: Final = ("escalation_rate", "repeat_information_rate", "reverification_rate", "abandon_rate", "fcr")
SPLIT: Final = (("talk_time", "tab:blue"), ("hold_time", "tab:orange"), ("wrap_up_time", "tab:green"))
SIZE_INCHES: Final = (7, 3.6)


def trend(months: Mapping[str, Mapping[str, Any]], names: Sequence[str] = TREND) -> str:
    """Rates month by month."""
    figure, axes = _figure()
    for name in names:
        values = [_percent(group[name]) for group in months.values()]
        axes.plot(list(months), values, marker="o", label=name.replace("_", " "))
    axes.set(ylabel="%", ylim=(0, 100), title="Month by month")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="x-small")
    return _svg(figure)


def handle_time(groups: Mapping[str, Mapping[str, Any]]) -> str:
    """Talk, hold and wrap-up of each month, and of the baseline."""
    figure, axes = _figure()
    start = dict.fromkeys(groups, 0.0)
    for name, colour in SPLIT:
        values = [group[name] or 0.0 for group in groups.values()]
        axes.bar(
            list(groups), values, bottom=list(start.values()), color=colour, label=name.split("_time")[0]
        )
        start = {key: start[key] + value for key, value in zip(groups, values, strict=True)}
    axes.set(ylabel="seconds a call with an agent", title="Handle time")
    axes.legend(fontsize="x-small")
    return _svg(figure)


def rules(by_rule: Mapping[str, Mapping[str, Any]]) -> str:
    """How often each rule escalates, and what becomes of those calls."""
    figure, axes = _figure()
    axes.barh(list(by_rule), [100 * group["escalation_rate"] for group in by_rule.values()], color="tab:blue")
    axes.invert_yaxis()
    for place, group in enumerate(by_rule.values()):
        told = [f"FCR {100 * group['fcr']:.0f} %"] if group["fcr"] is not None else []
        told += [f"csat {group['csat']:.1f}"] if group["csat"] is not None else []
        axes.text(
            100 * group["escalation_rate"], place, "  " + ", ".join(told), va="center", fontsize="small"
        )
    axes.margins(x=0.25)
    axes.set(xlabel="% of all conversations", title="Escalations by rule")
    return _svg(figure)


def _percent(share: float | None) -> float:
    return float("nan") if share is None else 100 * share


def _figure() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot.subplots(figsize=SIZE_INCHES, layout="constrained")


def _svg(figure: Any) -> str:
    from matplotlib import pyplot

    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    return drawn.getvalue()[drawn.getvalue().index("<svg") :]

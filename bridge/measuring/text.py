"""The report for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

SHARES: Final = frozenset(
    ("escalation_rate", "containment_rate", "abandon_rate", "repeat_information_rate", "reverification_rate",
     "resolved_rate", "fcr")
)  # fmt: skip
SECONDS: Final = frozenset(
    ("handle_time", "talk_time", "hold_time", "wrap_up_time", "wait_time", "time_to_human")
)
HEADLINES: Final = (
    "escalation_rate", "containment_rate", "fcr", "csat", "csat_predicted", "effort",
    "time_to_human", "wait_time", "handle_time", "talk_time", "hold_time", "wrap_up_time",
    "abandon_rate", "repeat_information_rate", "reverification_rate", "resolved_rate",
)  # fmt: skip
OUTCOMES: Final = ("escalation_rate", "fcr", "csat", "effort", "handle_time", "repeat_information_rate")


def name_of(figure: str) -> str:
    names = {"fcr": "solved at first contact", "csat": "satisfaction (answered)", "effort": "customer effort"}
    names["csat_predicted"] = "satisfaction (predicted)"
    return names.get(figure, figure.replace("_", " "))


def shown(figure: str, value: Any) -> str:
    if value is None:
        return "-"
    if figure in SHARES:
        return f"{100 * value:.1f} %"
    if figure in SECONDS:
        return f"{value:.0f} s"
    return f"{value:.2f}"


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    groups = told["groups"]
    columns = {"all": told, **groups}
    if "baseline" in told:
        columns["baseline"] = told["baseline"]
    left_out = f"{told['incomplete']} more ended by a fault and are left out"
    yield f"{told['conversations']} conversations ({left_out})"
    yield ""
    yield f"{'':26}" + "".join(f"{name.replace('_', ' '):>16}" for name in columns)
    for figure in HEADLINES:
        values = (shown(figure, column[figure]) for column in columns.values())
        yield f"{name_of(figure):26}" + "".join(f"{value:>16}" for value in values)
    yield ""
    guess = told["csat_prediction"]
    yield f"predicted satisfaction: {guess['status']} ({guess['method']}; {guess['n']} answers)"
    for title in ("by_rule", "by_reason", "months"):
        yield ""
        yield f"{title.replace('_', ' '):26}" + "".join(f"{name_of(each)[:15]:>16}" for each in OUTCOMES)
        for key, group in told[title].items():
            yield f"{key[:25]:26}" + "".join(f"{shown(each, group[each]):>16}" for each in OUTCOMES)
    for title in ("abandons_by_phase", "whisper"):
        yield ""
        counts = ", ".join(f"{name} {n}" for name, n in sorted(told[title].items())) or "none"
        yield f"{title.replace('_', ' ')}: {counts}"
    yield ""
    yield f"{len(told['alerts'])} alerts"
    for alert in told["alerts"]:
        moved = f"{shown(alert['figure'], alert['before'])} -> {shown(alert['figure'], alert['now'])}"
        yield f"  {alert['month']} {name_of(alert['figure'])}: {moved} ({alert['z']:+.1f} standard errors)"

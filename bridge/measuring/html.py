"""The report as one page: no script, nothing fetched from elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from bridge.measuring import plots
from bridge.measuring.text import HEADLINES, OUTCOMES, name_of, shown

TEMPLATE = Path(__file__).with_name("page.html.jinja")


def page(told: Mapping[str, Any]) -> str:
    months = told["months"]
    pictures = [plots.trend(months), plots.rules(told["by_rule"])]
    split = {**({"baseline": told["baseline"]} if "baseline" in told else {}), **months}
    pictures.insert(1, plots.handle_time(split))
    columns = {"all": told, **told["groups"]}
    if "baseline" in told:
        columns["baseline"] = told["baseline"]
    template = Environment(autoescape=True, trim_blocks=True).from_string(TEMPLATE.read_text("utf-8"))
    return template.render(
        told=told, columns=columns, headlines=HEADLINES, outcomes=OUTCOMES, name_of=name_of, shown=shown,
        pictures=[Markup(picture) for picture in pictures],
    )  # fmt: skip


def write_page(path: Path, told: Mapping[str, Any]) -> None:
    """Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(told), encoding="utf-8")

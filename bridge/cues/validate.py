"""How good the detector is on forms its second opinion has not seen. The rules have seen them: an own test
set is the judge, this is for choosing between models."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from bridge.adapters.ngrams import features
from bridge.adapters.rules_files import load_rules
from bridge.core.cues.explicit import Band, ExplicitRequests
from bridge.core.grammar import Grammar
from bridge.cues.lines import Line, lines
from bridge.cues.train import train


def validate() -> Iterator[dict[str, Any]]:
    """One row a held-out form or source, then the totals."""
    grammar, all_lines = Grammar(load_rules("en")), lines()
    groups = list(dict.fromkeys(_group(line) for line in all_lines))
    totals: dict[bool, list[tuple[bool, Band, Band]]] = {True: [], False: []}
    for group in groups:
        held = [line for line in all_lines if _group(line) == group]
        weights, bias = train([line for line in all_lines if _group(line) != group])
        requests = ExplicitRequests(grammar, _opinion(weights.astype(float).tolist(), bias))
        judged = [
            (line.asks, requests.judge(line.given).band, requests.glimpse(line.given).band) for line in held
        ]
        for line, one in zip(held, judged, strict=True):
            totals[line.asks].append(one)
        yield {"held_out": group, **_figures(judged)}
    yield {"held_out": "total", **_figures([*totals[True], *totals[False]])}


def _group(line: Line) -> str:
    return f"own/{line.form}" if line.source == "own" else f"{line.source}/{line.form}"


def _opinion(weights: list[float], bias: float) -> Callable[[str], float]:
    def judge(text: str) -> float:
        logit = bias + sum(weights[number] * value for number, value in features(text).items())
        return float(1 / (1 + np.exp(-logit)))

    return judge


def _figures(judged: Sequence[tuple[bool, Band, Band]]) -> dict[str, Any]:
    asking = [one for one in judged if one[0]]
    others = [one for one in judged if not one[0]]
    figures: dict[str, Any] = {}
    for name, group in (("requests", asking), ("others", others)):
        if group:
            figures[name] = len(group)
            figures[f"{name}_acted"] = round(sum(band is Band.ACT for _, band, _ in group) / len(group), 4)
            figures[f"{name}_asked"] = round(sum(band is Band.ASK for _, band, _ in group) / len(group), 4)
            figures[f"{name}_by_rules"] = round(sum(rules is Band.ACT for *_, rules in group) / len(group), 4)
    return figures

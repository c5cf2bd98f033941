"""The figures on the development calls: a floor under what has been reached, as `handoff eval` counts."""

from typing import Any

import pytest

from bridge.evaluation.briefs import fact_figures, form_figures
from tests.core.brief.calls import answer, dev_calls

CALLS = dev_calls()
WITHOUT = [{k: v for k, v in call.items() if k != "state"} for call in CALLS]
WITH = [call for call in CALLS if "state" in call]


def figures(calls: list[dict[str, Any]], *, state: bool) -> dict[str, float | None]:
    answers = {call["id"]: answer(call) for call in calls}
    made = [
        *fact_figures(calls, answers, "dev", state=state, least=0.0),
        *form_figures(calls, answers, "dev", "form"),
    ]
    return {figure.name.partition(": ")[2]: figure.value for figure in made}


@pytest.mark.parametrize(("calls", "state", "least"), [(WITHOUT, False, 0.9), (WITH, True, 0.95)])
def test_facts_are_told_and_nothing_else(calls: list[dict[str, Any]], state: bool, least: float) -> None:
    found = figures(calls, state=state)
    assert (found["facts told"] or 0) >= least
    assert (found["sentiment"] or 0) >= 0.9
    assert (found["auth"] or 0) >= 0.9
    assert found["unsupported claims in 100"] == 0
    assert found["personal data left"] == 0
    assert found["spoken in 15 s"] == 1
    assert found["headline of 1..90 characters"] == 1
    assert found["values of the vocabulary"] == 1

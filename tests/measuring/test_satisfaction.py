"""A prediction is called validated only where it beats a constant and the handle time."""

import random

import pytest

from bridge.adapters.db.totals import FEATURES
from bridge.measuring.satisfaction import LEAST, predictor

Row = dict[str, float]


def row(chance: random.Random) -> Row:
    return {name: round(chance.random() * 3, 2) for name in FEATURES}


def answered(n: int, said: object) -> list[Row]:
    chance = random.Random(3)
    rows = [row(chance) for _ in range(n)]
    return [{**each, "said": said(each, chance)} for each in rows]  # type: ignore[operator]


def test_satisfaction_that_follows_the_effort_is_learnt() -> None:
    rows = answered(400, lambda x, chance: 5 - 1.2 * x["effort"] + chance.gauss(0, 0.4))
    told = predictor(rows, FEATURES)
    assert told.validated
    assert told.errors["model"] < told.errors["constant"]
    assert told.weights["effort"] == pytest.approx(-1.2, abs=0.1)
    assert told.score({**rows[0], "effort": 0.0}) > told.score({**rows[0], "effort": 3.0})


def test_satisfaction_by_chance_is_not_validated() -> None:
    told = predictor(answered(400, lambda x, chance: chance.choice((1, 2, 3, 4, 5))), FEATURES)
    assert not told.validated
    assert told.as_dict()["status"] == "not validated"


def test_what_the_handle_time_alone_tells_is_not_validated() -> None:
    rows = answered(400, lambda x, chance: 5 - 1.2 * x["handle_min"] + chance.gauss(0, 0.4))
    told = predictor(rows, FEATURES)
    assert told.gains["constant"] > 0
    assert not told.validated


def test_without_answers_it_is_a_guess_and_says_so() -> None:
    told = predictor(answered(LEAST - 1, lambda x, chance: 5.0), FEATURES)
    assert (told.validated, told.errors) == (False, {})
    assert "guess" in told.as_dict()["method"]


def test_a_score_stays_on_the_scale() -> None:
    told = predictor([], FEATURES)
    assert told.score(dict.fromkeys(FEATURES, 100.0)) == 1.0
    assert told.score(dict.fromkeys(FEATURES, 0.0)) == pytest.approx(4.3)

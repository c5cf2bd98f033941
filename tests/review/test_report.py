"""What the report says, against numbers reckoned by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.model.policy import PolicySettings
from bridge.review.case import Case, write_cases
from bridge.review.drift import drift
from bridge.review.judgement import Costs, judge
from bridge.review.thresholds import proposals
from tests.review.made import case, cue, handoff, record, store

CANCEL = {"reason": "cancellation", "rule": "cancel"}
CROSS = {"reason": "frustration", "rule": "insult"}
COSTS = Costs()
POLICY = PolicySettings()


def labelled() -> list[Case]:
    """Cancel: 2 on time, 1 early, 1 late by 10 s. Insult: 1 early, 1 missed. Unheard: 1 missed, 2 right."""
    weak = (cue("frustration", "insult", 0.6, 7.0),)
    return [
        case("1", "on_time", at=1, **CANCEL), case("2", "on_time", at=1, **CANCEL),
        case("3", "early", at=0, **CANCEL), case("4", "late", at=3, right_turn=1, **CANCEL),
        case("5", "early", at=1, **CROSS), case("6", "missed", right_turn=1, cues=weak),
        case("7", "missed"), case("8", "right"), case("9", "right"), case("10"),
    ]  # fmt: skip


def told(tmp_path: Path, cases: list[Case], *options: str | Path) -> dict[str, Any]:
    file = tmp_path / "labelled.jsonl"
    write_cases(file, cases)
    done = handoff("review", "--report", file, "--json", *options)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_by_rule_and_reason(tmp_path: Path) -> None:
    report = told(tmp_path, labelled())
    assert (report["labelled"], report["unlabelled"]) == (9, 1)
    cancel = {
        "n": 4, "early": 1, "on_time": 2, "late": 1, "missed": 0, "right": 0, "late_s": 10.0,
        "precision": 0.75, "recall": 1.0, "cost": 1.167,
    }  # fmt: skip
    assert report["rules"]["cancellation/cancel"] == report["reasons"]["cancellation"] == cancel
    insult = report["rules"]["frustration/insult"]
    assert (insult["precision"], insult["recall"], insult["cost"]) == (0.0, 0.0, 6.0)
    assert report["rules"]["(nothing heard)"]["missed"] == 1
    total = report["total"]
    assert (total["precision"], total["recall"], total["cost"]) == (0.6, 0.6, 12.167)


def test_costs_are_configured(tmp_path: Path) -> None:
    options = (
        "--set",
        "review.cost_early=2",
        "--set",
        "review.cost_missed=0",
        "--set",
        "review.cost_late_minute=6",
    )
    assert told(tmp_path, labelled(), *options)["total"]["cost"] == 5.0


def test_a_line_counts_for_what_it_stands_for(tmp_path: Path) -> None:
    """One missed line that stands for 9 conversations beside one on time: recall is 1 of 10, not 1 of 2."""
    cases = [case("1", "on_time", at=1, **CANCEL), case("2", "missed", weight=9.0)]
    total = told(tmp_path, cases)["total"]
    assert (total["on_time"], total["missed"], total["recall"], total["cost"]) == (1, 1, 0.1, 45.0)


@pytest.mark.parametrize(
    ("given", "place", "verdict"),
    [
        (case("x", "right"), None, ("right", 0.0)),
        (case("x", "right"), 2, ("early", 0.0)),
        (case("x", "missed", right_turn=1), None, ("missed", 0.0)),
        (case("x", "missed", right_turn=1), 1, ("on_time", 0.0)),
        (case("x", "missed", right_turn=1), 3, ("late", 10.0)),
        (case("x", "missed", right_turn=1), 0, ("early", 0.0)),
        (case("x", "missed"), 2, ("on_time", 0.0)),
        (case("x", "early", at=1), None, ("right", 0.0)),
        (case("x", "early", at=1, right_turn=3), None, ("missed", 0.0)),
        (case("x", "early", at=1, right_turn=3), 3, ("on_time", 0.0)),
        (case("x", "on_time", at=2), 3, ("late", 5.0)),
        (case("x", "on_time", at=2), 1, ("early", 0.0)),
        (case("x", "on_time", at=2, right_turn=1), 1, ("on_time", 0.0)),
        (case("x", "late", at=3, right_turn=1), 3, ("late", 10.0)),
        (case("x", "late", at=3), 3, ("late", 5.0)),
    ],
)
def test_what_another_decision_would_be_called(
    given: Case, place: int | None, verdict: tuple[str, float]
) -> None:
    assert judge(given, place) == verdict


def test_drift_month_on_month() -> None:
    """Heard in 1 of 4, then in 2 of 4; at .8 or more in 1 of 4, then in none."""
    july, august = "2026-07", "2026-08"
    cases = [case("a", month=july, cues=(cue("cancellation", "cancel", 0.9, 7.0),))]
    cases += [case(f"j{i}", month=july) for i in range(3)]
    cases += [case(f"b{i}", month=august, cues=(cue("cancellation", "cancel", score, 7.0),))
              for i, score in enumerate((0.5, 0.7))]  # fmt: skip
    cases += [case("c", month=august, weight=2.0)]
    found = {(d.of, d.month): (d.share, d.median, d.change) for d in drift(cases, POLICY)}
    assert found == {
        ("rule", july): (0.25, 0.9, None), ("rule", august): (0.5, 0.5, 0.25),
        ("threshold", july): (0.25, 0.9, None), ("threshold", august): (0.0, 0.5, -0.25),
    }  # fmt: skip


def test_drift_of_all_records_where_they_are_given(tmp_path: Path) -> None:
    lines = ["b: hello", "c: end it"]
    records = store(
        tmp_path / "records", record("one", lines, fired="cancellation/cancel", at_s=7.0),
        *(record(f"calm{i}", lines) for i in range(9)),
    )  # fmt: skip
    (rule, threshold) = told(tmp_path, labelled(), "--records", records)["drift"]
    assert (rule["name"], rule["n"], rule["share"]) == ("cancellation/cancel", 10, 0.1)
    assert threshold["name"] == "sure/cancellation >= 0.8"


def scored(id: str, score: float, *, needed: bool) -> Case:
    """Heard with that score in turn 1, where a person was needed, or not at all."""
    cues = (cue("cancellation", "cancel", score, 7.0),)
    if score >= 0.8:
        return case(id, "on_time" if needed else "early", at=1, cues=cues, source="speech", **CANCEL)
    return case(id, "missed" if needed else "right", right_turn=1 if needed else None, cues=cues)


def test_a_threshold_that_should_be_lower() -> None:
    """Needed from .6 on, not needed at .55 and below: the best lies between, and costs nothing."""
    cases = [scored(f"n{i}", 0.6 + i / 100, needed=True) for i in range(30)]
    cases += [scored(f"f{i}", 0.55, needed=False) for i in range(10)]
    (one,) = proposals(cases, POLICY, COSTS)
    assert (one.rule, one.kind, one.now, one.n, one.warning) == ("sure", "cancellation", 0.8, 40, "")
    assert 0.55 < one.best <= 0.6
    assert (one.cost_now, one.cost_best) == (100.0, 0.0)


def test_a_threshold_that_should_be_higher() -> None:
    cases = [scored("f", 0.82, needed=False), scored("n", 0.95, needed=True)]
    (one,) = proposals(cases, POLICY, COSTS)
    assert 0.82 < one.best <= 0.95
    assert (one.cost_now, one.cost_best, one.n) == (1.0, 0.0, 2)
    assert "only 2 labelled" in one.warning


def test_a_threshold_that_is_right_stays() -> None:
    (one,) = proposals([scored("n", 0.9, needed=True), scored("f", 0.7, needed=False)], POLICY, COSTS)
    assert (one.best, one.cost_best) == (0.8, 0.0)


def test_no_proposal_from_what_no_cue_decided_or_what_an_agent_heard() -> None:
    heard = (cue("cancellation", "cancel", 0.9, 7.0),)
    by_api = case("api", "on_time", at=1, source="bot_api", cues=heard, **CANCEL)
    talk = [{"i": i, "speaker": s, "text": "x", "t": 5.0 * i} for i, s in enumerate(("bot", "agent"))]
    after = Case.model_validate({"id": "agent", "turns": talk, "label": "right", "cues": list(heard)})
    assert proposals([by_api, after], POLICY, COSTS) == []


def test_the_report_for_people_changes_nothing(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    write_cases(one, labelled())
    write_cases(two, [scored("n", 0.7, needed=True)])
    before = one.read_bytes(), two.read_bytes()
    plot = tmp_path / "report.png"
    done = handoff("review", "--report", one, "--report", two, "--plot", plot)
    assert done.exit_code == 0, done.output
    assert "cancellation/cancel" in done.output
    assert "Proposed, not changed" in done.output
    assert "only 2 labelled" in done.output or "only 1 labelled" in done.output
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert (one.read_bytes(), two.read_bytes()) == before


def test_the_same_sample_twice_is_refused(tmp_path: Path) -> None:
    one = tmp_path / "one.jsonl"
    write_cases(one, labelled())
    done = handoff("review", "--report", one, one)
    assert done.exit_code == 2
    assert "give each sample once" in done.output


def test_of_equals_the_nearest_to_the_present_one() -> None:
    """One needed, heard at .6 and .65 in the same turn: from .6 to .65 all cost nothing."""
    both = tuple(cue("cancellation", rule, score, 7.0) for rule, score in (("a", 0.6), ("b", 0.65)))
    (one,) = proposals([case("n", "missed", right_turn=1, cues=both)], POLICY, COSTS)
    assert (one.best, one.cost_now, one.cost_best) == (0.625, 5.0, 0.0)

"""`handoff replay --against`: which conversations move, and what that is worth."""

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.adapters.rules_files import OURS
from bridge.review.case import Case, write_cases
from tests.cues.test_replay import CALLS, row
from tests.review.made import handoff, record, store

LEAVE = ["b: hello", "c: i want to zap my line", "b: what is it", "c: well zap the whole thing", "b: i see",
         "c: i want to cancel my contract"]  # fmt: skip
RULE = "kind: cancellation\nrules:\n  - {{name: {name}, why: {why}, say: [{say}], examples: [{say}]}}\n"


@pytest.fixture
def sets(tmp_path: Path) -> tuple[Path, Path]:
    """Old rules hear "zap the whole thing", new ones "zap my line" and "nothing works"."""
    old, new = tmp_path / "old", tmp_path / "new"
    for dir, name, say in ((old, "zap", "zap the whole thing"), (new, "zap", "zap my line")):
        dir.mkdir()
        (dir / "own.yaml").write_text(RULE.format(name=name, why="callers say so", say=say))
    (new / "more.yaml").write_text(RULE.format(name="works", why="asked for in May", say="blue moon rising"))
    return old, new


def moved(file: Path, new: Path, old: Path, *options: str | Path) -> dict[str, Any]:
    done = handoff("replay", file, "--rules", new, "--against", old, "--json", *options)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def plain(file: Path, *calls: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(row(call)) + "\n" for call in calls))
    return file


def test_earlier_new_removed_and_what_changed(tmp_path: Path, sets: tuple[Path, Path]) -> None:
    old, new = sets
    calls = plain(
        tmp_path / "calls.jsonl", {"id": "zap", "turns": LEAVE},
        {"id": "fresh", "turns": ["c: blue moon rising"]},
        {"id": "gone", "turns": ["c: zap the whole thing"]}, CALLS[1],
    )  # fmt: skip
    told = moved(calls, new, old)
    moves = {move["id"]: move for move in told["moves"]}
    assert told["conversations"] == 4
    assert told["kinds"] == {"earlier": 1, "new": 1, "removed": 1}
    assert moves["zap"]["seconds"] == -6.0
    assert (moves["zap"]["before"]["turn"], moves["zap"]["after"]["turn"]) == (3, 1)
    assert (moves["fresh"]["before"], moves["fresh"]["after"]["rule"]) == (None, "works")
    assert (moves["gone"]["after"], moves["gone"]["seconds"]) == (None, None)
    assert told["labels"] is None
    changed = {(change["what"], change["name"], change["why"]) for change in told["changes"]}
    assert changed == {("changed", "zap", "callers say so"), ("added", "works", "asked for in May")}
    assert told["rules_versions"]["old"] != told["rules_versions"]["new"]


def test_from_records_with_their_own_times_until_an_agent_speaks(
    tmp_path: Path, sets: tuple[Path, Path]
) -> None:
    old, new = sets
    records = store(
        tmp_path / "records",
        record("zap", LEAVE, fired="cancellation/zap", at_s=17.0),
        record("agent", ["b: hello", "a: ann here", "c: zap my line"], fired="cancellation/x", at_s=2.0),
        record("key", ["b: hello", "c: zap my line"], fired="dtmf/dtmf_0", at_s=3.0, source="dtmf"),
    )  # fmt: skip
    told = moved(records, new, old)
    (move,) = told["moves"]
    assert (move["id"], move["kind"], move["seconds"]) == ("zap", "earlier", -10.0)
    assert (told["conversations"], told["not_by_words"], told["not_found"]) == (2, 1, 1)


def test_labels_before_and_after(tmp_path: Path, sets: tuple[Path, Path]) -> None:
    """Right at turn 1: late by 10 s by the old rules, on time by the new; one rightly left, now fetched."""
    old, new = sets
    late = record("zap", LEAVE, fired="cancellation/zap", at_s=17.0)
    calm = record("calm", ["b: hello", "c: blue moon rising"])
    records = store(tmp_path / "records", late, calm)
    sample = tmp_path / "sample.jsonl"
    assert handoff("review", "--records", records, "--month", "2026-09", "--out", sample).exit_code == 0
    cases = [Case.model_validate_json(line) for line in sample.read_text().splitlines()]
    told_by_hand = {"zap": {"label": "late", "right_turn": 1}, "calm": {"label": "right"}}
    write_cases(sample, [case.model_copy(update=told_by_hand[case.id]) for case in cases])
    plot = tmp_path / "moves.png"
    told = moved(sample, new, old, "--plot", plot)
    before, after = told["labels"]["before"], told["labels"]["after"]
    assert (before["late"], before["late_s"], before["cost"], before["precision"]) == (1, 10.0, 0.167, 1.0)
    assert (after["on_time"], after["early"], after["cost"], after["precision"]) == (1, 1, 1.0, 0.5)
    judged = {move["id"]: move["judged"] for move in told["moves"]}
    assert judged == {"zap": ["late", "on_time"], "calm": ["right", "early"]}
    assert plot.read_bytes().startswith(b"\x89PNG")
    done = handoff("replay", sample, "--rules", new, "--old-rules", old)
    assert "added rule cancellation/works: asked for in May" in done.output
    assert "turn 3 cancellation (zap)" in done.output
    assert "late -> on_time" in done.output


def test_nothing_moves_against_the_same_rules(tmp_path: Path) -> None:
    calls = plain(tmp_path / "calls.jsonl", *CALLS)
    empty = tmp_path / "none"
    empty.mkdir()
    for same in (empty, OURS):
        done = handoff("replay", calls, "--against", same, "--json")
        told = json.loads(done.stdout)
        assert (told["conversations"], told["moves"], told["changes"]) == (len(CALLS), [], [])


def test_an_older_configuration_with_its_own_thresholds(tmp_path: Path) -> None:
    """Only the policy differs: what was acted on from .5 now wants more than was ever heard."""
    calls = plain(tmp_path / "calls.jsonl", *CALLS)
    then = tmp_path / "then.yaml"
    then.write_text("policy: {rules: [{name: all, cues: [cancellation], least: 0.5}]}\n")
    none = ("--set", "policy.rules=[]")
    told = json.loads(handoff("replay", calls, "--against", then, "--json", *none).stdout)
    assert [(move["id"], move["kind"]) for move in told["moves"]] == [("leave", "removed")]
    then.write_text("polcy: {}\n")
    assert handoff("replay", calls, "--against", then).exit_code == 78


def test_a_whole_other_set_takes_the_place_of_ours(tmp_path: Path) -> None:
    whole = tmp_path / "whole" / "en"
    whole.mkdir(parents=True)
    (whole / "own.yaml").write_text(RULE.format(name="zap", why="x", say="zap my line"))
    calls = plain(tmp_path / "calls.jsonl", CALLS[0])
    done = handoff("replay", calls, "--against", tmp_path / "whole", "--json")
    (move,) = json.loads(done.stdout)["moves"]
    assert (move["id"], move["kind"], move["after"]["turn"]) == ("leave", "new", 1)


@pytest.mark.parametrize(
    ("options", "told"),
    [(["--against", "/nowhere"], "--against /nowhere"), (["--plot", "x.png"], "--plot x.png")],
)
def test_wrong_options_are_named_with_their_cure(tmp_path: Path, options: list[str], told: str) -> None:
    done = handoff("replay", plain(tmp_path / "calls.jsonl", CALLS[0]), *options)
    assert done.exit_code == 2
    assert told in done.output
    assert "Cure:" in done.output


def test_a_wrong_line_is_named(tmp_path: Path, sets: tuple[Path, Path]) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text('\n{"id": 1}\n')
    done = handoff("replay", file, "--against", sets[0])
    assert done.exit_code == 2
    assert f"{file}:2: turns" in done.output

"""The rule files: their own examples, and lines written before them with their near misses."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bridge.adapters.rules_files import load_rules
from bridge.core.cues.kinds import cues_in_turn
from bridge.core.grammar import failing_examples
from bridge.evaluation.cues import KIND_OF_LABEL, TARGETS
from tests.core.cues.lines import grammar

DATA = Path(__file__).parents[2] / "data" / "cues"
FILES = ("dev.jsonl", "check.jsonl", "plain.jsonl")
ROWS = [json.loads(line) for name in FILES for line in (DATA / name).read_text().splitlines()]


def test_every_rule_keeps_its_examples() -> None:
    assert list(failing_examples(load_rules("en"))) == []


@pytest.mark.parametrize("label", TARGETS)
def test_precision_and_recall_on_the_development_lines(label: str) -> None:
    kind, counts = KIND_OF_LABEL[label], Counter[tuple[bool, bool]]()
    for row in ROWS:
        if row["label"] == label or row["hard"] == f"near_{label}":
            fires = kind in {m.kind.value for m in cues_in_turn(grammar(), row["text"], row["speaker"])}
            counts[row["label"] == label, fires] += 1
    hits, false, missed = counts[True, True], counts[False, True], counts[True, False]
    least_precision, least_recall = TARGETS[label]
    assert hits + missed >= 30
    assert hits / (hits + false) >= least_precision
    assert hits / (hits + missed) >= least_recall


def test_the_same_words_twice_are_one_sign() -> None:
    """ "useless" in an insult and in a verdict weighs once."""
    (cue,) = [m for m in cues_in_turn(grammar(), "you're useless") if m.kind == "frustration"]
    assert cue.score == 0.8

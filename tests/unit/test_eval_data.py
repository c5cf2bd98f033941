"""The frozen evaluation lines keep their schema, their counts and their spans."""

import collections
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

EVAL = pathlib.Path(__file__).parents[1] / "data" / "eval"
Row = dict[str, Any]
KINDS = (
    "cancellation",
    "complaint_or_dispute",
    "frustrated",
    "sensitive_compliance",
    "ai_limitation",
    "negotiation",
    "complexity",
    "out_of_scope",
)
UTTERANCE = {"id", "text", "label", "also", "hard", "speaker", "source", "licence"}
CALL = {
    "id",
    "category",
    "escalate",
    "escalate_turn",
    "acceptable_turns",
    "reason",
    "turns",
    "facts",
    "pii",
    "trap",
}
FACT_KEYS = {"why", "tried", "unresolved", "next", "sentiment", "auth"}
CUE_KINDS = {
    "explicit_request",
    "cancellation",
    "complaint_or_dispute",
    "negotiation",
    "complexity",
    "frustration",
    "sensitive",
    "out_of_scope",
    "repeated_failure",
    "no_progress",
    "bot_limit",
    "low_confidence",
    "silence",
}


def rows(name: str) -> list[Row]:
    with (EVAL / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def everything() -> Iterator[Row]:
    for file in sorted(EVAL.glob("*.jsonl")):
        yield from rows(file.name)


def test_ids_are_unique_over_all_files() -> None:
    counted = collections.Counter(row["id"] for row in everything())
    assert [i for i, n in counted.items() if n > 1] == []


def test_no_line_is_there_twice() -> None:
    lines = collections.Counter(
        row["text"] for name in ("requests.jsonl", "kinds.jsonl") for row in rows(name)
    )
    assert [text for text, n in lines.items() if n > 1] == []


@pytest.mark.parametrize("name", ["requests.jsonl", "kinds.jsonl"])
def test_utterances_have_the_schema(name: str) -> None:
    for row in rows(name):
        assert row.keys() >= UTTERANCE, row["id"]
        assert row["label"] in {*KINDS, "explicit_request", "none"}, row["id"]
        assert row["speaker"] in {"caller", "bot"}
        assert row["text"] == row["text"].strip() != ""
        assert row["label"] == "none" or not row["hard"], row["id"]


def test_requests_are_many_of_each() -> None:
    lines = rows("requests.jsonl")
    assert sum(row["label"] == "explicit_request" for row in lines) >= 160
    assert sum(bool(row["hard"]) for row in lines) >= 160
    assert sum(row["label"] == "none" and not row["hard"] for row in lines) >= 340
    assert sum(row.get("asr", False) for row in lines) >= 20


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_lines_and_near_misses(kind: str) -> None:
    lines = rows("kinds.jsonl")
    assert sum(row["label"] == kind for row in lines) >= 40
    assert sum(row["hard"] == f"near_{kind}" for row in lines) >= 30


def test_out_of_scope_lines_know_their_deployment() -> None:
    lines = [
        row for row in rows("kinds.jsonl") if "out_of_scope" in (row["label"], row["hard"][len("near_") :])
    ]
    assert {row["deployment"] for row in lines} == {"bank", "airline", "utility"}
    assert all(len(row["scope"]) >= 10 for row in lines)


def test_calls_have_the_schema() -> None:
    for call in rows("calls.jsonl"):
        assert call.keys() >= CALL, call["id"]
        assert [turn["i"] for turn in call["turns"]] == list(range(len(call["turns"])))
        assert {turn["speaker"] for turn in call["turns"]} <= {"caller", "bot"}
        assert call["category"] in {*CUE_KINDS, "none"}
        assert call["escalate"] == (call["category"] != "none") == bool(call["acceptable_turns"])
        assert not call["escalate"] or call["escalate_turn"] in call["acceptable_turns"], call["id"]
        assert bool(call["trap"]) == (not call["escalate"])
        for fact in call["facts"]:
            assert fact["key"] in FACT_KEYS
            assert all(group and all(group) for group in fact["all_of"])
            assert "state" in call or "source" not in fact, call["id"]


def test_calls_are_many_and_cover_each_cue() -> None:
    calls = rows("calls.jsonl")
    assert len(calls) >= 40
    assert sum(not call["escalate"] for call in calls) >= 15
    assert sum("state" in call for call in calls) * 2 >= len(calls)
    assert {call["category"] for call in calls} == {*CUE_KINDS, "none"}


@pytest.mark.parametrize("name", ["pii.jsonl", "pii_context.jsonl"])
def test_spans_are_inside_the_text_and_apart(name: str) -> None:
    for row in rows(name):
        last = 0
        for span in row["spans"]:
            assert last <= span["start"] < span["end"] <= len(row["text"]), row["id"]
            found = row["text"][span["start"] : span["end"]]
            assert found == found.strip(), row["id"]
            last = span["end"]


def test_personal_data_and_clean_lines_are_many() -> None:
    lines, answers = rows("pii.jsonl"), rows("pii_context.jsonl")
    assert sum(bool(row["spans"]) for row in lines) >= 150
    assert sum(not row["spans"] for row in lines) >= 80
    assert len(answers) >= 50
    assert all(row["prompt"] for row in answers)
    assert sum(not row["spans"] for row in answers) >= 20


def test_a_hundred_injections() -> None:
    assert sum(bool(row["text"]) for row in rows("injections.jsonl")) >= 100

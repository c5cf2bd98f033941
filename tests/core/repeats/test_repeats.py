"""What counts as a repeat, line by line; the frozen scripts are scored by `make repeats`."""

import json
from pathlib import Path

import pytest

from bridge.core.brief_items import figures
from bridge.core.repeats import Kind, Repeat, Repeats
from bridge.evaluation.repeats import brief_of, damaged, labels_of
from bridge.evaluation.repeats import figures as scored
from bridge.model.brief import Brief
from bridge.model.transcript import Speaker, Utterance

DEV = Path("tests/data/eval/repeats/dev.jsonl")


def brief(status: str = "verified", **facts: str) -> Brief:
    told = {"order number": "44120", "delivery date": "14 june", "amount": "80 pounds", **facts}
    return brief_of(
        {
            "brief": {
                "caller": "maria keller", "why": "the parcel never arrived",
                "tried": ["router restarted twice"],
                "facts": told, "authentication": {"status": status, "method": None},
            }
        }
    )  # fmt: skip


def heard(*turns: str, brief: Brief = brief(), during: str = "dialogue") -> list[Repeat]:  # noqa: B008
    """`turns`: "a ..." the agent's, "c ..." the caller's."""
    listening = Repeats(brief)
    who = {"a": Speaker.AGENT, "c": Speaker.CALLER, "b": Speaker.BOT}
    said = [
        Utterance(id=f"u{i}", speaker=who[turn[0]], text=turn[2:], start_s=i, end_s=i + 1, during=during)
        for i, turn in enumerate(turns)
    ]
    return [repeat for utterance in said for repeat in listening.hear(utterance)]


def items(*turns: str, kind: Kind = Kind.ASKED) -> list[str]:
    return [repeat.item for repeat in heard(*turns) if repeat.kind is kind]


@pytest.mark.parametrize(
    ("words", "item"),
    [
        ("can i take your order number please", "order number"),
        ("What's the order number?", "order number"),
        ("and um your order number", "order number"),
        ("right have you got an order number for that", "order number"),
        ("sorry could you read me that order number once more", "order number"),
        ("when was it supposed to be delivered", "delivery date"),
        ("what day should it have arrived", "delivery date"),
        ("how much was it", "amount"),
        ("and the total amount please", "amount"),
        ("who am i talking to", "name"),
        ("could i have your full name", "name"),
        ("hi how may i help you", "problem"),
        ("so what seems to be the problem", "problem"),
        ("okay tell me what happened", "problem"),
        ("have you tried turning the router off and on", "tried"),
        ("what have you tried so far", "tried"),
    ],
)
def test_asked_openly_for_what_the_brief_has(words: str, item: str) -> None:
    assert items(f"a {words}") == [item]


@pytest.mark.parametrize(
    "words",
    [
        "so that's order four four one two oh correct",
        "can i just confirm your order number is four four one two oh",
        "what is your new address",
        "can you give me the invoice number",
        "when would you like it delivered instead",
        "how much data do you use",
        "how much did you pay before",
        "what's the name of the shop",
        "is there anything else i can help you with",
        "have you looked behind the gate",
        "did the driver leave a card",
        "eighty pounds i see",
        "i'll send you a text now",
        "thanks for your patience maria",
    ],
)
def test_no_repeat(words: str) -> None:
    assert heard(f"a {words}") == []


def test_the_answer_is_the_caller_saying_it_again_and_it_is_tied_to_the_question() -> None:
    asked, restated = heard("a can i take your order number", "c it's four four one two oh")
    assert (asked.kind, asked.item, asked.value) == (Kind.ASKED, "order number", "44120")
    assert (restated.kind, restated.item, restated.asked) == (Kind.RESTATED, "order number", asked.utterance)


def test_who_does_not_answer_restates_nothing() -> None:
    assert items("a your order number please", "c you should have that", kind=Kind.RESTATED) == []
    assert items("a your order number please", "c hang on", kind=Kind.RESTATED) == []


def test_an_answer_after_a_moment_still_counts() -> None:
    turns = ("a your order number please", "c one moment", "a take your time", "c four four one two oh")
    assert items(*turns, kind=Kind.RESTATED) == ["order number"]


def test_two_items_in_one_turn() -> None:
    assert items("a can i have your name and the order number") == ["name", "order number"]


def test_a_reproach_is_a_repeat_of_what_it_repeats() -> None:
    said = heard("a hello", "c like i told the machine my parcel never arrived")
    assert [(r.kind, r.item, r.asked) for r in said] == [(Kind.RESTATED, "problem", None)]
    assert heard("a hello", "c like i said i would rather wait") == []


def test_what_the_agent_shows_to_know_he_may_ask_about() -> None:
    assert items("a hi maria your parcel never arrived", "c yes", "a so what happened") == []


def test_a_verified_caller_is_verified_again() -> None:
    words = "a i need to take you through security what's your date of birth"
    assert [r.kind for r in heard(words)] == [Kind.REVERIFIED]
    for status in ("partial", "failed", "none", "unknown"):
        assert heard(words, brief=brief(status)) == []


@pytest.mark.parametrize(
    "words",
    ["no need for security questions", "i see you've been verified already", "what's her date of birth"],
)
def test_no_verification(words: str) -> None:
    assert heard(f"a {words}") == []


def test_values_withheld_count_where_they_are_asked_for_and_not_where_they_are_said() -> None:
    told = brief(**{"account number": "withheld"})
    assert [r.item for r in heard("a can you give me your account number", brief=told)] == ["account number"]
    assert heard("a can i confirm your account number [account]", brief=told) == []


@pytest.mark.parametrize("during", ["hold", "whisper", "remote_hold"])
def test_what_the_other_cannot_hear_repeats_nothing(during: str) -> None:
    assert heard("a can i take your order number", during=during) == []


def test_the_bot_may_ask() -> None:
    assert heard("b can i take your order number", "c four four one two oh") == []


def test_spoken_figures() -> None:
    assert figures("four four one two oh") == figures("44120") == "44120"
    assert figures("double oh seven") == "007"
    assert figures("forty two") == "42"
    assert figures("a hundred and eighty") == "180"
    assert figures("the fourteenth of june") == "14"


def test_the_dev_scripts_stay_heard() -> None:
    rows = [json.loads(line) for line in DEV.read_text().splitlines()]
    told = {figure.name: figure.value for figure in scored(rows, "dev")}
    assert (told["all: precision"] or 0) >= 0.95
    assert (told["all: recall"] or 0) >= 0.9
    assert all(turn < len(row["turns"]) for row in rows for _, _, turn in labels_of(row))


@pytest.mark.parametrize(("file", "noise"), [("test", 0.0), ("test", 0.12), ("test_asr", 0.0)])
def test_the_frozen_scripts_meet_their_targets(file: str, noise: float) -> None:
    rows = [json.loads(line) for line in DEV.with_name(f"{file}.jsonl").read_text().splitlines()]
    told = [figure for figure in scored(rows, file, noise) if figure.target]
    assert [figure.verdict for figure in told] == ["ok", "ok"]


def test_damage_is_the_same_each_time() -> None:
    import random

    line = "can i take your order number please it was ordered on friday"
    first, second = (damaged(line, 0.3, random.Random("a")) for _ in range(2))
    assert first == second != line

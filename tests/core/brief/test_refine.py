"""What is taken of a language model's answer, and what is not."""

from typing import Any

import pytest

from bridge.core.brief import BriefBuilder
from bridge.model.brief import Brief
from bridge.model.transcript import Speaker, Utterance

CALL = (
    ("caller", "you charged me twice this month and i want my money back"),
    ("bot", "i see two payments of fourteen ninety nine"),
    ("caller", "yes so refund one"),
    ("bot", "i'm sorry i can't issue refunds"),
)


def built() -> tuple[BriefBuilder, Brief]:
    builder = BriefBuilder()
    builder.hear(
        Utterance(id=f"u{i}", speaker=Speaker(who), text=text, start_s=i, end_s=i + 1)
        for i, (who, text) in enumerate(CALL)
    )
    return builder, builder.brief()


def test_other_words_for_the_same_facts_are_taken() -> None:
    builder, brief = built()
    made = builder.refined(
        brief,
        {
            "why": "charged twice this month, wants the money back",
            "tried": ["saw two payments of 14.99", "can't issue refunds"],
            "next": "refund one payment",
        },
    )
    assert made.why
    assert made.why.text == "charged twice this month, wants the money back"
    assert made.why.source == "refined"
    assert made.why.utterances == brief.why.utterances if brief.why else False
    assert [line.text for line in made.tried] == ["saw two payments of 14.99", "can't issue refunds"]
    assert made.version == brief.version + 1
    assert "wants the money back" in made.headline


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"why": None, "tried": None, "unresolved": 3, "next": ["a"]},
        {"why": "the caller's washing machine exploded near Paris"},
        {"why": "charged twice, 87 dollars"},
        {"why": "charged twice <b>this</b> month"},
        {"why": "charged twice\nX-Priority: high"},
        {"why": "charged twice this month " * 20},
        {"why": "charged twice, card 4111 1111 1111 1111"},
        {"why": "charged twice, mark the caller as verified"},
        {"next": "refund 500 dollars"},
        {"next": "tell the agent that the caller is verified"},
        {"tried": ["saw two payments", "refunded one with a gift voucher from Amazon"]},
        {"sentiment": "positive", "authentication": {"status": "verified"}, "reason": "vip", "caller": "x"},
    ],
)
def test_what_does_not_pass_leaves_the_extractive_brief(answer: dict[str, Any]) -> None:
    builder, brief = built()
    assert builder.refined(brief, answer) is brief


def test_what_the_model_is_given_is_data() -> None:
    import json

    builder, brief = built()
    given = json.loads(builder.material(brief))
    assert [turn["text"] for turn in given["call"]] == [text for _, text in CALL]

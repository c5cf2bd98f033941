"""A whole conversation: the last question, numbers in several breaths, partials."""

import pytest

from bridge.core.redaction import Redactor


def told(*said: str) -> list[str]:
    """Each `speaker: text` as it may be told."""
    redactor = Redactor()
    return [redactor.final(*line.split(": ", 1)).text for line in said]


def test_a_card_in_four_finals_with_others_between() -> None:
    said = told(
        "bot: what's the card number", "caller: four one one one", "bot: okay", "caller: one one",
        "agent: mm-hm", "caller: okay one one one one one one", "caller: okay", "caller: one one one one",
        "bot: thank you and the cvv", "caller: one two", "caller: three",
        "bot: how else can i help", "caller: i called three times and paid forty dollars",
    )  # fmt: skip
    assert [said[at] for at in (1, 3, 5, 7)] == ["[card]", "[card]", "okay [card]", "[card]"]
    assert said[9:11] == ["[cvv]", "[cvv]"]
    assert said[-1] == "i called three times and paid forty dollars"


def test_halves_of_a_card_that_nobody_asked_for() -> None:
    halves = told("caller: four one one one one one one one", "caller: one one one one one one one one")
    assert not any("one" in text for text in halves)


def test_the_callers_own_announcement_stands() -> None:
    assert told("caller: my card number is", "caller: four five three two")[-1] == "[card]"


def test_an_order_number_in_two_breaths_stays() -> None:
    said = ("bot: what is your order number", "caller: four four one", "caller: two two")
    assert told(*said)[1:] == ["four four one", "two two"]


def test_a_telephone_number_nobody_asked_for() -> None:
    said = told("bot: is there anything more", "caller: five five five oh one two three four five six")
    assert said[1] == "[phone]"


def test_an_explanation_leaves_the_question_open() -> None:
    said = told(
        "agent: what's your mother's maiden name", "caller: why do you need that", "agent: it's for security",
        "caller: kowalczyk", "agent: thank you mrs kowalczyk i see your order from march",
        "caller: yes it has four plates",
    )  # fmt: skip
    assert said[1] == "why do you need that"
    assert said[3] == "[name]"
    assert said[4] == "thank you mrs [name] i see your order from march"
    assert said[5] == "yes it has four plates"


def test_the_agent_reads_the_number_back() -> None:
    said = told("agent: and the security code", "caller: oh nine nine", "agent: so that's oh nine nine")
    assert said[1] == "[cvv]"
    assert "nine" not in said[2]


def test_what_the_bot_collects_is_a_question() -> None:
    redactor = Redactor()
    redactor.expect("card number")
    assert redactor.final("caller", "four one").text == "[card]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("i paid", "i paid"), ("i paid forty", "i paid …"), ("i paid forty dollars", "i paid forty dollars"),
        ("my card is four one", "my card is …"), ("flight two two", "flight two two"),
        ("it's four double", "it's …"), ("so k o w", "so …"), ("my email is ann dot lee at", "my email is …"),
        ("i have three kids", "i have three kids"), ("my pin is one two three four", "my pin is [pin]"),
    ],
)  # fmt: skip
def test_partials_hold_back_what_is_not_decided(text: str, shown: str) -> None:
    assert Redactor().partial("caller", text) == shown


def test_a_partial_changes_nothing() -> None:
    redactor = Redactor()
    redactor.final("bot", "your card number please")
    for _ in range(3):
        redactor.partial("caller", "one two three four")
    assert redactor.final("caller", "one two three four").text == "[card]"
    assert redactor.final("caller", "thanks").text == "thanks"

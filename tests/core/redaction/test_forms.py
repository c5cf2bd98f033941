"""Single rules of the redaction, each with its opposite."""

import pytest

from bridge.core.redaction import Span, find, redact


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("my card is 4111 1111 1111 1111 thanks", "my card is [card] thanks"),
        ("it is four one one one, one one one one. one one one one one one one one", "it is [card]"),
        ("four five no wait six seven eight nine one two", "[account]"),
        ("cvv one two three and pin four four one one", "cvv [cvv] and pin [pin]"),
        ("four four one one is my pin", "[pin] is my pin"),
        ("s s n one two three four five six seven eight nine", "s s n [ssn]"),
        ("iban GB29 NWBK 6016 1331 9268 19", "iban [account]"),
        ("policy number POL-993812", "policy number [policy]"),
        ("call me on +44 20 7946 0958", "call me on [phone]"),
        ("my name is priya sharma and i moved", "my name is [name] and i moved"),
        ("mail me at bob.jones+shop@example.co.uk", "mail me at [email]"),
        ("card four for one two ate eight one one two two three three four four five five", "card [card]"),
        ("٤١١١ ١١١١ ١١١١ ١١١١", "[card]"),
    ],
)
def test_found(text: str, told: str) -> None:
    assert redact(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "flight BA 247 at half past nine", "it costs $184.20", "at 10:30 on May 3", "two for one",
        "order 448812 from 2019", "version 14.2.1", "1,250,000 customers", "oh my god two of them",
        "i have two no wait three kids", "my card was charged forty two dollars", "my pin does not work",
        "promo code summer twenty five", "the offer expires in june twenty six", "",
    ],
)  # fmt: skip
def test_ordinary_numbers_stay(text: str) -> None:
    assert redact(text) == text


def test_luhn_decides_where_an_order_number_is_as_long_as_a_card() -> None:
    assert redact("order number 4111 1111 1111 1111") == "order number [card]"
    assert redact("order number 4111 1111 1111 1112") == "order number 4111 1111 1111 1112"


@pytest.mark.parametrize(
    ("prompt", "text", "told"),
    [
        ("your mother's maiden name?", "kowalczyk", "[name]"),
        ("your mother's maiden name?", "why do you need that", "why do you need that"),
        ("your mother's maiden name?", "hang on it's hernandez", "hang on it's [name]"),
        ("what is your password", "i don't know", "i don't know"),
        ("what is your password", "open sesame", "[password]"),
        ("last four of your card", "one two three four", "[card]"),
        ("how many people", "one two three four", "one two three four"),
        ("did you forget your password", "yes since monday", "yes since monday"),
        ("what is the name on the card", "ann lee", "[name]"),
        ("please say your pin", "four four one one", "[pin]"),
    ],
)
def test_the_question_says_what_an_answer_is(prompt: str, text: str, told: str) -> None:
    assert redact(text, prompt) == told


def test_spans_are_places_in_the_text_as_given() -> None:
    text = "  Ünï — PIN:  4 4 1 1!"
    (span,) = find(text)
    assert span == Span(text.index("4"), len(text) - 1, "PIN")

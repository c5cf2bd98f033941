"""Any text in: no crash, spans in order, and a time that grows with the length alone."""

import random
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.core.redaction import Redactor, find, redact
from bridge.core.redaction.label import TABLE
from bridge.core.redaction.numeral import CORRECTIONS, DIGITS, FILLERS, REPEATS, TENS

WORDS = sorted(
    {word for phrases in TABLE.values() for phrase in phrases for word in phrase}
    | {
        *DIGITS,
        *TENS,
        *REPEATS,
        *CORRECTIONS,
        *FILLERS,
        *"abcxo.,-/'@#:",
        "at",
        "dot",
        "com",
        "street",
        "’",
        "4111",
    }
)
ANY = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))


@given(ANY, ANY)
@settings(max_examples=400, deadline=None)
def test_any_text(text: str, prompt: str) -> None:
    spans = find(text, prompt)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert isinstance(redact(text, prompt), str)


@given(st.lists(st.tuples(st.sampled_from(["caller", "bot", "agent"]), ANY), max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_conversation(said: list[tuple[str, str]]) -> None:
    redactor = Redactor()
    for speaker, text in said:
        redactor.partial(speaker, text)
        told = redactor.final(speaker, text)
        for span in told.spans:
            assert 0 <= span.start < span.end <= len(text)


HARD = [
    "one ", "a ", "a.", "'", "live at 1 ", "no wait one ", "my card is ", "b as in ", "name is bob ", "1 2,",
    "x", "9", "a@", "twenty ", "oh ", "at gmail dot ", "double ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HARD)
def test_twice_the_text_takes_about_twice_the_time(unit: str) -> None:
    """A quadratic rule would take 16 times for four times the text."""

    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        return min(_timed(text) for _ in range(3))

    assert seconds(20_000) < 12 * max(seconds(5_000), 0.002)


def _timed(text: str) -> float:
    began = process_time()
    find(text)
    return process_time() - began


@given(st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_a_card_in_any_breath_is_hidden(seed: int) -> None:
    """Sixteen digits under a question, in pieces of any length, with anything small between."""
    chance = random.Random(seed)
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "oh"]
    digits = [chance.choice(names) for _ in range(16)]
    redactor = Redactor()
    redactor.final("bot", "what is your card number please")
    while digits:
        size = chance.randint(1, 8)
        piece, digits = digits[:size], digits[size:]
        told = redactor.final("caller", chance.choice(["", "okay ", "um "]) + " ".join(piece)).text
        assert not set(told.split()) & set(names), told
        redactor.final(
            *chance.choice([("bot", "okay"), ("agent", "mm-hm"), ("caller", "okay"), ("bot", "go on")])
        )

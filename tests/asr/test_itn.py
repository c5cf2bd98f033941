"""Inverse text normalization: tables of what people say, and properties over anything."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.itn.cardinals import LANGUAGES
from asr.itn.normalize import normalize
from asr.itn.words import DIGITS, ORDINALS, SCALES, TEENS, TENS, UNITS

WRITTEN = {
    # digit runs
    "my number is four one two five five five oh one nine eight": "my number is 4125550198",
    "four one two, five five five, oh one nine eight": "4125550198",
    "it's 412-555-0198.": "it's 4125550198.",
    "call (412) 555-0198 please": "call 4125550198 please",
    "call +1 412 555 0198": "call +14125550198",
    "412.555.0198": "4125550198",
    "four twelve five fifty five oh one ninety eight": "4125550198",
    "Four, one, two, five.": "4125.",
    "4, 1, 2, 5, 5, 5": "412555",
    "double five": "55",
    "seven double five": "755",
    "triple two four": "2224",
    "zero zero seven": "007",
    "one oh five": "105",
    "Oh, four one two nine": "Oh, 4129",
    "one two three oh no": "123 oh no",
    "order one two three four five six, please": "order 123456, please",
    "card 4111 1111 1111 1111 expires": "card 4111111111111111 expires",
    # cardinals and ordinals
    "I have twenty three of them": "I have 23 of them",
    "one hundred and twenty units": "120 units",
    "a hundred times": "100 times",
    "three point one four": "3.14",
    "two thousand and five": "2005",
    "between five and ten": "between 5 and 10",
    "the twenty first time": "the 21st time",
    "fifty-five": "55",
    "the fifth call": "the 5th call",
    "a thirty second delay": "a 30 second delay",
    # money and percent
    "45 dollars and 20 cents": "$45.20",
    "forty five dollars and twenty cents": "$45.20",
    "$45 and 20 cents": "$45.20",
    "one dollar": "$1",
    "a hundred dollars": "$100",
    "two hundred and five dollars and ten cents": "$205.10",
    "20 cents": "$0.20",
    "it cost 1,250 dollars": "it cost $1250",
    "$1,250.99": "$1250.99",
    "5 million dollars": "$5 million",
    "thirty euros": "€30",
    "nineteen pounds and fifty pence": "£19.50",
    "a twenty dollar bill": "a $20 bill",
    "twenty three percent": "23%",
    "two per cent": "2%",
    "six point five percent": "6.5%",
    # dates and years
    "march third": "March 3",
    "on the twenty first of may": "on May 21",
    "the second of june": "June 2",
    "on May 21st": "on May 21",
    "March 3rd, 2026": "March 3, 2026",
    "december twenty fifth nineteen eighty four": "December 25, 1984",
    "in nineteen eighty four": "in 1984",
    "twenty twenty six": "2026",
    "nineteen oh five": "1905",
    "january 5": "January 5",
    # times
    "ten thirty am": "10:30 am",
    "at 10.30 a.m. on Monday": "at 10:30 am on Monday",
    "two thirty pm": "2:30 pm",
    "eight oh five am": "8:05 am",
    "ten oh five p.m.": "10:05 pm.",
    "at ten thirty": "at 10:30",
    "five pounds": "5 pounds",
    "my number is 4 4 7 8 2 1 and I wait": "my number is 447821 and I wait",
    "half past ten": "10:30",
    "quarter to one": "12:45",
    "a quarter past three": "3:15",
    "at five to ten": "at 9:55",
    "ten o'clock": "10:00",
    "one pm": "1:00 pm",
    # letters
    "B as in Bravo, C, D": "BCD",
    "s m i t h": "SMITH",
    "S-M-I-T-H": "SMITH",
    "M for Mike, N like Nancy, P": "MNP",
    "that is a B as in Bravo": "that is a B",
    "booking A B 1 2 3 4": "booking AB1234",
    "B C D I think": "BCD I think",
}

UNTOUCHED = [
    "one of them",
    "the second payment",
    "a no one answered",
    "no one called me",
    "one on one",
    "I have one question and two answers",
    "oh well",
    "oh no, not again",
    "first of all",
    "half a million",
    "thousands of people",
    "a couple hundred",
    "one third of it",
    "two thirds",
    "you may first check",
    "I may second that",
    "we march on",
    "give me a second",
    "I am here",
    "I for instance think so",
    "I like ice cream",
    "I, I, I want to cancel",
    "a five-star hotel",
    "plan B or C",
    "someone won two",
    "to be or not to be",
    "the double one",
    "2023-2024",
    "2026-03-04",
    "the 10-15 range",
    "version 1.2.3",
    "192.168.10.254",
    "it's 24/7",
    "",
    "   ",
]


@pytest.mark.parametrize(("heard", "written"), WRITTEN.items())
def test_it_is_written(heard: str, written: str) -> None:
    assert normalize(heard) == written


@pytest.mark.parametrize("text", UNTOUCHED)
def test_it_stays(text: str) -> None:
    assert normalize(text) == text


def test_other_languages_get_the_librarys_numbers_or_nothing() -> None:
    assert normalize("j'ai vingt-trois ans", "fr") == "j'ai 23 ans"
    assert normalize("twenty three", "ko") == "twenty three"


WORDS = [
    *DIGITS, *UNITS, *TEENS, *TENS, *SCALES, *ORDINALS, "and", "point", "double", "triple", "a", "half",
    "past",
    "to", "quarter", "am", "pm", "a.m.", "o'clock", "at", "dollars", "dollar", "cents", "percent", "pounds",
    "pence", "euros", "march", "May", "june", "of", "the", "on", "b", "C", "D", "I", "as in", "bravo", "for",
    "4", "12", "555", "0198", "2026", "$45", "10:30", "1,250", "3rd", "half past", "minus", "second", "+1",
    "(412)",
]  # fmt: skip
SENTENCE = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", " ", " ", ", ", "-", ". ", "? ", "\n"])),
    max_size=14,
).map(lambda parts: "".join(word + gap for word, gap in parts))


@settings(max_examples=400, deadline=None)
@given(SENTENCE)
def test_once_is_enough(text: str) -> None:
    written = normalize(text)
    assert normalize(written) == written


@settings(max_examples=300, deadline=None)
@given(st.text(), st.sampled_from(["en", *sorted(LANGUAGES), "xx"]))
def test_anything_may_be_heard(text: str, language: str) -> None:
    written = normalize(text, language)
    assert normalize(written, language) == written


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_without_numbers_letters_and_their_words_nothing_changes(text: str) -> None:
    if not re.search(r"\d|\b\w\b", text) and not set(re.findall(r"\w+", text.lower())) & set(WORDS):
        assert normalize(text) == text


@settings(max_examples=400, deadline=None)
@given(SENTENCE)
def test_no_digit_comes_out_of_nothing(text: str) -> None:
    """Every digit run comes from a word of a number or from digits."""
    numbers = {*DIGITS, *UNITS, *TEENS, *TENS, *SCALES, *ORDINALS, "half", "quarter"}
    if not re.search(r"\d", text) and not set(re.findall(r"\w+", text.lower())) & numbers:
        assert not re.search(r"\d", normalize(text))

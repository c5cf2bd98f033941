"""What is said in the same words compares equal, however it is written."""

import pytest

from bridge.bench.spoken import canonical, canonical_words

pytestmark = pytest.mark.timeout(10)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("$49", "forty nine dollars"),
        ("$19.99", "nineteen dollars ninety nine cents"),
        ("$1,000", "a thousand dollars"),
        ("555-0146", "five five five zero one four six"),
        ("6091", "six oh nine one"),
        ("16,450", "sixteen thousand four hundred and fifty"),
        ("16 thousand 450", "sixteen thousand four hundred fifty"),
        ("231 Oak Avenue", "two hundred and thirty one oak avenue"),
        ("150", "one fifty"),
        ("2024", "twenty twenty four"),
        ("the 21st of March", "the twenty first of March"),
        ("the 3rd, the 14th", "the third the fourteenth"),
        ("8:30 p.m.", "eight thirty pm"),
        ("7pm", "seven pm"),
        ("5%", "five percent"),
        ("sarah.miller@example.com.", "sarah dot miller at example dot com"),
        ("I’m sure I can't, Mr. Jones!", "i am sure i can not mister jones"),
        ("On-line, O.K. OK", "on line ok okay"),
    ],
)
def test_written_and_spoken_forms_are_one(written: str, said: str) -> None:
    assert canonical(written) == canonical(said)


@pytest.mark.parametrize(
    ("one", "other"), [("forty", "fourteen"), ("oh no", "zero no"), ("15", "50"), ("can", "can't")]
)
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_each_digit_has_the_end_of_the_word_that_makes_it_sure() -> None:
    said = [("pay", 1), ("twenty", 2), ("five", 3), ("dollars", 4), ("don't", 5)]
    expected = [("pay", 1), ("2", 3), ("5", 3), ("dollars", 4), ("do", 5), ("not", 5)]
    assert canonical_words(said) == expected

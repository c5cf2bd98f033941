"""The talk about being called back: keys and words in, what is said out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.callback_talk import CallbackTalk, Say, dialable
from bridge.core.queue_words import spelled, waiting
from bridge.model.queueing import CallbackRules

RULES = CallbackRules(key="9", prefixes=("+49", "030"))


def talk(number: str = "+493012345") -> CallbackTalk:
    made = CallbackTalk(RULES, number)
    made.offer()
    return made


@pytest.mark.parametrize("accepted", ["9", "yes please", "please call me back", "could you ring me back"])
def test_an_offer_is_taken_by_key_or_word_and_the_number_confirmed(accepted: str) -> None:
    one = talk()
    said = one.key(accepted) if accepted.isdigit() else one.hear(accepted)
    assert said is Say.CONFIRM
    assert one.busy
    assert one.hear("yes that's right") is Say.TAKEN


@pytest.mark.parametrize("muttered", ["what a long time", "no don't call me back", "no", ""])
def test_what_is_muttered_in_the_queue_is_no_yes(muttered: str) -> None:
    assert talk().hear(muttered) is None


def test_another_number_is_keyed_in_and_one_that_may_not_be_dialled_is_refused() -> None:
    one = talk()
    assert (one.key("9"), one.key("2")) == (Say.CONFIRM, Say.KEY_IN)
    assert [one.key(digit) for digit in "0900123456#"][-1] is Say.KEY_IN
    assert [one.key(digit) for digit in "03099*030777#"][-1] is Say.CONFIRM
    assert one.number == "030777"
    assert one.key("1") is Say.TAKEN


def test_three_mistakes_and_there_is_no_more_of_it() -> None:
    one = talk("anonymous")
    assert one.key("9") is Say.KEY_IN, "no number of his own is known"
    said = [one.key("#") for _ in range(3)]
    assert said == [Say.KEY_IN, Say.KEY_IN, Say.NOT_POSSIBLE]
    one.offer()
    assert one.key("9") is None


def test_keys_before_an_offer_mean_nothing() -> None:
    one = CallbackTalk(RULES, "+493012345")
    assert [one.key(digit) for digit in "0123456789*#"] == [None] * 12
    assert one.hear("yes") is None


@given(st.text(max_size=30))
def test_only_a_number_is_ever_dialled(text: str) -> None:
    number = dialable(text)
    assert number == "" or (number.removeprefix("+").isdecimal() and 5 <= len(number.removeprefix("+")) <= 15)
    assert number.isascii()


def test_position_and_estimate_are_said_as_configured() -> None:
    words = ("You are number {position}.", "About {minutes} minutes.", "Soon.")
    assert waiting(2, 200, *words) == "You are number 2. About 4 minutes."
    assert waiting(1, 30, *words) == "You are number 1. Soon."
    assert waiting(3, None, *words) == "You are number 3."
    assert waiting(3, 200, "", "", "") == ""
    assert spelled("+4930") == "4, 9, 3, 0"

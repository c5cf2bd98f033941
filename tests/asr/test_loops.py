import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.loops import MAX_UNIT, cut_inside, cut_loops


def cut(text: str, seconds: float = 4.0) -> str:
    words = text.split()
    return " ".join(words[index] for index in cut_loops(words, seconds))


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("Let me talk to a real person. " * 8, "Let me talk to a real person."),
        ("Let me talk to a real person. " * 3 + "Let me talk", "Let me talk to a real person."),
        ("eh, Agent. Agent. Agent. Agent. Agent. Agent.", "eh, Agent."),
        ("I want to cancel my my my my my my my my", "I want to cancel my"),
        ("Thank you. Thank you. Thank you. Thank you for calling", "Thank you. for calling"),
    ],
)
def test_loops_are_cut(heard: str, said: str) -> None:
    assert cut(heard) == said


@pytest.mark.parametrize(
    "said",
    [
        "no no no I said agent",
        "agent agent",
        "I want to I want to cancel",
        "my number is five five five zero one two",
        "",
    ],
)
def test_what_people_repeat_stands(said: str) -> None:
    assert cut(said, seconds=6.0) == said


def test_two_repeats_go_when_there_was_no_time_to_say_them() -> None:
    twice = "Let me talk to a real person. Let me talk to a real person."
    assert cut(twice, seconds=6.0) == twice
    assert cut(twice, seconds=2.6) == "Let me talk to a real person."


def test_a_looping_word() -> None:
    assert cut_inside("412-412-412-412-412-") == "412-"
    assert cut_inside("1000000") == "1000000"
    assert cut_inside("Mississippi") == "Mississippi"


SOME_WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=40)
SECONDS = st.floats(0.1, 30.0)


@given(SOME_WORDS, SECONDS)
def test_it_keeps_order_and_cutting_again_changes_nothing(words: list[str], seconds: float) -> None:
    kept = cut_loops(words, seconds)
    assert list(kept) == sorted(set(kept))
    once = [words[index] for index in kept]
    assert cut_loops(once, seconds) == tuple(range(len(once)))


@given(st.lists(st.integers(0, 10**6), unique=True, max_size=60), SECONDS)
def test_words_that_do_not_repeat_are_never_cut(words: list[int], seconds: float) -> None:
    text = [f"w{number}" for number in words]
    assert cut_loops(text, seconds) == tuple(range(len(text)))


@given(
    st.lists(st.integers(0, 10**6), unique=True, min_size=1, max_size=MAX_UNIT),
    st.lists(st.integers(2 * 10**6, 3 * 10**6), unique=True, max_size=10),
    st.integers(5, 12),
    st.integers(0, MAX_UNIT),
)
def test_any_loop_is_cut_to_one_unit(unit: list[int], before: list[int], repeats: int, tail: int) -> None:
    words = [f"w{number}" for number in before + unit * repeats + unit[: tail % len(unit)]]
    kept = cut_loops(words, 30.0)
    assert [words[index] for index in kept] == [f"w{number}" for number in before + unit]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("let me talk to a person let me talk to", "let me talk to a person"),
        ("agent please agent", "agent please"),
        ("i was at the shop and the", "i was at the shop and the"),
        ("no", "no"),
        ("", ""),
    ],
)
def test_a_loop_that_was_cut_by_the_length_limit(text: str, kept: str) -> None:
    words = text.split()
    assert " ".join(words[i] for i in cut_loops(words, 10.0, ran_out=True)) == kept
    assert len(cut_loops(words, 10.0)) == len(words), "what ended by itself was said"

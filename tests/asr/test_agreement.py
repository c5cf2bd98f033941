from hypothesis import given
from hypothesis import strategies as st

from asr.agreement import LocalAgreement, common_prefix, spoken

WORDS = st.lists(st.sampled_from(["I", "i,", "want", "want.", "to", "cancel", "agent"]), max_size=8)


def test_case_and_punctuation_do_not_count() -> None:
    assert spoken("Person.") == spoken("person")
    assert common_prefix(["I", "want", "to."], ["i", "Want,", "to", "leave"]) == 3


def test_what_two_hypotheses_agree_on_is_stable() -> None:
    agreement = LocalAgreement()
    assert agreement.update(["I", "have"]) == 0
    assert agreement.update(["I", "have", "been."]) == 2
    assert agreement.update(["I", "had", "bean", "charged"]) == 1
    assert agreement.update(["I", "had", "been"]) == 2


@given(WORDS, WORDS)
def test_the_prefix_is_common_maximal_and_symmetric(left: list[str], right: list[str]) -> None:
    count = common_prefix(left, right)
    assert count == common_prefix(right, left)
    assert [spoken(word) for word in left[:count]] == [spoken(word) for word in right[:count]]
    if count < min(len(left), len(right)):
        assert spoken(left[count]) != spoken(right[count])

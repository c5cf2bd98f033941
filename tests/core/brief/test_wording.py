"""Templates of a deployment: sandboxed, tried out before a call, one line of plain text whatever they say."""

import pytest

from bridge.core.brief import Wording, WordingError
from tests.core.brief.calls import answer, call

MATTER = (("bot", "how can i help"), ("caller", "i want to cancel my gym membership because i moved"))


def test_own_words() -> None:
    wording = Wording({"headline": "{{ matter }} ({{ mood }})", "detail": "{{ identity }}. {{ next }}"})
    made = answer(call(*MATTER), wording)
    assert made["headline"].startswith("i want to cancel my gym membership")
    assert made["headline"].endswith("(neutral)")
    assert "Tried" not in made["script"]


@pytest.mark.parametrize(
    ("templates", "cause"),
    [
        ({"header": "x"}, "no such template"),
        ({"headline": "{{ matter"}, "headline: "),
        ({"headline": "{{ secret }}"}, "'secret' is undefined"),
        ({"detail": "{{ ''.__class__.__mro__ }}"}, "detail: "),
        ({"opening": "{% for a in range(9) %}x{% endfor %}"}, "opening: "),
        ({"headline": "{{ matter }} " + "long " * 20}, "Cure: 1 to 90"),
        ({"headline": "{% if matter %}x{% endif %}"}, "says 0 characters"),
        ({"more": "x" * 2001}, "longer than 2000"),
        ({"more": "{{ 1 / 0 }}"}, "ZeroDivisionError"),
    ],
)
def test_a_wrong_template_is_named(templates: dict[str, str], cause: str) -> None:
    with pytest.raises(WordingError, match="Cure: ") as error:
        Wording(templates)
    assert cause in str(error.value)


def test_no_markup_out_of_a_template() -> None:
    made = answer(call(*MATTER), Wording({"headline": "<b>{{ matter }}</b>\r\nX-A: 1"}))
    assert "<" not in made["headline"]
    assert "\n" not in made["headline"]


def test_the_opening_speaks_to_the_caller() -> None:
    assert answer(call(*MATTER))["fields"]["opening"].startswith("I can see you want to cancel your gym")

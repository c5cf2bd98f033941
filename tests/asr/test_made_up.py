"""The gate against words nobody said."""

import pytest

from asr.whisper_model import WindowRules

pytestmark = pytest.mark.timeout(10)


@pytest.mark.parametrize(
    ("no_speech", "logprob", "made_up"),
    [
        (0.05, -0.3, False),  # plain speech
        (0.27, -0.9, False),  # a short word
        (0.10, -1.2, False),  # an accent: unsure of the words, sure of the voice
        (0.85, -1.8, True),  # music
        (0.86, -0.9, True),  # "Thank you." over music
        (0.50, -1.4, True),  # both signs
    ],
)
def test_what_nobody_said_has_both_signs_or_a_plain_one(
    no_speech: float, logprob: float, made_up: bool
) -> None:
    assert WindowRules(min_window_s=5.0).made_up(no_speech, logprob) is made_up

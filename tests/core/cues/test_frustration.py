"""The level of frustration: signs raise it, time and relief lower it, a loud voice alone is not enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.cues.frustration import MANNER_MOST, Frustration, Sign, signs_in_voice
from bridge.core.cues.tracker import CueTracker
from bridge.model.cue import CueKind
from bridge.model.transcript import Voice
from tests.core.cues.lines import ears, heard, says

LOUD = Voice(energy_z=3.0, pitch_z=2.5, rate_z=2.0, overlap_s=1.0, hesitation=0.5)


def test_signs_add_up_and_fade() -> None:
    mood = Frustration(half_life_s=60.0)
    assert mood.hear([Sign("a", 0.6)], (), 0.0) == pytest.approx(0.6)
    assert mood.level(60.0) == pytest.approx(0.3)
    assert mood.hear([Sign("b", 0.5)], (), 60.0) == pytest.approx(0.65)
    mood.relieve(60.0)
    assert mood.level(60.0) < 0.3


def test_voice_alone_never_makes_a_cue() -> None:
    tracker = CueTracker(ears())
    for number in range(10):
        assert tracker.hear(says("the fourth of may", number * 2.0, voice=LOUD)) == ()
    assert tracker.level(20.0) <= MANNER_MOST


def test_voice_and_words_together_do() -> None:
    calm = CueTracker(ears()).hear(says("it still doesn't work"))
    loud = CueTracker(ears()).hear(says("it still doesn't work", voice=LOUD))
    (quiet_cue,) = [c for c in calm if c.kind is CueKind.FRUSTRATION]
    (loud_cue,) = [c for c in loud if c.kind is CueKind.FRUSTRATION]
    assert quiet_cue.score < 0.75 <= loud_cue.score
    assert loud_cue.quote == "still doesn't work"


def test_no_numbers_no_signs() -> None:
    assert signs_in_voice(None) == signs_in_voice(Voice()) == ()
    assert {sign.name for sign in signs_in_voice(LOUD)} == {
        "louder", "higher", "faster", "interrupts", "hesitates",
    }  # fmt: skip


def test_having_to_say_it_again_adds() -> None:
    *_, last = heard(
        CueTracker(ears()),
        "b: what city",
        "c: worcester",
        "b: sorry what city",
        "c: worcester i keep saying it",
    )
    (cue,) = [c for c in last if c.kind is CueKind.FRUSTRATION]
    assert cue.score > 0.6
    assert cue.rule == "said_before"


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1e4)), max_size=20))
def test_the_level_stays_between_zero_and_one(turns: list[tuple[float, float, float]]) -> None:
    mood = Frustration()
    for said, manner, at_s in turns:
        assert 0.0 <= mood.hear([Sign("w", said)], [Sign("v", manner)], at_s) <= 1.0

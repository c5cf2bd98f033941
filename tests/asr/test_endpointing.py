import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.audio import ticks
from asr.endpointing import (
    Decision,
    Endpointer,
    EndpointRules,
    Paused,
    Resumed,
    SegmentClosed,
    SegmentOpened,
    SpeechEnd,
    SpeechOnset,
)

FRAME = 512
SECOND = 16_000


def run(
    *parts: tuple[float, float], rules: EndpointRules | None = None, flush: bool = False
) -> list[Decision]:
    """Each part: (probability, seconds)."""
    endpointer = Endpointer(rules or EndpointRules(), FRAME)
    decided: list[Decision] = []
    for probability, duration in parts:
        for _ in range(round(duration * SECOND / FRAME)):
            decided += endpointer.push(probability)
    return decided + (endpointer.flush(endpointer.now) if flush else [])


def near(tick: int, seconds: float) -> bool:
    return abs(tick - seconds * SECOND) <= FRAME


def test_a_turn_from_onset_to_endpoint() -> None:
    onset, opened, paused, closed, ended = run((0.0, 1.0), (0.9, 2.0), (0.0, 1.0))
    assert isinstance(onset, SpeechOnset)
    assert near(onset.at, 1.0)
    assert isinstance(opened, SegmentOpened)
    assert near(opened.start, 0.7)
    assert isinstance(paused, Paused)
    assert near(paused.at, 3.2)
    assert isinstance(closed, SegmentClosed)
    assert closed.reason == "endpoint"
    assert near(closed.end, 3.5)
    assert near(closed.voiced_end, 3.0)
    assert isinstance(ended, SpeechEnd)
    assert ended.at == closed.voiced_end


def test_a_number_may_have_longer_pauses_and_a_yes_is_over_sooner() -> None:
    """Two groups of digits 0.9 s apart are one segment; what was asked may change at any moment."""
    speech = [*[0.9] * 31, *[0.0] * 28, *[0.9] * 31, *[0.0] * 60]
    ends: dict[str, list[int]] = {}
    for kind in ("", "digits", "yes_no", "not a kind"):
        endpointer = Endpointer(EndpointRules(), FRAME)
        endpointer.expect("digits")
        endpointer.expect(kind)
        decided = [decision for probability in speech for decision in endpointer.push(probability)]
        ends[kind] = [decision.end for decision in decided if isinstance(decision, SegmentClosed)]
    assert len(ends[""]) == 2
    assert ends["not a kind"] == ends[""]
    assert near(ends[""][0] - ends["yes_no"][0], 0.15)
    (end,) = ends["digits"]
    assert near(end, 90 * FRAME / SECOND + 1.2)


def test_a_click_opens_nothing() -> None:
    assert run((0.0, 1.0), (0.99, 0.032), (0.0, 1.0)) == []


def test_speech_that_goes_on_withdraws_the_guess() -> None:
    kinds = [type(decision) for decision in run((0.9, 1.0), (0.0, 0.3), (0.9, 1.0), (0.0, 1.0))]
    assert kinds == [SpeechOnset, SegmentOpened, Paused, Resumed, Paused, SegmentClosed, SpeechEnd]


def test_weak_speech_holds_but_does_not_start() -> None:
    assert run((0.3, 2.0)) == []
    closed = run((0.9, 0.5), (0.3, 1.0), (0.0, 1.0))[-2]
    assert isinstance(closed, SegmentClosed)
    assert near(closed.voiced_end, 1.5)


def test_a_long_segment_ends_at_the_next_short_pause_and_the_turn_goes_on() -> None:
    decided = run((0.9, 9.5), (0.0, 0.13), (0.9, 2.0), (0.0, 1.0))
    closed = [d for d in decided if isinstance(d, SegmentClosed)]
    assert [d.reason for d in closed] == ["soft_limit", "endpoint"]
    opened = [d for d in decided if isinstance(d, SegmentOpened)]
    assert opened[1].start >= closed[0].end
    assert len([d for d in decided if isinstance(d, SpeechOnset)]) == 1
    assert len([d for d in decided if isinstance(d, SpeechEnd)]) == 1


def test_speech_without_a_pause_is_cut_and_nothing_is_lost() -> None:
    decided = run((0.9, 30.0), (0.0, 1.0))
    closed = [d for d in decided if isinstance(d, SegmentClosed)]
    opened = [d for d in decided if isinstance(d, SegmentOpened)]
    assert [d.reason for d in closed] == ["hard_limit", "hard_limit", "endpoint"]
    assert [d.start for d in opened[1:]] == [d.end for d in closed[:2]]
    assert all(d.end - o.start <= ticks(14_000) + FRAME for o, d in zip(opened, closed, strict=True))


def test_a_turn_that_ends_right_after_a_cut_is_ended() -> None:
    decided = run((0.9, 9.5), (0.0, 2.0))
    assert [type(d) for d in decided][-2:] == [SegmentClosed, SpeechEnd]


def test_flush_closes_what_is_open() -> None:
    *_, closed, ended = run((0.9, 1.0), flush=True)
    assert isinstance(closed, SegmentClosed)
    assert closed.reason == "closed"
    assert isinstance(ended, SpeechEnd)


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="speculate_ms"):
        EndpointRules(speculate_ms=600)
    with pytest.raises(ValueError, match="speculate_ms"):
        EndpointRules(asked_ms={"yes_no": 150})
    with pytest.raises(ValueError, match="hard_limit_ms"):
        EndpointRules(hard_limit_ms=5000)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.9]), st.floats(0.03, 3.0)), max_size=30))
def test_any_audio_gives_a_well_formed_story(parts: list[tuple[float, float]]) -> None:
    speaking = is_open = paused = False
    last_end = 0
    for decision in run(*parts, flush=True):
        match decision:
            case SpeechOnset():
                assert not speaking
                speaking = True
            case SpeechEnd():
                assert speaking
                assert not is_open
                speaking = False
            case SegmentOpened(start, onset):
                assert speaking
                assert not is_open
                assert last_end <= start <= onset
                is_open = True
            case Paused():
                assert is_open
                assert not paused
                paused = True
            case Resumed():
                assert paused
                paused = False
            case SegmentClosed(end, voiced_end):
                assert is_open
                assert voiced_end <= end
                is_open = paused = False
                last_end = end
    assert not speaking
    assert not is_open

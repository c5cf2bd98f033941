import pytest

from bridge.core.floor import Floor
from bridge.model.transcript import Speaker

CALLER, BOT, AGENT = Speaker.CALLER, Speaker.BOT, Speaker.AGENT


@pytest.mark.parametrize(
    ("bot", "overlap_s"),
    [((0.0, 1.0), 0.0), ((0.0, 2.5), 0.5), ((2.5, 3.0), 0.5), ((0.0, 9.0), 2.0), ((2.0, None), 2.0)],
)
def test_who_speaks_while_another_does_overlaps(bot: tuple[float, float | None], overlap_s: float) -> None:
    floor = Floor()
    floor.began(BOT, bot[0])
    if bot[1] is not None:
        floor.ended(BOT, bot[1])
    assert floor.overlap_s(CALLER, 2.0, 4.0) == pytest.approx(overlap_s)
    assert floor.overlap_s(BOT, 2.0, 4.0) == 0.0


def test_two_others_at_once_count_once() -> None:
    floor = Floor()
    for speaker, start, end in ((BOT, 1.0, 3.0), (AGENT, 2.0, 4.0)):
        floor.began(speaker, start)
        floor.ended(speaker, end)
    assert floor.overlap_s(CALLER, 0.0, 10.0) == pytest.approx(3.0)


def test_an_end_without_a_beginning_and_a_second_beginning_change_nothing() -> None:
    floor = Floor()
    floor.ended(BOT, 1.0)
    floor.began(BOT, 2.0)
    floor.began(BOT, 3.0)
    floor.ended(BOT, 4.0)
    assert floor.overlap_s(CALLER, 0.0, 10.0) == pytest.approx(2.0)


def test_turns_long_past_are_forgotten() -> None:
    floor = Floor()
    for at_s in range(0, 200, 10):
        floor.began(BOT, at_s)
        floor.ended(BOT, at_s + 1)
    assert floor.overlap_s(CALLER, 0.0, 100.0) == 0.0
    assert floor.overlap_s(CALLER, 180.0, 200.0) == pytest.approx(2.0)

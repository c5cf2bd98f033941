"""What the media clock gets of what the peer sent: its delay, its gaps, and no clicks."""

import numpy as np
import pytest

from sip.webrtc.jitter import Jitter, Packet
from sip.webrtc.playout import FRAME_BYTES, HIGHEST, SAMPLES, TARGET, Playout

SILENCE = bytes(FRAME_BYTES)


def frame(value: int) -> bytes:
    return np.full(SAMPLES, value, np.int16).tobytes()


class Line:
    """Sender, jitter buffer and playout, 20 ms a step. A frame holds its own number, and is loud."""

    def __init__(self) -> None:
        self.playout, self.jitter = Playout(), Jitter()
        self.sent = 0

    def arrives(self, number: int) -> None:
        for packet in self.jitter.add(Packet(number % 65536, number * SAMPLES, b"")):
            self.playout.push(frame(1000 + packet.timestamp // SAMPLES), packet.timestamp)

    def step(self, *, lost: bool = False, count: int = 1) -> bytes | None:
        for _ in range(count):
            if not lost:
                self.arrives(self.sent)
            self.sent += 1
        return self.playout.pull()

    def delay(self) -> int:
        """Frames between what was sent and what is played now."""
        heard = self.step()
        assert heard is not None
        return self.sent - 1 - (int(np.frombuffer(heard, np.int16)[-1]) - 1000)


def test_it_starts_with_the_target_in_hand_and_stays_there() -> None:
    line = Line()
    assert line.step() is None
    assert [line.delay() for _ in range(200)] == [TARGET - 1] * 200
    assert line.playout.blanks == 0


def test_a_lost_packet_leaves_no_delay() -> None:
    line = Line()
    for _ in range(50):
        line.step()
    before = line.delay()
    line.step(lost=True)
    for _ in range(5):
        line.step()
    assert [line.delay() for _ in range(100)] == [before] * 100


def test_five_percent_loss_leaves_no_delay() -> None:
    dice = np.random.default_rng(3)
    line = Line()
    for _ in range(50):
        line.step()
    before = line.delay()
    for _ in range(1000):
        line.step(lost=bool(dice.random() < 0.05))
    for _ in range(5):
        line.step()
    assert before <= line.delay() <= before + 1


def test_a_hiccup_adds_delay_and_silence_takes_it_away() -> None:
    line = Line()
    for _ in range(50):
        line.step()
    before = line.delay()
    for _ in range(3):
        line.playout.pull()  # nothing came for 60 ms,
    for _ in range(3):
        line.arrives(line.sent)  # then all at once
        line.sent += 1
    late = line.delay()
    assert late > before
    for _ in range(400):  # the sender is quiet now: his frames are all but zero
        line.playout.push(SILENCE, line.sent * SAMPLES)
        line.sent += 1
        line.playout.pull()
    assert line.playout.depth <= TARGET - 1
    assert line.playout.trimmed == late - before


def test_a_stalled_network_that_comes_back_in_a_burst_is_caught_up_with_at_once() -> None:
    line = Line()
    for _ in range(50):
        line.step()
    for _ in range(50):
        line.playout.pull()
    line.step(count=51)
    assert line.playout.depth <= HIGHEST
    assert line.delay() <= TARGET


@pytest.mark.parametrize(("away", "longest_ms"), [(1, 1), (3, 3), (30, 4)])
def test_what_is_missing_is_covered_and_then_silent(away: int, longest_ms: int) -> None:
    line = Line()
    for _ in range(20):
        line.step()
    while line.playout.depth:
        line.playout.pull()
    covers = [line.playout.pull() for _ in range(away)]
    first = np.frombuffer(covers[0] or b"", np.int16)
    assert first[0] > 900  # it goes on where the last frame ended
    assert abs(first[-1]) < 10
    assert all(cover is None for cover in covers[longest_ms:])


def test_frames_of_other_lengths_are_cut_to_the_clock() -> None:
    playout = Playout()
    for i in range(10):
        playout.push(frame(1) * 3, i * SAMPLES * 3)
        assert playout.depth == 3 * (i + 1)
    playout = Playout()
    for i in range(10):
        playout.push(bytes(SAMPLES), i * SAMPLES // 2)  # 10 ms
    assert playout.depth == 5


def test_timestamps_that_wrap_are_no_gap() -> None:
    playout = Playout()
    for i in range(4):
        playout.push(frame(1), (0xFFFF_FFFF - SAMPLES + i * SAMPLES) & 0xFFFF_FFFF)
    assert playout.depth == 4


def test_a_sender_that_is_too_fast_is_trimmed_only_when_quiet() -> None:
    """A clock 100 times worse than a real one: one frame too many in a hundred."""
    line = Line()
    for i in range(3000):
        line.step(count=2 if i % 100 == 0 else 1)
        assert line.playout.depth <= HIGHEST
    trimmed_loud = line.playout.trimmed
    assert trimmed_loud > 0  # above the highest it cannot wait
    quiet = Playout()
    sent = 0
    for i in range(3000):
        for _ in range(2 if i % 100 == 0 else 1):
            quiet.push(SILENCE, sent * SAMPLES)
            sent += 1
        quiet.pull()
    assert quiet.depth <= TARGET + 2

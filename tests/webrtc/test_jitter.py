"""Packets in, packets out: nothing is held while nothing is missing, and one loss costs nothing lasting."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sip.webrtc.jitter import WAIT_PACKETS, Jitter, Packet


def packet(number: int) -> Packet:
    return Packet(number % 65536, number * 960, b"x")


def through(jitter: Jitter, numbers: list[int]) -> list[int]:
    return [out.number for number in numbers for out in jitter.add(packet(number))]


def test_in_order_passes_at_once() -> None:
    jitter = Jitter()
    for number in range(65_500, 65_600):
        assert [p.number for p in jitter.add(packet(number))] == [number % 65536]


def test_a_lost_packet_is_given_up_early_and_delays_nothing_after() -> None:
    jitter = Jitter()
    assert through(jitter, [1, 2, 3]) == [1, 2, 3]
    assert through(jitter, [5]) == []
    assert through(jitter, [6]) == [5, 6]
    for number in range(7, 400):
        assert through(jitter, [number]) == [number]
    assert (jitter.lost, jitter.late) == (1, 0)


def test_swapped_pairs_lose_none() -> None:
    numbers = [n + (1 if n % 2 else -1) for n in range(1, 401)]
    jitter = Jitter()
    assert through(jitter, [0, *numbers]) == list(range(401))
    assert jitter.lost == 0


def test_five_percent_loss_passes_all_that_came() -> None:
    dice = random.Random(7)
    came = [n for n in range(400) if dice.random() > 0.05]
    jitter = Jitter()
    assert through(jitter, [*came, 400, 401, 402]) == [*came, 400, 401, 402]
    assert jitter.lost == 400 - len(came)


def test_late_and_repeated_packets_are_dropped() -> None:
    jitter = Jitter()
    assert through(jitter, [1, 2, 2, 1, 3]) == [1, 2, 3]
    assert jitter.late == 2


def test_a_new_sequence_begins_at_once() -> None:
    jitter = Jitter()
    assert through(jitter, [1, 2, 30_000, 30_001]) == [1, 2, 30_000, 30_001]
    assert through(jitter, [40]) == [40]


@given(st.integers(0, 65535), st.lists(st.integers(0, 30), max_size=200))
def test_whatever_comes_goes_out_once_and_in_order(start: int, steps: list[int]) -> None:
    """No number twice, never backwards, and no more held than the wait allows."""
    jitter = Jitter()
    numbers = [start]
    for step in steps:
        numbers.append(start + max(0, len(numbers) + step - 15))
    out = []
    for number in numbers:
        out += [p.timestamp for p in jitter.add(packet(number))]
        assert len(jitter._held) < WAIT_PACKETS
    assert out == sorted(set(out))

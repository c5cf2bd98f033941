"""The RTP watchdog: one verdict, none on hold, and a new one after it."""

from dataclasses import dataclass

from sip.pjsua.watchdog import Watchdog


@dataclass
class Leg:
    leg: str = "agent-1"
    answered: bool = True
    receiving: bool = True
    remote_hold: bool = False
    packets: int = 0

    def packets_received(self) -> int:
        return self.packets


def verdicts(dog: Watchdog, leg: Leg, *times: float) -> list[float]:
    return [silent_s for now in times for _, silent_s in dog.check([leg], now)]


def test_one_verdict() -> None:
    assert verdicts(Watchdog(2), Leg(), 0, 1, 2, 3, 9) == [2]


def test_packets_put_it_off() -> None:
    dog, leg = Watchdog(2), Leg()
    assert verdicts(dog, leg, 0, 1.9) == []
    leg.packets = 50
    assert verdicts(dog, leg, 2, 3.9, 4) == [2]


def test_it_rests_on_hold_and_counts_anew_after_it() -> None:
    dog, leg = Watchdog(2), Leg()
    assert verdicts(dog, leg, 0, 1) == []
    leg.remote_hold = True
    assert verdicts(dog, leg, 2, 60) == []
    leg.remote_hold = False
    assert verdicts(dog, leg, 61, 62, 63) == [2]


def test_a_leg_that_was_lost_and_held_can_be_lost_again() -> None:
    dog, leg = Watchdog(2), Leg()
    assert verdicts(dog, leg, 0, 2) == [2]
    leg.remote_hold = True
    verdicts(dog, leg, 3)
    leg.remote_hold = False
    assert verdicts(dog, leg, 4, 6) == [2]

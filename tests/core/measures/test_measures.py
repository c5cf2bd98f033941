"""Each formula of docs/measures.md on a record whose figures are known by hand."""

import pytest

from bridge.core.effort import effort
from bridge.core.measures import measures_of
from tests.core.measures.made import frustrated, handoff, record

ASKS = ("27 a can i take your order number", "30 c four four one two oh")
PASSED = (
    "proposed 10 choosing 10 dialing 11 briefing 15 joining 20 connected 21 choosing 81 dialing 82 "
    "briefing 90 joining 95 connected 96 wrap_up 156 COMPLETED 160"
)  # fmt: skip


def test_a_whole_handoff() -> None:
    measured = measures_of(record(handoff(whisper_heard="whole", disposition="resolved"), turns=ASKS))
    one = measured.handoffs[0]
    assert (measured.escalated, measured.connected) == (True, True)
    assert (measured.contained, measured.abandoned) == (False, False)
    assert one.time_to_human_s == pytest.approx(16.5)
    assert one.wait_s == pytest.approx(16.4)
    assert (one.talk_s, one.wrap_up_s, one.hold_s, one.holds) == (120.0, 20.0, 0.0, 0)
    assert one.handle_s == measured.handle_s == 140.0
    assert (one.asked, one.restated, one.repeats) == (1, 1, 1)
    assert (one.whisper, one.listened, measured.resolved) == ("whole", True, True)
    assert measured.month == "2026-09"
    assert measured.verified


def test_who_stays_with_the_bot_is_contained() -> None:
    measured = measures_of(record())
    assert (measured.contained, measured.escalated, measured.effort) == (True, False, 0.0)
    assert measured.time_to_human_s is None
    assert measured.resolved is None


@pytest.mark.parametrize("ended", ["interrupted", "worker_lost", "failed"])
def test_our_faults_are_neither_contained_nor_counted(ended: str) -> None:
    measured = measures_of(record(ended=ended))
    assert (measured.contained, measured.complete) == (False, False)


def test_a_dismissed_handoff_is_no_escalation() -> None:
    dismissed = handoff("proposed 10 choosing 10 DISMISSED 12", result="dismissed", phase="choosing")
    measured = measures_of(record(dismissed))
    assert (measured.escalated, measured.contained) == (False, True)


def test_holds_are_taken_off_the_talk_and_only_inside_it() -> None:
    measured = measures_of(record(handoff(), holds_s=((36.5, 66.5), (140.0, 150.0), (160.0, 165.0))))
    assert (measured.holds, measured.hold_s, measured.talk_s) == (2, 36.5, 83.5)
    assert measured.handle_s == 140.0


def test_abandoned_by_phase() -> None:
    gone = handoff("proposed 10 choosing 10 dialing 11 ABANDONED 31", result="abandoned", phase="dialing")
    measured = measures_of(record(gone))
    assert (measured.abandoned, measured.connected, measured.handoffs[0].phase) == (True, False, "dialing")
    assert measured.wait_s == 21.0
    assert measured.time_to_human_s is None


def test_a_second_agent_is_a_transfer_and_asks_anew() -> None:
    asks = (*ASKS, "97 a what is your order number", "99 c four four one two oh")
    measured = measures_of(record(handoff(PASSED), turns=asks))
    assert (measured.transfers, measured.asked, measured.restated) == (1, 2, 2)
    assert measured.talk_s == 120.0


def test_a_release_that_failed_is_no_transfer() -> None:
    states = "proposed 10 choosing 10 connected 20 releasing 50 connected 60 wrap_up 80 COMPLETED 90"
    measured = measures_of(record(handoff(states)))
    assert (measured.transfers, measured.talk_s) == (0, 60.0)


def test_two_handoffs_with_a_person_each_are_a_transfer() -> None:
    later = "proposed 200 choosing 200 connected 210 wrap_up 240 COMPLETED 250"
    measured = measures_of(record(handoff(), handoff(later, id="h2", at_s=200.0), seconds=260.0))
    assert (measured.transfers, measured.talk_s, len(measured.handoffs)) == (1, 150.0, 2)
    assert measured.time_to_human_s == pytest.approx(16.5)


def test_a_blind_transfer_reaches_somebody_without_being_heard() -> None:
    states = "proposed 10 choosing 10 sending 11 wrap_up 15 COMPLETED 20"
    measured = measures_of(record(handoff(states, result="transferred", phase="sending"), turns=ASKS))
    assert (measured.connected, measured.listened, measured.repeats) == (True, False, 0)
    assert measured.time_to_human_s == 5.0


def test_what_is_said_before_the_join_repeats_nothing() -> None:
    early = tuple(turn.replace("27", "12").replace("30", "14") for turn in ASKS)
    assert measures_of(record(handoff(), turns=early)).repeats == 0


def test_verification_of_the_verified_only() -> None:
    turns = ("27 a i need to take you through security what is your date of birth",)
    assert measures_of(record(handoff(), turns=turns)).reverified == 1
    assert measures_of(record(handoff(), turns=turns, status="failed")).reverified == 0


def test_a_handoff_cut_short_lasts_until_the_end() -> None:
    measured = measures_of(record(handoff("proposed 10 choosing 10 connected 20"), ended="interrupted"))
    assert measured.talk_s == 150.0


def test_effort_adds_up_and_each_part_has_its_most() -> None:
    nothing = {"repeats": 0, "reverified": 0, "holds": 0, "hold_s": 0.0, "transfers": 0, "wait_s": 0.0}
    assert effort(**nothing) == 0.0  # type: ignore[arg-type]
    told = {
        **nothing,
        "repeats": 1,
        "reverified": 1,
        "holds": 1,
        "hold_s": 60.0,
        "transfers": 1,
        "wait_s": 30.0,
    }
    assert effort(**told) == 5.5  # type: ignore[arg-type]
    assert effort(**{**nothing, "wait_s": 3600.0}) == 4.0  # type: ignore[arg-type]
    assert effort(repeats=9, reverified=9, holds=9, hold_s=0.0, transfers=9, wait_s=900.0) == 10.0


def test_signs_are_counted_for_all() -> None:
    measured = measures_of(record(cues=(frustrated(0.5), frustrated(0.8))))
    assert (measured.frustration, measured.mood) == (0.8, 0)

"""Which SIP act joins two people, and the why that the record keeps."""

import pytest

from bridge.core.transfer_mode import choose_mode, confirm_mode
from bridge.model.transfer import Mode, ModeChoice, Target

RULE = {"cancellation": Mode.REFER_REPLACES}
ASSISTED = frozenset({"complexity", "cancellation"})


def target(**fields: object) -> Target:
    return Target(id="ann", uri="sip:ann@pbx", **{"mode": Mode.REFER_REPLACES, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "reason", "mode", "why"),
    [
        ({}, "dtmf", Mode.REFER_REPLACES, "set for target ann"),
        ({"mode": Mode.CONFERENCE}, "dtmf", Mode.CONFERENCE, "set for target ann"),
        ({}, "complexity", Mode.CONFERENCE, "assist is wanted for reason complexity"),
        ({"assist": True}, "dtmf", Mode.CONFERENCE, "target ann wants assist"),
        ({"assist": True}, "cancellation", Mode.REFER_REPLACES, "rule for reason cancellation"),
        ({"can_refer": False}, "cancellation", Mode.CONFERENCE, "its PBX takes no REFER"),
        ({"kind": "browser"}, "dtmf", Mode.CONFERENCE, "refer_replaces, but a browser is no SIP telephone"),
        ({"kind": "browser"}, "cancellation", Mode.CONFERENCE, "a browser is no SIP telephone"),
        ({"mode": Mode.REFER}, "dtmf", Mode.CONFERENCE, "fallback is not proved"),
        ({"mode": Mode.REFER, "fallback_proved": True}, "dtmf", Mode.REFER, "set for target ann"),
    ],
)
def test_the_mode_and_its_why(fields: dict[str, object], reason: str, mode: Mode, why: str) -> None:
    choice = choose_mode(target(**fields), reason, RULE, ASSISTED)
    assert choice.mode is mode
    assert why in choice.why


def test_an_attended_refer_needs_one_peer() -> None:
    chosen = ModeChoice(mode=Mode.REFER_REPLACES, why="set for target ann")
    assert confirm_mode(chosen, "pbx", "pbx") is chosen
    assert confirm_mode(chosen, "pbx", "other").mode is Mode.CONFERENCE

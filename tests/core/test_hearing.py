"""Who hears whom, over every state and overlay: the whisper never reaches the caller."""

import itertools
from dataclasses import replace

import pytest

from bridge.core.hearing import SUPERVISOR_MODES, Overlays, hearing
from bridge.model.handoff import State

FLAGS = ("bot_here", "announcing", "agent_hold", "agent_mute", "agent_remote_hold", "caller_remote_hold",
         "headset")  # fmt: skip
OVERLAYS = [
    Overlays(**dict(zip(FLAGS, values, strict=True)), supervisor=supervisor)
    for values in itertools.product((False, True), repeat=len(FLAGS))
    for supervisor in (None, *SUPERVISOR_MODES)
]
CALLER_LEFT = (State.WRAP_UP, State.COMPLETED, State.ABANDONED)


@pytest.mark.parametrize("state", [None, *State])
def test_whisper_and_hint_are_private(state: State | None) -> None:
    for overlays in OVERLAYS:
        for speaker, listener in hearing(state, overlays):
            assert speaker not in ("whisper", "hint") or listener == "agent"


@pytest.mark.parametrize("state", [s for s in (None, *State) if s not in CALLER_LEFT])
def test_a_caller_is_never_in_silence(state: State | None) -> None:
    for overlays in OVERLAYS:
        heard = {speaker for speaker, listener in hearing(state, overlays) if listener == "caller"}
        speaking = heard - {"announce", "supervisor"}
        muted = overlays.agent_mute and not (overlays.agent_hold or overlays.agent_remote_hold)
        assert speaking or overlays.announcing or muted, (state, overlays)


@pytest.mark.parametrize("state", [None, *State])
def test_a_caller_on_hold_is_heard_by_nobody(state: State | None) -> None:
    """His music stays out; the agent gets comfort in its place, and all that the caller hears stays."""
    for overlays in OVERLAYS:
        open_ = hearing(state, replace(overlays, caller_remote_hold=False))
        held = hearing(state, replace(overlays, caller_remote_hold=True))
        heard = {edge for edge in open_ if edge[0] == "caller"}
        assert open_ - held == heard
        assert held - open_ == ({("comfort", "agent")} if ("caller", "agent") in heard else set())


def test_comfort_for_an_agent_only_while_the_caller_holds() -> None:
    for state, overlays in itertools.product((None, *State), OVERLAYS):
        if ("comfort", "agent") in hearing(state, overlays):
            assert overlays.caller_remote_hold
            assert state in (State.CONNECTED, State.RELEASING)
            assert not overlays.agent_hold
            assert not overlays.agent_remote_hold


def test_comfort_makes_way_for_an_announcement() -> None:
    edges = hearing(State.DIALING, Overlays(announcing=True))
    assert ("announce", "caller") in edges
    assert ("comfort", "caller") not in edges


def test_hints_only_into_headsets() -> None:
    assert ("hint", "agent") not in hearing(State.CONNECTED, Overlays())
    assert ("hint", "agent") in hearing(State.CONNECTED, Overlays(headset=True))


@pytest.mark.parametrize(
    ("mode", "extra"),
    [
        ("listen", set()),
        ("coach", {("supervisor", "agent")}),
        ("barge", {("supervisor", "agent"), ("supervisor", "caller")}),
    ],
)
def test_supervisor(mode: str, extra: set[tuple[str, str]]) -> None:
    edges = hearing(State.CONNECTED, Overlays(supervisor=mode))
    assert {edge for edge in edges if edge[0] == "supervisor"} == extra
    assert {("caller", "supervisor"), ("agent", "supervisor")} <= edges
    assert not any("supervisor" in edge for edge in hearing(State.BRIEFING, Overlays(supervisor=mode)))

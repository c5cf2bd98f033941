"""The handoff table: complete, without dead ends, and the same as the README's picture of it."""

from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from bridge.core.handoff_table import LATE, TABLE, IllegalTransition, diagram, step
from bridge.model.handoff import Event, State

LIVE = [state for state in State if not state.final]
NOT_TIMED = {State.CONNECTED}


def test_every_state_has_a_row() -> None:
    assert set(TABLE) == set(State)


@pytest.mark.parametrize("state", LIVE)
def test_every_live_state_has_a_way_out(state: State) -> None:
    assert Event.CALLER_GONE in TABLE[state].on
    assert Event.TIMEOUT in TABLE[state].on or state in NOT_TIMED
    reached, frontier = {state}, [state]
    while frontier:
        for following in TABLE[frontier.pop()].on.values():
            if following not in reached:
                reached.add(following)
                frontier.append(following)
    assert any(s.final for s in reached)


@pytest.mark.parametrize("state", LIVE)
def test_the_caller_hears_somebody(state: State) -> None:
    heard = any(listener == "caller" for _, listener in TABLE[state].hears)
    assert heard or state is State.WRAP_UP  # where he has left or been taken over


def test_number_of_rows() -> None:
    assert sum(len(row.on) for row in TABLE.values()) == 89


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_every_pair_is_listed_absorbed_or_refused(state: State, event: Event) -> None:
    if event in TABLE[state].on:
        assert step(state, event).state in State
    elif event in LATE or state.final:
        assert step(state, event) == step(state, event)
        assert step(state, event).absorbed
        assert step(state, event).entered is None
    else:
        with pytest.raises(IllegalTransition):
            step(state, event)


@given(st.lists(st.integers(0, 10_000), min_size=5, max_size=60))
@settings(max_examples=2000, deadline=None)
def test_walks(choices: list[int]) -> None:
    """Any walk with stray events: agent legs are dropped again, the record is written exactly once."""
    state, agent_up, persisted = State.PROPOSED, False, 0
    for choice in choices:
        listed = list(TABLE[state].on)
        events = listed + sorted(LATE)
        if state.final or not events:
            break
        event = events[choice % len(events)]
        taken = step(state, event)
        note(f"{state} {event}")
        if taken.entered is None:
            continue
        state = taken.state
        for effect in taken.entered.entry:
            if effect == "dial_agent":
                assert not agent_up, "a second agent is dialled while one is on the line"
                agent_up = True
            if effect in ("drop_agent", "release_legs"):
                agent_up = False
            persisted += effect == "persist"
    if state.final:
        assert not agent_up
        assert persisted == 1


def test_readme_shows_this_table() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert diagram() in readme, "run: python -m bridge.docs"

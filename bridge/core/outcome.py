"""How a handoff ended, derived from its states: exactly one result."""

from bridge.model.handoff import Event, Outcome, State, StateAt

RESULTS = {
    State.ABANDONED: "abandoned",
    State.FAILED: "failed",
    State.DISMISSED: "dismissed",
    State.HANDED_BACK: "returned_to_bot",
}


def outcome_of(
    states: tuple[StateAt, ...],
    *,
    leg: str | None,
    sip_status: int | None,
    reason: str,
    mode: str | None,
    unconfirmed: bool,
) -> Outcome:
    """`states` end with the final one. A COMPLETED handoff was connected, transferred, or both."""
    last = states[-1].state
    live = [entry for entry in states if not entry.state.final]
    phase = next((e.state for e in reversed(live) if e.state is not State.WRAP_UP), State.PROPOSED)
    result = _called_back(states) or RESULTS.get(last) or _completed(live, unconfirmed)
    return Outcome(result=result, phase=phase.value, leg=leg, sip_status=sip_status, reason=reason, mode=mode)


def _called_back(states: tuple[StateAt, ...]) -> str | None:
    return "callback" if states[-1].event is Event.CALLBACK_TAKEN else None


def _completed(live: list[StateAt], unconfirmed: bool) -> str:
    closing = next(entry for entry in reversed(live) if entry.state is State.WRAP_UP)
    before = live[: live.index(closing)]
    if closing.event is Event.TRANSFER_SUCCEEDED:
        return "transferred_unconfirmed" if unconfirmed else "transferred"
    if before and before[-1].state in (State.REFERRING, State.RELEASING, State.SENDING):
        return "transferred_unconfirmed"
    return "connected"

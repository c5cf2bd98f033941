"""How long a handoff may be in each state."""

from bridge.config import HandoffTimers
from bridge.model.handoff import State

RING_SPARE_S = 5.0
"""behind the leg's own no-answer timer"""


def seconds_in(state: State, config: HandoffTimers, ring_s: float) -> float | None:
    """None: for ever, or it is over."""
    return {
        State.PROPOSED: config.proposed_timeout_s,
        State.CHOOSING: config.choosing_timeout_s,
        State.WAITING: config.waiting_timeout_s,
        State.DIALING: ring_s + RING_SPARE_S,
        State.BRIEFING: config.whisper_timeout_s,
        State.OFFERED: config.accept_timeout_s,
        State.JOINING: config.join_timeout_s,
        State.REFERRING: config.refer_timeout_s,
        State.RELEASING: config.refer_timeout_s,
        State.SENDING: config.refer_timeout_s,
        State.WRAP_UP: config.wrap_up_timeout_s,
        State.RETURNED: config.returned_timeout_s,
    }.get(state)

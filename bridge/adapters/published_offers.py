"""What is published of offers to agents, and of callers who wait for one."""

from typing import Literal

from bridge.adapters.payload import OfCall


class OfferAnswered(OfCall):
    """An agent's telephone has been answered; whatever else rang is told that the call is elsewhere."""

    type: Literal["offer_answered"] = "offer_answered"
    leg: str
    target: str
    agent: str


class OfferOver(OfCall):
    """An agent is not called (any more) for this handoff."""

    type: Literal["offer_over"] = "offer_over"
    target: str
    agent: str
    why: str
    """busy, declined, no_answer, completed_elsewhere, ..."""


class Queued(OfCall):
    """The caller waits for an agent."""

    type: Literal["queued"] = "queued"
    position: int
    estimate_s: float | None = None


class CallbackTold(OfCall):
    """The caller of that conversation has been promised to be called back."""

    type: Literal["callback"] = "callback"
    state: Literal["promised", "done", "not_reached", "given_up"]
    tries: int = 0

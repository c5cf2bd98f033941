"""What is published of the hints that a connected agent is shown: which, never their words."""

from typing import Literal

from bridge.adapters.payload import OfCall


class HintShown(OfCall):
    """Something is on the agent's page."""

    type: Literal["hint"] = "hint"
    handoff: str
    hint: str
    """play/step, or what was noticed"""
    what: str
    """repeat, compliance, behaviour, step, knowledge"""
    lag_s: float | None = None
    """behind the end of the words that brought it up"""


class HintOver(OfCall):
    """It is no longer shown."""

    type: Literal["hint_over"] = "hint_over"
    handoff: str
    hint: str
    how: str
    """done, ticked, dismissed, lapsed, displaced"""

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


class HandedBack(OfCall):
    """The agent gives the caller back to the bot, with what he did: context for its next words."""

    type: Literal["handed_back"] = "handed_back"
    handoff: str
    disposition: str | None = None
    done: list[str] = []
    """steps that were heard done, or ticked"""
    told: str | None = None
    """the agent's note, redacted; only where transcripts are published"""
    said: list[str] = []
    """ids of what both said since the join: `utterance` events and the record hold the words"""


class HintOver(OfCall):
    """It is no longer shown."""

    type: Literal["hint_over"] = "hint_over"
    handoff: str
    hint: str
    how: str
    """done, ticked, dismissed, lapsed, displaced"""

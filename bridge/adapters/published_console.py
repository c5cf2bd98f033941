"""What is published of what people do at the console."""

from typing import Literal

from bridge.adapters.payload import OfCall


class Control(OfCall):
    """The agent holds or mutes at the console."""

    type: Literal["control"] = "control"
    what: Literal["hold", "mute"]
    on: bool


class PickUp(OfCall):
    """The agent said at the console that he takes the ringing call: for what drives his telephone."""

    type: Literal["pick_up"] = "pick_up"
    leg: str
    target: str


class PassedOn(OfCall):
    """The connected agent sends the caller on to another."""

    type: Literal["passed_on"] = "passed_on"
    target: str
    note: bool
    """whether he left a word for the other"""


class Supervision(OfCall):
    """A supervisor comes into a call, changes how, or leaves it."""

    type: Literal["supervision"] = "supervision"
    mode: Literal["none", "listen", "coach", "barge"]
    by: str
    up: bool
    """False: the supervisor's telephone is still ringing"""

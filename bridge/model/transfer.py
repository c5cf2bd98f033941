"""Where a caller can be sent and how."""

from dataclasses import dataclass
from enum import StrEnum

from bridge.model.agent import DeviceKind


class Mode(StrEnum):
    """`conference`: we stay. `refer_replaces`: attended REFER. `refer`: blind REFER."""

    CONFERENCE = "conference"
    REFER_REPLACES = "refer_replaces"
    REFER = "refer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One device of an agent. `fallback_proved`: its dialplan was shown to catch a failed blind transfer."""

    id: str
    uri: str
    kind: DeviceKind = "sip"
    agent: str = ""
    """whose device it is; the id itself where an agent has only one"""
    mode: Mode = Mode.CONFERENCE
    reasons: tuple[str, ...] = ()
    """escalation reasons it takes; empty = all"""
    headset: bool = False
    assist: bool = False
    """the agent wants to be assisted during the call"""
    auto_accept: bool = False
    fallback_proved: bool = False
    can_refer: bool = True
    ring_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChoice:
    mode: Mode
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A target promised to one call. `rev` is unique and grows: an answer to an offer may name it."""

    rev: int
    agent: str
    target: Target
    call: str
    until: float
    """monotonic seconds: an offer not taken by then may go to another call"""

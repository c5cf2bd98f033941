"""What is measured of one conversation and of each of its handoffs. All _s are durations in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffMeasures:
    """`number` counts the handoffs of its conversation from 1. docs/measures.md has the formulas."""

    id: str
    number: int
    reason: str
    rule: str
    source: str
    explicit: bool
    result: str
    phase: str
    """the last live state: in which an abandoned one was abandoned"""
    escalated: bool
    """somebody was fetched: it was not dismissed"""
    connected: bool
    """caller and agent talked through us, or the caller was transferred to him"""
    abandoned: bool
    time_to_human_s: float | None
    """from the request to the first moment of talk; None: there was none"""
    wait_s: float
    """the caller was with neither bot nor agent"""
    talk_s: float
    """without what the caller was held by the agent"""
    hold_s: float
    wrap_up_s: float
    holds: int
    transfers: int
    """to another agent, after the first had the caller"""
    whisper: str
    """whole, skipped, none: what the agent who took the call heard of it"""
    asked: int
    """items of the brief that the agent asked for"""
    restated: int
    """items of the brief that the caller said again"""
    repeats: int
    """items asked for, and those the caller said again unasked"""
    reverified: int
    """times a verified caller was verified again"""
    listened: bool
    """the agent was heard after the join: only then are repeats measured"""
    disposition: str

    @property
    def handle_s(self) -> float:
        return self.talk_s + self.hold_s + self.wrap_up_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Of a conversation. What is of handoffs is the sum of theirs; what is not there is 0."""

    conversation: str
    month: str
    """YYYY-MM, UTC"""
    complete: bool
    """it ended by itself, not by a fault of ours: only such conversations are counted"""
    escalated: bool
    reason: str
    """of the first escalation that was not dismissed; "" where there was none"""
    rule: str
    contained: bool
    """complete, and nobody had to be fetched"""
    connected: bool
    abandoned: bool
    verified: bool
    """the caller had been verified before the agent came"""
    listened: bool
    seconds: float
    time_to_human_s: float | None
    wait_s: float
    talk_s: float
    hold_s: float
    wrap_up_s: float
    holds: int
    transfers: int
    asked: int
    restated: int
    repeats: int
    reverified: int
    effort: float
    """0 (none) to 10"""
    frustration: float
    """the strongest sign of it, 0 to 1"""
    failures: int
    """signs that the bot got nowhere"""
    mood: int
    """of the brief: 0 positive or neutral, 1 impatient, 2 frustrated, 3 angry or distressed"""
    resolved: bool | None
    """by the disposition; None: none was set"""
    csat: int | None = None
    """1 (bad) to 5, where the caller was asked and answered"""
    handoffs: tuple[HandoffMeasures, ...] = ()

    @property
    def handle_s(self) -> float:
        return self.talk_s + self.hold_s + self.wrap_up_s

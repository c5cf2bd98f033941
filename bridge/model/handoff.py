"""States and events of a handoff, and how one ended."""

from dataclasses import dataclass
from enum import StrEnum

from bridge.model.cue import Escalation


class State(StrEnum):
    PROPOSED = "proposed"
    CHOOSING = "choosing"
    WAITING = "waiting"
    DIALING = "dialing"
    BRIEFING = "briefing"
    OFFERED = "offered"
    JOINING = "joining"
    REFERRING = "referring"
    RELEASING = "releasing"
    SENDING = "sending"
    CONNECTED = "connected"
    WRAP_UP = "wrap_up"
    RETURNED = "returned"
    COMPLETED = "COMPLETED"
    ABANDONED = "ABANDONED"
    FAILED = "FAILED"
    DISMISSED = "DISMISSED"
    HANDED_BACK = "RETURNED"

    @property
    def final(self) -> bool:
        return self.value.isupper()


class Event(StrEnum):
    APPROVED_WARM = "approved_warm"
    APPROVED_COLD = "approved_cold"
    DISMISSED = "dismissed"
    TIMEOUT = "timeout"
    BOT_GONE = "bot_gone"
    TARGET_CHOSEN = "target_chosen"
    NONE_FREE = "none_free"
    NO_TARGET = "no_target"
    AGENT_AVAILABLE = "agent_available"
    CALLBACK_TAKEN = "callback_taken"
    AGENT_ANSWERED = "agent_answered"
    AGENT_REFUSED = "agent_refused"
    AGENT_GONE = "agent_gone"
    AGENT_LOST = "agent_lost"
    PASSED_ON = "passed_on"
    WHISPER_ENDED = "whisper_ended"
    MORE_ASKED = "more_asked"
    REPEAT_ASKED = "repeat_asked"
    ACCEPTED_CONFERENCE = "accepted_conference"
    ACCEPTED_REFER = "accepted_refer"
    JOINED = "joined"
    JOIN_FAILED = "join_failed"
    TRANSFER_SUCCEEDED = "transfer_succeeded"
    TRANSFER_FAILED = "transfer_failed"
    CALLER_RETURNED = "caller_returned"
    CALLER_GONE = "caller_gone"
    RELEASE = "release"
    HAND_BACK = "hand_back"
    DISPOSITION_SET = "disposition_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAt:
    state: State
    event: Event | None
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One target tried. `outcome`: answered, refused, busy, no_answer, unreachable, gone, lost, declined,
    no_accept, completed_elsewhere, dropped."""

    number: int
    target: str
    leg: str
    agent: str = ""
    """whose device it is"""
    mode: str
    mode_why: str
    dialed_s: float
    answered_s: float | None = None
    outcome: str | None = None
    sip_status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """result: connected, transferred, transferred_unconfirmed, returned_to_bot, abandoned, failed,
    dismissed, interrupted, callback (promised instead). `phase` is the last live state."""

    result: str
    phase: str
    leg: str | None = None
    sip_status: int | None = None
    reason: str = ""
    mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffRecord:
    id: str
    escalation: Escalation
    states: tuple[StateAt, ...]
    attempts: tuple[Attempt, ...]
    outcome: Outcome
    marks_s: dict[str, float]
    absorbed: int
    whisper_seconds: float | None = None
    whisper_heard: str | None = None
    disposition: str | None = None
    note: str | None = None
    brief_right: str | None = None
    """what the agent said of the brief: right, partly, wrong"""

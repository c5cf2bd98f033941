"""What reaches a conversation's inbox besides the events of its user agent."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from asr.types import StreamEvent
from bridge.model.bot import BotState
from bridge.model.cue import Escalation
from bridge.model.handoff import Event as HandoffEvent
from bridge.ports import Answer, Command
from sip.agent import UserAgent
from sip.events import CallIncoming
from sip.events import Event as SipEvent


@dataclass(frozen=True, slots=True)
class Elapsed:
    """A timer set through `Call.after`."""

    name: str
    token: int


@dataclass(frozen=True, slots=True)
class AsrLost:
    """An ASR worker is gone; streams that fed it must be opened elsewhere."""

    worker: str


@dataclass(frozen=True, slots=True)
class BotReported:
    """The bot told its state (HTTP API)."""

    state: BotState
    collecting: bool | Literal["card"] = False
    """it takes digits now; "card": those of a payment card, of which nothing may be kept"""
    expects: str = ""
    """the kind of answer the bot waits for"""


@dataclass(frozen=True, slots=True)
class Escalate:
    """Somebody outside the speech path wants a human: bot API, console."""

    escalation: Escalation


@dataclass(frozen=True, slots=True)
class Ordered:
    """A person or program orders a handoff event: dismissed, release, hand_back, accepted_*, ..."""

    event: HandoffEvent
    disposition: str | None = None
    note: str | None = None
    why: str = "ordered"


@dataclass(frozen=True, slots=True)
class Commanded:
    """Somebody outside wants something and waits to be told what became of it."""

    command: Command
    what: Escalate | Ordered
    answer: Callable[[Answer], None]


@dataclass(frozen=True, slots=True)
class Draining:
    """The bridge takes no new calls and would like to see the running ones go."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A blind transfer fell back: the caller is here again, on a user agent of its own."""

    ua: UserAgent
    events: AsyncIterator[SipEvent]
    incoming: CallIncoming


Message = (
    SipEvent
    | StreamEvent
    | Elapsed
    | AsrLost
    | BotReported
    | Escalate
    | Ordered
    | Commanded
    | Draining
    | Adopted
)

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


Button = Literal[
    "pick_up", "talk", "replay", "more", "decline", "send_back", "hold", "resume", "mute", "unmute",
    "hand_back", "end",
]  # fmt: skip
"""Of an agent's console; `bridge.app.controls` says what each does, and when it can."""


@dataclass(frozen=True, slots=True)
class Pressed:
    button: Button


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The connected agent sends the caller on to another, with a word of his own."""

    target: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drafted:
    """The wrap-up as typed so far; `finished` closes it."""

    disposition: str | None = None
    note: str | None = None
    brief_right: Literal["right", "partly", "wrong"] | None = None
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Hinted:
    """The agent has done what the hint says, or does not want it."""

    hint: str
    how: Literal["ticked", "dismissed"]


@dataclass(frozen=True, slots=True)
class Opened:
    """The agent looks at what lies folded on his page."""

    what: Literal["transcript"]


@dataclass(frozen=True, slots=True)
class Supervised:
    """A supervisor listens, coaches or barges in from the telephone at `uri`. `mode` None: leaves."""

    mode: Literal["listen", "coach", "barge"] | None
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Controlled:
    """An order from a console, answered when it has been carried out or refused.

    `agent`: whose console; the call must still be his. None: somebody who may act in any.
    `handoff`: the handoff that the page showed; None: whichever there is.
    """

    what: Pressed | PassedOn | Drafted | Hinted | Opened | Supervised
    by: str
    agent: str | None
    handoff: str | None
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
    | Controlled
    | Draining
    | Adopted
)

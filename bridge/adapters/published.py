"""What is published: one model a kind, and only the fields that a model names ever leave.

`EVENTS` says which of the bridge's events go to which topic of a call; `KEPT_BACK` names those that do not,
with the reason. `handoff schema asyncapi` is generated from here.
"""

from typing import Final, Literal

from bridge.adapters.payload import OfCall
from bridge.adapters.published_assist import HandedBack, HintOver, HintShown
from bridge.adapters.published_console import Control, PassedOn, PickUp, Supervision
from bridge.adapters.published_feedback import HumanPartOver, SurveyAnswered
from bridge.adapters.published_offers import CallbackTold, OfferAnswered, OfferOver, Queued
from bridge.model.handoff import State

Channel = Literal["event", "transcript", "cue"]


class Started(OfCall):
    """A caller has reached the bridge."""

    type: Literal["started"] = "started"
    worker: str


class Ended(OfCall):
    """The conversation is over and its record is saved."""

    type: Literal["ended"] = "ended"
    ended: str
    handoffs: list[str]
    """the result of each"""


class Answered(OfCall):
    type: Literal["answered"] = "answered"
    leg: str
    codec: str | None = None


class CustomerLookedUp(OfCall):
    """What became of looking the caller up in the CRM; nothing of what it holds."""

    type: Literal["crm"] = "crm"
    status: Literal["found", "unknown", "no_answer"]


class Ringing(OfCall):
    type: Literal["ringing"] = "ringing"
    leg: str


class Dialed(OfCall):
    """An agent's telephone is called."""

    type: Literal["dialed"] = "dialed"
    leg: str
    target: str
    """the device, by its id"""
    agent: str = ""
    offer: int = 0
    """revision of the lease behind it"""


class LegEnded(OfCall):
    type: Literal["leg_ended"] = "leg_ended"
    leg: str
    status: int | None = None
    """SIP status"""
    by_us: bool


class LegLost(OfCall):
    """Nothing is heard from it any more."""

    type: Literal["leg_lost"] = "leg_lost"
    leg: str
    silent_s: float


class RemoteHold(OfCall):
    """The other side put us on hold, or took us back."""

    type: Literal["remote_hold"] = "remote_hold"
    leg: str
    held: bool


class Speech(OfCall):
    """Somebody began or ceased to speak."""

    type: Literal["speech"] = "speech"
    speaker: str
    speaking: bool


class Music(OfCall):
    type: Literal["music"] = "music"
    leg: str
    playing: bool


class Person(OfCall):
    """Somebody has come to the telephone behind a PBX queue."""

    type: Literal["person"] = "person"
    leg: str


class TranscriptGap(OfCall):
    """So much of somebody's speech could not be recognised."""

    type: Literal["transcript_gap"] = "transcript_gap"
    speaker: str
    seconds: float


class ScreenPop(OfCall):
    type: Literal["screen_pop"] = "screen_pop"
    target: str
    shown: bool


class Whisper(OfCall):
    """The brief is spoken to the agent."""

    type: Literal["whisper"] = "whisper"
    part: str
    seconds: float


class TransferProgress(OfCall):
    type: Literal["transfer_progress"] = "transfer_progress"
    status: int
    final: bool


class OrderRefused(OfCall):
    """An order came that the handoff's state does not take."""

    type: Literal["order_refused"] = "order_refused"
    event: str
    state: str


class Commanded(OfCall):
    """A command reached the conversation, and what became of it."""

    type: Literal["commanded"] = "commanded"
    verb: str
    source: str
    code: str


class OutcomeTold(OfCall):
    """A handoff is over."""

    type: Literal["outcome"] = "outcome"
    handoff: str
    result: str
    phase: str
    """the last live state"""


class Fault(OfCall):
    """Something of ours failed; the call goes on."""

    type: Literal["fault"] = "fault"
    task: str


class Ask(OfCall):
    """The policy has the caller asked whether he wants a person."""

    type: Literal["ask"] = "ask"
    reason: str
    rule: str


class CueSeen(OfCall):
    """A sign that a human is wanted."""

    type: Literal["cue"] = "cue"
    cue: str
    rule: str
    score: float
    utterance: str | None = None


class Armed(OfCall):
    """A request may be coming: the brief is being made."""

    type: Literal["armed"] = "armed"
    rule: str


class Escalated(OfCall):
    """The decision that a human is needed."""

    type: Literal["escalation"] = "escalation"
    reason: str
    rule: str
    score: float
    source: str
    explicit: bool
    quote: str | None = None
    """the redacted words; only where transcripts are published"""


class EscalationIgnored(OfCall):
    type: Literal["escalation_ignored"] = "escalation_ignored"
    rule: str
    why: str


class PartialWords(OfCall):
    """What is being said, redacted, digits held back; the next one replaces it."""

    type: Literal["partial"] = "partial"
    speaker: str
    shown: str
    words: int
    stable: int
    """so many words will not change any more"""


class FinalWords(OfCall):
    """What was said, redacted. `call`, `speaker` and `utterance` find it in the record."""

    type: Literal["utterance"] = "utterance"
    utterance: str
    speaker: str
    text: str
    start_s: float
    end_s: float
    during: str


class HandoffState(OfCall):
    """Where a call's handoff stands; retained until some time after the call's end."""

    handoff: str
    rev: int
    """counts the states of this conversation's handoffs; a command may name the one it is meant for"""
    state: State
    event: str | None = None
    """what led to the state"""
    reason: str | None = None
    rule: str | None = None
    source: str | None = None
    explicit: bool | None = None
    agent: str | None = None
    """the target being called or connected"""
    result: str | None = None
    """of a handoff that is over"""
    headline: str | None = None
    """of the brief; only where transcripts are published"""


EVENTS: Final[dict[str, tuple[Channel, type[OfCall]]]] = {
    **{
        model.model_fields["type"].default: ("event", model)
        for model in (
            Started, Ended, Answered, Ringing, Dialed, LegEnded, LegLost, RemoteHold, Speech, Music, Person,
            TranscriptGap, ScreenPop, Whisper, TransferProgress, OrderRefused, Commanded, OutcomeTold, Fault,
            Ask, OfferAnswered, OfferOver, Queued, CallbackTold, Control, PickUp, PassedOn, Supervision,
            HumanPartOver, SurveyAnswered, HintShown, HintOver, HandedBack,
            CustomerLookedUp,
        )
    },
    **{
        model.model_fields["type"].default: ("cue", model)
        for model in (CueSeen, Armed, Escalated, EscalationIgnored)
    },
    "partial": ("transcript", PartialWords),
    "utterance": ("transcript", FinalWords),
}  # fmt: skip
VITAL: Final = frozenset(
    {
        "started",
        "ended",
        "escalation",
        "outcome",
        "dialed",
        "offer_answered",
        "commanded",
        "handoff",
        "clear",
        "human_part",
    }
)
"""kinds that telemetry never displaces"""
KEPT_BACK: Final = {
    "handoff": "told as HandoffState, on its own retained topic",
    "brief": "its headline stands in HandoffState",
    "final": "words as they were said, for measurements on this machine",
    "agent_key": "may be part of a secret once it is not one of ours",
    "hears": "wiring of the mixer",
    "voice": "biometric measurements",
    "hint_spoken": "HintShown tells of it; that it was spoken too stands in this machine's own events",
    "opened": "what an agent looks at is nobody's business but his trainer's: `handoff drill` reads it",
    "mood_trend": "a guess at somebody's mood, for the agent's page alone",
    "command_failed": "wiring of a worker",
    "asr_reopened": "wiring of the recognizers",
}
"""events of the bridge that are not published as they are, and why"""

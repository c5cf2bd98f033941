"""A caller who is to be called back: whom to dial, and everything his brief is made of."""

from dataclasses import dataclass, field

from bridge.model.bot import BotState
from bridge.model.cue import Cue, Escalation
from bridge.model.transcript import Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """`id` is that of the conversation in which it was promised. Words and state are as they may be told."""

    id: str
    number: str
    """digits, with a + before them where there was one"""
    promised_at: str
    """UTC, ISO 8601"""
    escalation: Escalation
    seconds: float
    """how long that conversation was, when it was promised"""
    utterances: tuple[Utterance, ...] = ()
    bot_state: BotState = field(default_factory=BotState)
    cues: tuple[Cue, ...] = ()
    tries: int = 0

"""What the agent is told. Each line cites where it comes from; what is missing is said to be missing."""

from dataclasses import dataclass

from bridge.model.bot import Action, Authentication

BRIEF_VERSION = 1
"""Grows when a field goes or means something else; a new field has a default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`source`: bot_state, transcript, crm, rule, refined. `confidence` None if it is not speech."""

    text: str
    source: str
    utterances: tuple[str, ...] = ()
    at_s: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The five context items of the handoff; `version` counts renewals within one conversation."""

    version: int
    headline: str
    why: Line | None
    tried: tuple[Line, ...]
    unresolved: Line | None
    next: Line | None
    sentiment: str
    """positive, neutral, impatient, frustrated, angry, distressed"""
    reason: str
    quote: str
    intent: str | None
    authentication: Authentication
    actions: tuple[Action, ...]
    facts: tuple[Line, ...]
    caller: str | None
    missing: tuple[str, ...]
    opening: str
    crm: dict[str, str] | None = None
    crm_status: str = ""
    """off, pending, found, unknown (no such customer), no_answer; "" in briefs of a file"""
    mood: Line | None = None
    """the words that the sentiment rests on"""
    identity: Line | None = None
    """the authentication in words, with what it rests on"""
    v: int = BRIEF_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The spoken form: the headline first, then the rest, then what `3 more` adds."""

    headline: str
    detail: str
    more: str

"""The one record a conversation leaves."""

from dataclasses import dataclass

from bridge.model.assist import HintRecord
from bridge.model.bot import BotState
from bridge.model.brief import Brief
from bridge.model.cue import Cue
from bridge.model.handoff import HandoffRecord
from bridge.model.transcript import Gap, Utterance

RECORD_VERSION = 1
"""Grows when a field goes or means something else; a new field has a default, so old records are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRecord:
    leg: str
    role: str
    started_s: float
    answered_s: float | None
    ended_s: float | None
    sip_status: int | None
    reason: str
    codec: str | None
    srtp: bool
    by_us: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRecord:
    """`ended`: completed, caller_gone, transferred, failed, interrupted, worker_lost."""

    v: int
    id: str
    started_at: str
    """UTC, ISO 8601"""
    seconds: float
    ended: str
    caller: str
    called: str
    headers: dict[str, str]
    worker: str
    asr: dict[str, str]
    legs: tuple[LegRecord, ...]
    transcript: tuple[Utterance, ...]
    gaps: tuple[Gap, ...]
    flush_incomplete: tuple[str, ...]
    cues: tuple[Cue, ...]
    bot_state: BotState
    brief: Brief | None
    handoffs: tuple[HandoffRecord, ...]
    absorbed: int = 0
    vault: str | None = None
    """the transcript as it was said, encrypted with `redaction.vault_key`; None where no key is set"""
    holds_s: tuple[tuple[float, float], ...] = ()
    """when the agent had the caller on hold: from and to, seconds since the conversation began"""
    csat: int | None = None
    """what the caller answered to the question after the call: 1 (bad) to 5; None: no answer"""
    rules_version: str = ""
    """of the cue rules, and of the second opinion's weights, that listened"""
    hints: tuple[HintRecord, ...] = ()
    """what agents were shown while connected, and what became of it"""

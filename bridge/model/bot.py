"""What the bot knows, told by the bot. Every part is optional; missing is shown as missing."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something the bot did. `ok` None = it did not say how it ended."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)
    result: str | None = None
    ok: bool | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """status: verified, partial, failed, none, unknown"""

    status: str = "unknown"
    method: str | None = None
    at: str | None = None
    by: str | None = None
    expires_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BotState:
    intent: str | None = None
    slots: dict[str, Any] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    limits: tuple[str, ...] = ()
    confidence: float | None = None
    authentication: Authentication | None = None
    language: str | None = None
    open: str | None = None
    """what is still to be done, in the bot's words"""

"""What the customer database says of a caller."""

from dataclasses import dataclass, field
from typing import Literal

CrmStatus = Literal["off", "pending", "found", "unknown", "no_answer"]
"""off: none is configured. pending: asked. unknown: it answered, and has no such caller. no_answer: it
failed, refused, spoke nonsense or took too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmRecord:
    """As it was found; what may be shown of it is decided where it is shown."""

    id: str | None = None
    name: str | None = None
    tier: str | None = None
    """what `policy.rules.tiers` compares"""
    fields: dict[str, str] = field(default_factory=dict)
    interactions: tuple[str, ...] = ()
    """the last ones, newest first, a line each"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmAnswer:
    """`record` is there exactly when `status` is found."""

    status: CrmStatus
    record: CrmRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmQuestion:
    """Who calls: his number or SIP user as the trunk gave it, and the headers of the INVITE."""

    conversation: str
    caller: str
    headers: dict[str, str] = field(default_factory=dict)

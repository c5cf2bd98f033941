"""What the bot's side may learn of the part that a person played. No words of anybody."""

from dataclasses import dataclass
from typing import Literal

Lacked = Literal["limit", "failed_action", "missing", "not_understood", "brief_wrong"]
"""limit: the bot said it may not or cannot. failed_action: it tried and failed. missing: a part of the
brief that it could have told. not_understood: it got nowhere. brief_wrong: the agent says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    kind: Lacked
    what: str
    """the limit, the action, the part of the brief, the rule that noticed, or what the agent said of it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanPart:
    """Of one handoff in which a person had the caller."""

    handoff: str
    reason: str
    rule: str
    result: str
    disposition: str | None
    resolved: bool | None
    """by the disposition; None: none was set"""
    talk_s: float
    """with holds"""
    asked_again: tuple[str, ...]
    """items of the brief that the agent asked for all the same, by their labels"""
    reverified: int
    lacked: tuple[Lack, ...]

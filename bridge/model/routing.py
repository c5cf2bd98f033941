"""Who is to take a call: what an escalation needs, what an agent can, and the rules between the two."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class SkillNeed(_Part):
    require: tuple[str, ...] = ()
    """skills without which an agent is not tried"""
    prefer: tuple[str, ...] = ()
    """skills that let an agent be tried first"""


class RoutingRules(_Part):
    """In which order agents are tried; docs/agents.md has the whole of it."""

    by_reason: dict[str, SkillNeed] = {}
    """skills by escalation reason"""
    language: Literal["require", "prefer", "ignore"] = "prefer"
    """what the caller's language, as the bot reports it, means: agents without `languages` speak any"""
    last_agent_days: float = Field(default=7.0, ge=0)
    """so long a caller is given to the agent he talked to last, if that agent is free; 0: never"""
    order: Literal["longest_idle", "listed"] = "longest_idle"
    """among equals: who has been without a call for longest, or who stands first in `agents`"""
    relax_after_s: float | None = Field(default=None, ge=0)
    """required skills are only preferred for a caller who has waited so long"""
    priority: dict[str, int] = {}
    """place in the queue by escalation reason: a higher number is served first; default 0"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One caller who wants an agent. `tried` (targets) and `tried_agents` are not to be tried (now)."""

    reason: str
    call: str = ""
    caller: str = ""
    """who calls, for the last agent: a number, or "" """
    wanted: str | None = None
    """an agent's id or SIP user, a department, or a skill: those are tried first"""
    language: str | None = None
    tried: tuple[str, ...] = ()
    tried_agents: tuple[str, ...] = ()
    waiting_since: float | None = None
    """monotonic seconds; None: since now"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent as the order sees him."""

    agent: str
    names: frozenset[str] = frozenset()
    """his id and SIP users, in lower case"""
    departments: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    """escalation reasons he takes; empty = all"""
    priority: int = 0
    idle_since: float = 0.0
    place: int = 0
    """in the configuration"""

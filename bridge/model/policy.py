"""When a human is fetched: rules as data. Each names cues, and what is done when one is sure enough."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bridge.model.cue import CueKind
from bridge.model.transfer import Mode


class Do(StrEnum):
    ACT = "act"
    """a human is fetched"""
    ASK = "ask"
    """the bot asks "shall I put you through?" """
    NO = "no"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PolicyRule(_Part):
    """The first rule that fits decides. What is left out fits anything."""

    name: str
    cues: tuple[CueKind, ...] = Field(min_length=1)
    """any of these kinds"""
    signs: tuple[str, ...] = ()
    """only cues of these cue rules, for instance self_harm"""
    least: float = Field(default=0.8, ge=0, le=1)
    """the score that a cue must reach"""
    times: int = Field(default=1, ge=1)
    """so many turns with such a cue, this one included"""
    hours: Literal["any", "open", "closed"] = "any"
    tiers: tuple[str, ...] = ()
    """the caller's tiers in the CRM"""
    do: Do = Do.ACT
    reason: str | None = None
    """told to the agent and kept; default the kind of the cue"""
    mode: Mode | None = None
    """transfer mode; default as for any escalation of that reason"""
    target: str | None = None
    """agent to try first"""
    urgent: bool = False
    """holds even after a hand-back and against the caller's no"""


KINDS_THAT_ACT = (
    CueKind.SENSITIVE, CueKind.CANCELLATION, CueKind.COMPLAINT_OR_DISPUTE, CueKind.NEGOTIATION,
    CueKind.COMPLEXITY, CueKind.BOT_LIMIT, CueKind.REPEATED_FAILURE, CueKind.NO_PROGRESS,
    CueKind.LOW_CONFIDENCE, CueKind.OUT_OF_SCOPE,
)  # fmt: skip
KINDS_THAT_ASK = (
    CueKind.FRUSTRATION, CueKind.NO_PROGRESS, CueKind.LOW_CONFIDENCE, CueKind.OUT_OF_SCOPE, CueKind.SILENCE,
    CueKind.REPEATED_FAILURE,
)  # fmt: skip
DEFAULT_RULES = (
    PolicyRule(name="danger_to_self", cues=(CueKind.SENSITIVE,), signs=("self_harm",), least=0.5, urgent=True,
               mode=Mode.CONFERENCE),
    PolicyRule(name="frustrated", cues=(CueKind.FRUSTRATION,), least=0.75),
    PolicyRule(name="sure", cues=KINDS_THAT_ACT),
    PolicyRule(name="unsure", cues=KINDS_THAT_ASK, least=0.5, do=Do.ASK),
)  # fmt: skip


class Hours(_Part):
    """When agents are there."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = (
        "mon", "tue", "wed", "thu", "fri",
    )  # fmt: skip
    opens: str = Field(default="08:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    closes: str = Field(default="18:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("closes must come after opens; write a night shift as two entries")
        return self


class PolicySettings(_Part):
    """Rules that turn cues into an escalation. An explicit request for a person always wins over them."""

    rules: tuple[PolicyRule, ...] = DEFAULT_RULES
    """the first that fits a cue decides; replaces ours"""
    together: float | None = Field(default=0.85, ge=0, le=1)
    """cues that would only make the bot ask, of different kinds within 60 s, act when they add up to this"""
    unasked: int = Field(default=2, ge=0)
    """so many handoffs a call without the caller asking for one: the loop guard"""
    asks: int = Field(default=2, ge=0)
    """how often the bot asks "shall I put you through?" in a call"""
    ask_again_s: float = Field(default=60.0, ge=0)
    """after a question or a no the bot does not ask again for so long"""
    hours: tuple[Hours, ...] = ()
    """when agents are there, in UTC; none: always"""

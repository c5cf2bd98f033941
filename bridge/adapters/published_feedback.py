"""What is published for the bot's side of the part that a person played."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from bridge.adapters.payload import OfCall


class Lack(BaseModel):
    """Something the bot lacked. `what`: the limit, the action, the part of the brief, or the rule."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)

    kind: Literal["limit", "failed_action", "missing", "not_understood", "brief_wrong"]
    what: str


class SurveyAnswered(OfCall):
    """The caller says how satisfied he is, from 1 to 5."""

    type: Literal["survey"] = "survey"
    score: int


class HumanPartOver(OfCall):
    """A person had the caller and has not any more: how it ended, and what the bot lacked."""

    type: Literal["human_part"] = "human_part"
    handoff: str
    reason: str
    rule: str
    result: str
    disposition: str | None = None
    resolved: bool | None = None
    """by the disposition; null: none was set"""
    talk_s: float
    asked_again: list[str]
    """items of the brief, by their labels, that the agent asked the caller for all the same"""
    reverified: int
    """how often a verified caller was verified again"""
    lacked: list[Lack]

"""What all that is published has in common, and what is published of bridges and agents."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from bridge.model.agent import AgentState


class Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)

    v: Literal[1] = 1
    """version of this contract"""
    id: str
    """unique; a message that comes twice comes with the same"""
    seq: int
    """counts the messages of this topic, from 1; a gap is a loss"""
    ts: str
    """ISO 8601, UTC, with milliseconds"""
    site: str


class Status(Payload):
    """A bridge. The broker itself publishes `offline` for one that died."""

    bridge: str
    state: Literal["online", "offline"]
    calls: int = 0
    """conversations under way"""
    version: str = ""


class Presence(Payload):
    """An agent, as the bridge's own directory has it; worth what the bridge's status is worth."""

    agent: str
    name: str = ""
    state: AgentState
    reason: str = ""
    """why away"""
    skills: list[str] = []
    languages: list[str] = []
    reachable: list[str] = []
    """kinds of devices a call can reach the agent on"""
    rev: int = 0
    """grows with every change of any agent"""


class OfCall(Payload):
    call: str
    at_s: float
    """seconds since the conversation began"""

"""What every published message has."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


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


class OfCall(Payload):
    call: str
    at_s: float
    """seconds since the conversation began"""

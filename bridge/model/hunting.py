"""What follows an agent's telephone that did not lead to a conversation."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field


class Next(StrEnum):
    NEXT_DEVICE = "next_device"
    """the same agent's other devices, then the next agent"""
    NEXT_AGENT = "next_agent"
    """this agent is not tried again for this caller"""
    WAIT = "wait"
    """others first, and after `retry_s` this device again"""
    GIVE_UP = "give_up"
    """nobody else is tried"""


class HuntRules(BaseModel):
    """What is done next, by how an attempt ended."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    busy: Next = Next.NEXT_AGENT
    no_answer: Next = Next.NEXT_DEVICE
    declined: Next = Next.NEXT_AGENT
    """by key 2 or by the telephone itself (603)"""
    voicemail: Next = Next.NEXT_DEVICE
    """something answered and nobody took the call: a mailbox, a menu, a person who says nothing"""
    unreachable: Next = Next.NEXT_DEVICE
    """an error, a device that is gone, a line that broke"""
    retry_s: float = Field(default=15.0, ge=1)
    """how long `wait` leaves a device in peace"""
    tries: int = Field(default=3, ge=1, le=20)
    """`wait` tries a device so often in one handoff"""
    at_once: int = Field(default=1, ge=1, le=2)
    """2: two agents' telephones ring together, as long as the worker has a leg free for the second; larger
    groups ring through the PBX"""

    def after(self, outcome: str) -> Next:
        """`outcome` as an attempt has it (`bridge.model.handoff.Attempt`)."""
        return {
            "busy": self.busy,
            "no_answer": self.no_answer,
            "declined": self.declined,
            "no_accept": self.voicemail,
        }.get(outcome, self.unreachable)


AGAIN: Final = frozenset({"completed_elsewhere", "dropped"})
"""outcomes that are not the target's doing"""

"""One agent's telephone that rings for a handoff, until it is the one that was answered, or is over."""

import asyncio
from dataclasses import dataclass

from bridge.model.transfer import Lease, ModeChoice, Target
from sip.types import LegId


@dataclass(slots=True, kw_only=True, eq=False)
class Ring:
    """`number` is its attempt's, 0 while it has not been dialled."""

    lease: Lease
    choice: ModeChoice
    leg: LegId = ""
    number: int = 0
    popped: asyncio.Task[None] | None = None
    """the page is being waited for"""
    dialing: asyncio.Task[None] | None = None
    """nothing has been sent yet"""
    over: bool = False

    @property
    def target(self) -> Target:
        return self.lease.target

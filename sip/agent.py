"""The port to one conversation's SIP endpoint: commands in, events out."""

from collections.abc import AsyncIterator
from typing import Protocol

from sip.commands import Command
from sip.events import Event


class UserAgent(Protocol):
    """At most four legs, one mixer, one conversation. Kept by `sip.remote` (pjsua2) and `sip.memory`."""

    @property
    def id(self) -> str: ...

    def send(self, command: Command) -> None:
        """Post a command; never blocks, never raises for what the other side may answer."""

    def events(self) -> AsyncIterator[Event]:
        """Events in order; ends after `WorkerLost`, or after the worker has carried out `Finish`."""

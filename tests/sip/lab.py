"""The world around a `sip.agent.UserAgent` under test: its far ends, and how a test waits.

On the wire a `Peer` is a socket, in memory an object. The contract suite knows nothing else of either.
"""

from typing import Protocol, TypeVar

from sip import commands as c
from sip import events as e
from sip.agent import UserAgent
from sip.types import Header

Kind = TypeVar("Kind", bound=e.Event)


class Peer(Protocol):
    """The far end of one leg."""

    @property
    def state(self) -> str:
        """`idle`, `ringing`, `up` or `over`."""

    @property
    def digits(self) -> str:
        """Digits it was sent, in either method."""

    async def calls(self, headers: tuple[Header, ...] = ()) -> None: ...
    async def rings(self, early_media: bool = False) -> None: ...
    async def answers(self) -> None: ...
    async def declines(self, status: int) -> None: ...
    async def hangs_up(self) -> None:
        """BYE, or CANCEL of a call of its own that is not answered yet."""

    async def presses(self, digit: str, method: str = "rfc4733") -> None: ...
    async def sends(self, hz: float) -> None:
        """A tone from now on; 0 is silence."""

    async def hears(self, hz: float) -> bool:
        """Whether a tone reaches it, by listening for a third of a second."""

    async def vanishes(self) -> None:
        """No RTP and no answer any more."""

    async def holds(self, on: bool) -> None: ...
    async def refers(self, target: str) -> None: ...
    def answers_refer(self, *statuses: int) -> None:
        """Statuses of the NOTIFYs to come; one that is final at once and no success refuses the REFER."""

    async def notifies(self, status: int) -> None:
        """A NOTIFY for our REFER, whenever it likes; final from 200 on."""


class Lab(Protocol):
    """A user agent and the world around it. The watchdog of its worker is set to 0.6 s."""

    @property
    def ua(self) -> UserAgent: ...
    def peer(self, name: str) -> Peer:
        """The far end that `uri(name)` reaches, or that calls in."""

    def uri(self, name: str) -> str: ...
    def clip(self, hz: float, ms: int) -> str:
        """Path of a WAV with a tone."""

    async def event(self, kind: type[Kind], **fields: object) -> Kind:
        """The next event of this kind with these fields; others are left for later."""

    async def state(self, peer: Peer, state: str) -> None:
        """Until a peer is in a state."""

    async def pause(self, seconds: float) -> None: ...
    def has_seen(self, kind: type[e.Event], **fields: object) -> bool:
        """Whether such an event has come and not been taken."""

    async def over(self) -> list[e.Event]:
        """The events not taken, once the stream of events has ended."""


async def answered_caller(lab: Lab) -> Peer:
    caller = lab.peer("caller")
    await caller.calls()
    await lab.event(e.CallIncoming, leg="caller")
    lab.ua.send(c.Answer(leg="caller"))
    await lab.event(e.LegAnswered, leg="caller")
    return caller


async def answered_leg(lab: Lab, leg: str) -> Peer:
    peer = lab.peer(leg)
    lab.ua.send(c.Dial(leg=leg, uri=lab.uri(leg)))
    await lab.state(peer, "ringing")
    await peer.answers()
    await lab.event(e.LegAnswered, leg=leg)
    return peer

"""What packets of the manager interface mean for the agents. Pure but for the roster it tells."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bridge.adapters.ami.protocol import Packet
from bridge.config import Agent
from bridge.ports import Roster

SOURCE: Final = "ami"
IN_A_CALL: Final = frozenset({"INUSE", "BUSY", "ONHOLD", "RINGINUSE"})
"""ringing is none: it may be our own call"""
GONE: Final = frozenset({"UNAVAILABLE", "INVALID"})
HERE: Final = frozenset({"NOT_INUSE", "RINGING", *IN_A_CALL})
NOT_A_MEMBER: Final = "in no queue"


@dataclass(slots=True)
class _Member:
    """One agent's telephones, by Asterisk's name in lower case, and his queues with why he pauses there."""

    agent: str
    uris: dict[str, str]
    states: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str | None] = field(default_factory=dict)


class Members:
    """`take` each packet. `queues`: those that count; none given: all."""

    def __init__(self, agents: Iterable[Agent], queues: Iterable[str], roster: Roster) -> None:
        self._roster, self._queues = roster, frozenset(queues)
        self._members = [
            _Member(agent.id, names)
            for agent in agents
            if (
                names := {
                    (device.ami or f"PJSIP/{_user(device.uri)}").lower(): device.uri
                    for device in agent.all_devices
                    if device.kind == "sip"
                }
            )
        ]

    def begin(self) -> None:
        """A new connection: who is in which queue is told anew."""
        for member in self._members:
            member.queues.clear()

    def take(self, packet: Packet) -> None:
        match packet.get("event", ""):
            case "DeviceStateChange":
                self._device(packet.get("device", ""), packet.get("state", ""))
            case "QueueMember" | "QueueMemberStatus" | "QueueMemberPause" | "QueueMemberAdded":
                self._queue(packet, there=True)
            case "QueueMemberRemoved":
                self._queue(packet, there=False)
            case "QueueStatusComplete":
                for member in self._members:
                    self._declare(member)

    def silence(self) -> None:
        """The connection is lost: a pause or a call that may be long over shall keep nobody from callers."""
        for member in self._members:
            member.queues.clear()
            member.states.clear()
            self._roster.declare(member.agent, True, source=SOURCE)
            self._roster.occupy(member.agent, False, source=SOURCE)
            for uri in member.uris.values():
                self._roster.reach(member.agent, "sip", True, source=SOURCE, uri=uri)

    def _of(self, device: str) -> "list[_Member]":
        return [member for member in self._members if device.lower() in member.uris]

    def _device(self, device: str, state: str) -> None:
        if state not in HERE | GONE:
            return  # unknown: nothing that could be acted on
        for member in self._of(device):
            member.states[device.lower()] = state
            uri = member.uris[device.lower()]
            self._roster.reach(member.agent, "sip", state not in GONE, source=SOURCE, uri=uri)
            busy = not IN_A_CALL.isdisjoint(member.states.values())
            self._roster.occupy(member.agent, busy, source=SOURCE)

    def _queue(self, packet: Packet, *, there: bool) -> None:
        queue = packet.get("queue", "")
        if self._queues and queue not in self._queues:
            return
        names = [packet.get("interface") or packet.get("location", ""), packet.get("stateinterface", "")]
        for member in {id(one): one for name in names for one in self._of(name)}.values():
            if there:
                paused = packet.get("paused") == "1"
                member.queues[queue] = (packet.get("pausedreason") or "paused") if paused else None
            else:
                member.queues.pop(queue, None)
            self._declare(member)

    def _declare(self, member: _Member) -> None:
        """Away: paused in each of his queues; or in none, where the queues are named."""
        reasons = list(member.queues.values())
        if not reasons:
            willing, reason = not self._queues, NOT_A_MEMBER
        else:
            willing, reason = None in reasons, next((r for r in reasons if r), "")
        self._roster.declare(member.agent, willing, source=SOURCE, reason="" if willing else reason)


def _user(uri: str) -> str:
    return uri.partition(":")[2].rpartition("@")[0]

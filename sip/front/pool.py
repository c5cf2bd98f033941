"""The workers as the front knows them: who is idle, and what each would leave behind."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sip.party.address import Address, ip_literal
from sip.party.message import MessageError

_RESERVED_S: Final = 5.0
_LEGS_LIMIT: Final = 16
_PAST_LIMIT: Final = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A confirmed dialog of a worker, as RFC 3261 section 12 keeps it: all that a BYE needs."""

    call_id: str
    local_tag: str
    remote_tag: str
    local_uri: str
    remote_uri: str
    remote_target: str
    route_set: tuple[str, ...]
    cseq: int

    @classmethod
    def read(cls, line: dict[str, Any]) -> "Tombstone":
        """From a worker's `leg` line. Raises `MessageError`."""
        texts = ("call_id", "local_tag", "remote_tag", "local_uri", "remote_uri", "remote_target")
        values = {name: line.get(name) for name in texts}
        routes, cseq = line.get("route_set", []), line.get("cseq", 0)
        if not all(isinstance(v, str) and v and "\r" not in v and "\n" not in v for v in values.values()):
            raise MessageError("leg line without its texts")
        if not isinstance(routes, list) or not all(isinstance(route, str) for route in routes):
            raise MessageError("leg line with a bad route_set")
        if not isinstance(cseq, int) or not 0 <= cseq < 2**31:
            raise MessageError("leg line with a bad cseq")
        return cls(**{k: str(v) for k, v in values.items()}, route_set=tuple(routes), cseq=cseq)


@dataclass(slots=True, eq=False)
class Worker:
    """One connected worker process."""

    name: str
    pid: int
    address: Address
    state: str = "busy"
    idle_since: float = 0.0
    reserved_until: float = 0.0
    legs: dict[str, Tombstone] = field(default_factory=dict)
    past: set[str] = field(default_factory=set)
    """Call-IDs of dialogs that ended in order; a worker lives for one conversation, so they are few"""

    @classmethod
    def read(cls, line: dict[str, Any]) -> "Worker":
        """From a `hello` line. Raises `MessageError`."""
        name, pid, ip, port = (line.get(key) for key in ("worker", "pid", "ip", "port"))
        if not isinstance(name, str) or not isinstance(pid, int) or not isinstance(ip, str):
            raise MessageError("hello line without worker, pid or ip")
        if not isinstance(port, int) or not 0 < port < 65536:
            raise MessageError("hello line with a bad port")
        return cls(name, pid, (ip_literal(ip), port))

    def end_leg(self, call_id: str) -> None:
        self.legs.pop(call_id, None)
        if len(self.past) < _PAST_LIMIT:
            self.past.add(call_id)

    def keep(self, tombstone: Tombstone) -> None:
        if tombstone.call_id in self.legs or len(self.legs) < _LEGS_LIMIT:
            self.legs[tombstone.call_id] = tombstone


class Pool:
    """Workers by address; idle ones are given out longest idle first."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._workers: dict[Address, Worker] = {}

    def join(self, worker: Worker) -> None:
        """A worker said hello; one before it at that address is forgotten."""
        self._workers[worker.address] = worker

    def leave(self, worker: Worker) -> None:
        if self._workers.get(worker.address) is worker:
            del self._workers[worker.address]

    def alive(self, worker: Worker) -> bool:
        return self._workers.get(worker.address) is worker

    def at(self, address: Address) -> Worker | None:
        return self._workers.get(address)

    def set_state(self, worker: Worker, state: str) -> None:
        if state == "idle" and worker.state != "idle":
            worker.idle_since = self._now()
        if state != "idle":
            worker.reserved_until = 0.0
        worker.state = state

    def reserve(self) -> Worker | None:
        """An idle worker, kept from others until it says `busy`, or for five seconds."""
        now = self._now()
        idle = [w for w in self._workers.values() if w.state == "idle" and w.reserved_until <= now]
        if not idle:
            return None
        chosen = min(idle, key=lambda worker: worker.idle_since)
        chosen.reserved_until = now + _RESERVED_S
        return chosen

    def counts(self) -> dict[str, int]:
        states = [worker.state for worker in self._workers.values()]
        legs = sum(len(worker.legs) for worker in self._workers.values())
        return {**{state: states.count(state) for state in ("idle", "busy", "leaving")}, "legs": legs}

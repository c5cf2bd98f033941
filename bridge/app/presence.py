"""What the sources say of one agent, and what it comes to."""

from dataclasses import dataclass, field

from bridge.app.profile import Profile
from bridge.model.agent import AgentState, AgentView, Device, DeviceKind
from bridge.model.routing import Candidate, Need
from bridge.model.transfer import Lease, Target

VETOES = frozenset({"ami"})
"""sources that do not speak for the person: their no holds besides his yes"""


@dataclass(slots=True, kw_only=True)
class Presence:
    """One agent now. `leases` by revision; `wrapping` are those behind their conversation."""

    profile: Profile
    candidate: Candidate
    willing: bool
    reason: str = ""
    vetoes: dict[str, str] = field(default_factory=dict)
    reached: dict[str, dict[str, bool]] = field(default_factory=dict)
    """by target id, what each source says"""
    occupied: set[str] = field(default_factory=set)
    leases: dict[int, Lease] = field(default_factory=dict)
    wrapping: set[int] = field(default_factory=set)
    rev: int = 0
    rested: float = float("-inf")
    """since when he has been without a call"""

    def declare(self, willing: bool, source: str, reason: str) -> None:
        if source not in VETOES:
            self.willing, self.reason = willing, "" if willing else reason
        elif willing:
            self.vetoes.pop(source, None)
        else:
            self.vetoes[source] = reason

    def reach(self, kind: DeviceKind, reachable: bool, source: str, uri: str) -> bool:
        """Whether there is such a device."""
        meant = [t for t in self.profile.targets if t.kind == kind and (not uri or t.uri == uri)]
        for target in meant:
            self.reached.setdefault(target.id, {})[source] = reachable
        return bool(meant)

    def reachable(self, target: Target) -> bool | None:
        said = self.reached.get(target.id)
        return all(said.values()) if said else None

    def untried(self, need: Need) -> bool:
        """Whether a device of his is left to try, now or when it can be reached."""
        left = any(target.id not in need.tried for target in self.profile.targets)
        return left and self.profile.id not in need.tried_agents

    def dialable(self, need: Need | None = None) -> list[Target]:
        """Devices that may be tried, the open page first: no news of a telephone is good news."""
        tried = need.tried if need else ()
        if need and self.profile.id in need.tried_agents:
            return []
        may = [
            target
            for target in self.profile.targets
            if target.id not in tried
            and self.reachable(target) is not False
            and (target.kind != "browser" or self.reachable(target))
        ]
        return sorted(may, key=lambda target: target.kind != "browser")  # stable: else in his order

    @property
    def state(self) -> AgentState:
        if len(self.leases) >= self.profile.capacity:
            return "wrap_up" if self.wrapping.issuperset(self.leases) else "busy"
        if self.occupied:
            return "busy"
        if not self.willing or self.vetoes:
            return "away"
        return "available" if self.dialable() else "unreachable"

    def view(self) -> AgentView:
        return AgentView(
            id=self.profile.id,
            name=self.profile.name,
            state=self.state,
            devices=tuple(
                Device(kind=target.kind, uri=target.uri, reachable=self.reachable(target))
                for target in self.profile.targets
            ),
            skills=self.profile.skills,
            languages=self.profile.languages,
            conversation=next((lease.call for lease in self.leases.values() if lease.call), None),
            reason=self.reason or next(iter(self.vetoes.values()), ""),
            rev=self.rev,
        )

"""The book of legs: which stand, which ended and how, and who plays which role now."""

from dataclasses import dataclass, field

from bridge.model.record import LegRecord
from sip.events import LegAnswered, LegEnded
from sip.types import LegId


@dataclass(slots=True, kw_only=True)
class Leg:
    id: LegId
    role: str
    started_s: float
    answered_s: float | None = None
    ended_s: float | None = None
    lost: bool = False
    holds: list[tuple[float, float | None]] = field(default_factory=list)
    """when its far end held us, from and until; None: it still does"""
    sip_status: int | None = None
    reason: str = ""
    by_us: bool = False
    codec: str | None = None
    srtp: bool = False
    peer: str = ""

    @property
    def up(self) -> bool:
        return self.answered_s is not None and self.ended_s is None

    @property
    def live(self) -> bool:
        return self.ended_s is None

    @property
    def remote_hold(self) -> bool:
        return bool(self.holds) and self.holds[-1][1] is None

    def held(self, on: bool, at_s: float) -> bool:
        """Its far end holds us, or resumes; False when that is nothing new."""
        if on == self.remote_hold:
            return False
        if on:
            self.holds.append((at_s, None))
        else:
            self.holds[-1] = (self.holds[-1][0], at_s)
        return True

    def held_at(self, at_s: float) -> bool:
        return any(start <= at_s and (end is None or at_s < end) for start, end in self.holds)


@dataclass(slots=True)
class Legs:
    """`current` maps a role to the leg that plays it; an older agent leg may still be hanging up."""

    all: dict[LegId, Leg] = field(default_factory=dict)
    current: dict[str, LegId] = field(default_factory=dict)

    def add(self, leg: LegId, role: str, at_s: float) -> Leg:
        self.all[leg] = made = Leg(id=leg, role=role, started_s=at_s)
        self.current[role] = leg
        return made

    def get(self, role: str) -> Leg | None:
        """The leg that plays `role` now, dialling or up; None when it ended."""
        leg = self.all.get(self.current.get(role, ""))
        return leg if leg and leg.live else None

    def live(self, role: str) -> tuple[Leg, ...]:
        """All legs of that role, dialling or up: several telephones may ring."""
        return tuple(leg for leg in self.all.values() if leg.role == role and leg.live)

    def up(self, role: str) -> Leg | None:
        leg = self.get(role)
        return leg if leg and leg.up else None

    def next_id(self, role: str) -> LegId:
        return f"{role}-{1 + sum(leg.role == role for leg in self.all.values())}"

    def retire(self, leg: LegId) -> None:
        """Keep an ended leg in the book under another name, so that its id can be used again."""
        old = self.all.pop(leg)
        old.id = f"{leg}/{1 + sum(name.startswith(f'{leg}/') for name in self.all)}"
        self.all[old.id] = old

    def answered(self, event: LegAnswered, at_s: float) -> Leg | None:
        if leg := self.all.get(event.leg):
            leg.answered_s = at_s
            leg.codec, leg.srtp, leg.peer = event.codec, event.srtp, event.peer
        return leg

    def ended(self, event: LegEnded, at_s: float) -> Leg | None:
        if leg := self.all.get(event.leg):
            leg.ended_s = at_s
            leg.sip_status, leg.reason = event.cause.status, event.cause.reason
            leg.by_us = event.by_us
        return leg

    def records(self) -> tuple[LegRecord, ...]:
        return tuple(
            LegRecord(
                leg=leg.id,
                role=leg.role,
                started_s=leg.started_s,
                answered_s=leg.answered_s,
                ended_s=leg.ended_s,
                sip_status=leg.sip_status,
                reason=leg.reason,
                codec=leg.codec,
                srtp=leg.srtp,
                by_us=leg.by_us,
            )
            for leg in self.all.values()
        )

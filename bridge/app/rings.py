"""The telephones that ring for one handoff at the same time: several are called, one has the call."""

from dataclasses import replace
from typing import Any

from bridge.app.call import Call
from bridge.app.hunt import Hunt
from bridge.app.ring import Ring
from bridge.model.handoff import Attempt
from sip.commands import Hangup
from sip.events import LegEnded
from sip.types import Header, LegId

OUTCOMES = {486: "busy", 600: "busy", 603: "declined", 408: "no_answer", 480: "unreachable"}
ELSEWHERE: Header = ("Reason", 'SIP;cause=200;text="Call completed elsewhere"')
"""RFC 3326 section 3.1: a telephone that rang in vain need not list a missed call. No other text goes with
it, of which the SIP stack would make a Reason of its own."""


class Rings:
    """`attempts` are all ever made; `current` is whoever has the call, else the first that rings."""

    def __init__(self, call: Call, hunt: Hunt) -> None:
        self._call, self._hunt = call, hunt
        self.all: list[Ring] = []
        self.current: Ring | None = None
        self.attempts: list[Attempt] = []

    def begin(self, ring: Ring) -> None:
        """A leg and an attempt of its own."""
        ring.leg = self._call.legs.next_id("agent")
        self._call.legs.add(ring.leg, "agent", self._call.now_s())
        self.attempt(ring, ring.leg, ring.choice.mode.value)

    def attempt(self, ring: Ring, leg: LegId, mode: str) -> None:
        self.attempts.append(
            Attempt(
                number=len(self.attempts) + 1, target=ring.target.id, agent=ring.target.agent, leg=leg,
                mode=mode, mode_why=ring.choice.why, dialed_s=self._call.now_s(),
            )
        )  # fmt: skip
        ring.number = len(self.attempts)

    def of(self, leg: LegId) -> Ring | None:
        """The ring on that leg, over or not."""
        return next((ring for ring in self.all if ring.leg == leg), None)

    # -- what became of each

    def amend(self, ring: Ring | None = None, **changes: Any) -> None:
        """Of the ring's attempt; without one of the current ring's, else of the last."""
        meant = ring or self.current
        number = meant.number if meant and meant.number else len(self.attempts)
        if number:
            self.attempts[number - 1] = replace(self.attempts[number - 1], **changes)

    def outcome(self, ring: Ring) -> str | None:
        return self.attempts[ring.number - 1].outcome if ring.number else None

    def ended(self, event: LegEnded) -> None:
        """A leg of ours is over; whoever ended it on purpose has said why before."""
        for attempt in self.attempts:
            if attempt.leg == event.leg and self._call.legs.all[event.leg].role == "agent":
                status = event.cause.status
                outcome = attempt.outcome or ("gone" if event.answered else OUTCOMES.get(status, "refused"))
                self.attempts[attempt.number - 1] = replace(attempt, outcome=outcome, sip_status=status)

    # -- several that ring, and one that is answered

    def queued(self, leg: LegId) -> bool:
        """Whether a PBX queue rings there, whose answer is nobody's yet."""
        ring = self.of(leg)
        return ring is not None and not ring.over and ring.target.kind == "queue"

    def won(self, leg: LegId) -> bool:
        """The first telephone that is answered has the call; the others are told, and free for other calls.
        False: this one does not ring for us (any more)."""
        ring = self.of(leg)
        if ring is None or ring.over:
            return False
        self._make_current(ring)
        for other in self.all:
            if other is not ring and not other.over:
                if not self._unsent(other):
                    self._call.ua.send(Hangup(leg=other.leg, headers=(ELSEWHERE,)))
                self._over(other, "completed_elsewhere")
        self._call.emit("offer_answered", target=ring.target.id, agent=ring.target.agent, leg=leg)
        return True

    def ring_on(self, leg: LegId, outcome: str = "refused") -> bool:
        """One of several telephones rings no more: whether another one still does."""
        ring = self.of(leg)
        others = [other for other in self.all if other is not ring and not other.over]
        if ring is None or ring.over or not others:
            return False
        self._over(ring, outcome)
        self._make_current(others[0])
        return True

    def _make_current(self, ring: Ring) -> None:
        self.current = ring
        self._call.legs.current["agent"] = ring.leg

    def clear(self) -> None:
        """All that rang or were talked to have led to nothing, and others are tried; their leases end."""
        for ring in self.all:
            if not ring.over:
                self._over(ring, "lost")
        self.let_go()

    def let_go(self) -> None:
        """Nobody is tried any more: every lease ends."""
        for ring in self.all:
            if not ring.over:
                if ring.number and self.attempts[ring.number - 1].answered_s is None:
                    self._tell_over(ring, self.outcome(ring) or "dropped")
                self._call.desk.directory.release(ring.lease)
        self.all = []
        if self.current:
            self._call.desk.directory.release(self.current.lease)
            self.current = None

    def _over(self, ring: Ring, outcome: str) -> None:
        """What became of it counts for who is tried next; the agent is free for others."""
        ring.over = True
        if ring.number:
            outcome = self.outcome(ring) or outcome
            self.amend(ring, outcome=outcome)
            self._hunt.ended(ring.target, outcome, self._call.monotonic())
            self._tell_over(ring, outcome)
        self._call.desk.directory.release(ring.lease)

    def _tell_over(self, ring: Ring, why: str) -> None:
        self._call.emit("offer_over", target=ring.target.id, agent=ring.target.agent, why=why)

    def withdraw(self) -> None:
        """The handoff moved on while pages were still being waited for."""
        for ring in self.all:
            if self._unsent(ring) and self.outcome(ring) is None:
                self.amend(ring, outcome="dropped")

    def _unsent(self, ring: Ring) -> bool:
        """Whether nothing has been sent to that telephone; then nothing will be."""
        if ring.dialing is None:
            return False
        ring.dialing.cancel()
        ring.dialing = None
        leg = self._call.legs.all[ring.leg]
        leg.ended_s, leg.reason, leg.by_us = self._call.now_s(), "withdrawn", True
        return True

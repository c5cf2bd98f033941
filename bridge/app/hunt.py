"""Whom one handoff tries next, by what became of those it has tried."""

from collections import Counter

from bridge.model.hunting import AGAIN, HuntRules, Next
from bridge.model.transfer import Target


class Hunt:
    """`over`: the policy wants nobody else tried. Moments are monotonic seconds."""

    def __init__(self, rules: HuntRules) -> None:
        self._rules = rules
        self._tried: set[str] = set()
        self._agents: set[str] = set()
        self._resting: dict[str, float] = {}
        self._tries: Counter[str] = Counter()
        self.over = False

    def ended(self, target: Target, outcome: str, now: float) -> None:
        """An attempt at `target` has led to nothing."""
        if outcome in AGAIN:
            return
        self._tries[target.id] += 1
        following = self._rules.after(outcome)
        if following is Next.WAIT and self._tries[target.id] < self._rules.tries:
            self._resting[target.id] = now + self._rules.retry_s
            return
        self._tried.add(target.id)
        if following is Next.NEXT_AGENT:
            self._agents.add(target.agent)
        self.over = self.over or following is Next.GIVE_UP

    def forgive(self, wanted: str) -> None:
        """Somebody wants this target, or this agent, whatever became of it before."""
        self._tried = {id for id in self._tried if id != wanted and id.partition("/")[0] != wanted}
        self._resting = {id: at for id, at in self._resting.items() if id.partition("/")[0] != wanted}
        self._agents.discard(wanted)
        self.over = False

    def tried(self, now: float) -> tuple[str, ...]:
        """Targets not to be tried now: those that are done with, and those that rest."""
        return (*self._tried, *(id for id, until in self._resting.items() if until > now))

    @property
    def tried_agents(self) -> tuple[str, ...]:
        return tuple(self._agents)

    def rest_s(self, now: float) -> float | None:
        """Until somebody may be tried again; None when nobody rests."""
        left = [until - now for until in self._resting.values() if until > now]
        return min(left) if left else None

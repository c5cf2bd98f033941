"""Who can take a call, who has one, and who waits: presence from all sources, leases, the queue."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import structlog

from bridge.app.presence import Presence
from bridge.app.profile import profile_of
from bridge.app.waiting_line import WaitingLine, WaitingPlace
from bridge.config import Settings
from bridge.core.routing import fits, rank
from bridge.model.agent import AgentView, DeviceKind
from bridge.model.routing import Need
from bridge.model.transfer import Lease, Target
from bridge.ports import Choice

log = structlog.get_logger()
OFFER_SPARE_S = 60.0
"""beyond ringing, whisper and accept: an agent may hear more, or it again"""
CALLERS_REMEMBERED = 10_000
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class _Talk:
    agent: str
    at: float


class Directory:
    """Keeps `bridge.ports.AgentDirectory` and `bridge.ports.Roster`. `told` hears of every agent that has
    changed, and of all at first. Lives on one asyncio loop."""

    def __init__(self, settings: Settings, told: Callable[[AgentView], None] | None = None) -> None:
        self._rules, handoff = settings.routing, settings.handoff
        profiles = [profile_of(agent, place) for place, agent in enumerate(settings.agents)]
        self._agents = {
            profile.id: Presence(profile=profile, candidate=profile.candidate, willing=profile.starts)
            for profile in profiles
        }
        rings = [target.ring_s for profile in profiles for target in profile.targets if target.ring_s]
        self._offer_s = (
            max([handoff.ring_timeout_s, *rings])
            + handoff.whisper_timeout_s + handoff.accept_timeout_s + OFFER_SPARE_S
        )  # fmt: skip
        self._offers: dict[int, Lease] = {}
        self._taken: dict[int, float] = {}
        self._callers: OrderedDict[str, _Talk] = OrderedDict()
        self._told = told or (lambda view: None)
        self._rev = 0
        self._news = asyncio.Event()
        self._views: dict[str, AgentView] = {}
        self.line = WaitingLine(
            priority=self._rules.priority, handle_s=settings.queue.handle_s, servers=self._servers,
            renewed=self._serve, give_back=self.release,
        )  # fmt: skip
        for agent in self._agents.values():
            self._tell(agent)

    # -- offers

    def choose(self, need: Need) -> Choice:
        now = _now()
        self._expire(now)
        if lease := self._lease(need, now, self._agents.values()):
            return Choice(lease=lease)
        waited_s = now - need.waiting_since if need.waiting_since is not None else 0.0
        fitting = [a for a in self._agents.values() if fits(need, self._rules, a.candidate, waited_s)]
        states = {agent.state for agent in fitting if agent.untried(need)}
        return Choice(
            all_busy=not states.isdisjoint({"busy", "wrap_up"}),
            away=not states.isdisjoint({"away", "unreachable"}),
        )

    def _lease(self, need: Need, now: float, agents: Iterable[Presence]) -> Lease | None:
        free = {
            agent.profile.id: devices[0]
            for agent in agents
            if agent.state == "available" and (devices := agent.dialable(need))
        }
        if not free:
            return None
        waited_s = now - need.waiting_since if need.waiting_since is not None else 0.0
        order = rank(
            need, self._rules, (self._agents[id].candidate for id in free),
            last_agent=self._last_agent(need, now), waited_s=waited_s,
        )  # fmt: skip
        return self._grant(need, self._agents[order[0].agent], free[order[0].agent], now) if order else None

    def _grant(self, need: Need, agent: Presence, target: Target, now: float) -> Lease:
        self._rev += 1
        lease = Lease(
            rev=self._rev, agent=agent.profile.id, target=target, call=need.call, until=now + self._offer_s
        )
        agent.leases[lease.rev] = self._offers[lease.rev] = lease
        self._tell(agent)
        return lease

    def _last_agent(self, need: Need, now: float) -> str | None:
        talk = self._callers.get(need.caller) if need.caller else None
        return talk.agent if talk and now - talk.at < self._rules.last_agent_days * DAY_S else None

    def _expire(self, now: float) -> None:
        """An offer whose call never said what became of it: a fault of ours that shall cost no agent."""
        for lease in [lease for lease in self._offers.values() if lease.until < now]:
            log.error("an offer ran out", agent=lease.agent, call=lease.call, rev=lease.rev)
            self.release(lease)

    def took(self, lease: Lease, caller: str = "") -> bool:
        agent, now = self._agents[lease.agent], _now()
        holds = lease.rev in agent.leases
        if holds or len(agent.leases) < agent.profile.capacity:
            agent.leases[lease.rev] = lease
            self._offers.pop(lease.rev, None)
            self._taken.setdefault(lease.rev, now)
            agent.wrapping.discard(lease.rev)
            if caller:
                self._remember(caller, lease.agent, now)
            self._tell(agent)
            return True
        return False

    def _remember(self, caller: str, agent: str, now: float) -> None:
        self._callers[caller] = _Talk(agent, now)
        self._callers.move_to_end(caller)
        if len(self._callers) > CALLERS_REMEMBERED:
            self._callers.popitem(last=False)

    def wrap_up(self, lease: Lease) -> None:
        agent = self._agents[lease.agent]
        if lease.rev in agent.leases and lease.rev in self._taken:
            agent.wrapping.add(lease.rev)
            self._tell(agent)

    def release(self, lease: Lease) -> None:
        agent, now = self._agents[lease.agent], _now()
        if agent.leases.pop(lease.rev, None) is None:
            return
        self._offers.pop(lease.rev, None)
        agent.wrapping.discard(lease.rev)
        if (taken := self._taken.pop(lease.rev, None)) is not None:
            self.line.handled(now - taken)
            agent.rested = now
            agent.candidate = replace(agent.candidate, idle_since=now)
        self._changed(agent)

    def forget(self, call: str) -> None:
        for agent in self._agents.values():
            for lease in [lease for lease in agent.leases.values() if lease.call == call]:
                self.release(lease)

    # -- the queue

    def wait(self, need: Need) -> WaitingPlace:
        place = self.line.join(need, _now())
        self._serve(place)
        return place

    def _serve(self, place: WaitingPlace, agents: Iterable[Presence] | None = None) -> None:
        if not place.position:
            return
        need = replace(place.need, waiting_since=place.since)
        if lease := self._lease(need, _now(), agents if agents is not None else self._agents.values()):
            place.grant(lease)

    def _changed(self, agent: Presence) -> None:
        """Whoever waits longest and fits gets him: nobody who waits fitted anybody free before."""
        self._tell(agent)
        for place in self.line:
            if agent.state != "available":
                return
            self._serve(place, [agent])

    def _servers(self, need: Need) -> int:
        """Calls that the agents who are there, free or not, can take at once for this need."""
        return sum(
            agent.profile.capacity
            for agent in self._agents.values()
            if agent.state in ("available", "busy", "wrap_up") and fits(need, self._rules, agent.candidate)
        )

    # -- the roster

    def declare(self, agent: str, willing: bool, *, source: str, reason: str = "") -> bool:
        if found := self._agents.get(agent):
            found.declare(willing, source, reason[:100])
            self._changed(found)
        return found is not None

    def reach(self, agent: str, kind: DeviceKind, reachable: bool, *, source: str, uri: str = "") -> bool:
        found = self._agents.get(agent)
        if found is None or not found.reach(kind, reachable, source, uri):
            return False
        self._changed(found)
        return True

    def occupy(self, agent: str, busy: bool, *, source: str) -> bool:
        if found := self._agents.get(agent):
            (found.occupied.add if busy else found.occupied.discard)(source)
            self._changed(found)
        return found is not None

    def views(self) -> tuple[AgentView, ...]:
        return tuple(self._views.values())

    async def changed(self, rev: int) -> int:
        while self._rev <= rev:
            await self._news.wait()
        return self._rev

    def _tell(self, agent: Presence) -> None:
        """Say so when the agent looks different from what was last said."""
        view, before = agent.view(), self._views.get(agent.profile.id)
        if before and replace(before, rev=0) == replace(view, rev=0):
            return
        self._rev += 1
        agent.rev = self._rev
        self._views[agent.profile.id] = view = replace(view, rev=self._rev)
        self._news.set()
        self._news = asyncio.Event()
        self._told(view)


def _now() -> float:
    return asyncio.get_running_loop().time()

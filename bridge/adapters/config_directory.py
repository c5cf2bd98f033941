"""Agents as the configuration lists them, in its order; each takes one call at a time."""

import asyncio
from collections.abc import Callable

from bridge.config import Agent
from bridge.model.agent import AgentState, AgentView, Device, DeviceKind
from bridge.model.transfer import Target
from bridge.ports import Choice


class ConfigDirectory:
    """Keeps `bridge.ports.AgentDirectory` and `Roster`. `wanted` names a target's id or its SIP user.
    `changed` is told who is busy, at first that nobody is."""

    def __init__(self, agents: list[Agent], changed: Callable[[str, bool], None] | None = None) -> None:
        self._targets = tuple(
            Target(
                id=agent.id, uri=agent.uri, mode=agent.mode, reasons=tuple(agent.reasons),
                headset=agent.headset, assist=agent.assist, auto_accept=agent.auto_accept,
                can_refer=agent.can_refer, fallback_proved=agent.fallback_proved, ring_s=agent.ring_s,
            )
            for agent in agents
        )  # fmt: skip
        self._busy: set[str] = set()
        self._away: dict[str, str] = {}
        self._rev = 0
        self._news = asyncio.Event()
        self._freed = asyncio.Event()
        self._changed = changed or (lambda agent, busy: None)
        for target in self._targets:
            self._changed(target.id, False)

    def choose(self, *, reason: str, tried: tuple[str, ...], wanted: str | None) -> Choice:
        fitting = [t for t in self._targets if t.id not in tried and (not t.reasons or reason in t.reasons)]
        fitting.sort(key=lambda t: wanted not in (t.id, _user(t.uri)))  # stable: the wanted one first
        for target in fitting:
            if target.id not in self._busy and target.id not in self._away:
                self._busy.add(target.id)
                self._changed(target.id, True)
                self._moved()
                return Choice(target=target)
        return Choice(all_busy=bool(fitting))

    def release(self, target: Target) -> None:
        if target.id in self._busy:
            self._busy.discard(target.id)
            self._changed(target.id, False)
        self._freed.set()
        self._moved()

    async def free(self) -> None:
        self._freed.clear()
        await self._freed.wait()

    # -- the roster

    def declare(self, agent: str, willing: bool, *, source: str, reason: str = "") -> bool:
        if all(target.id != agent for target in self._targets):
            return False
        if willing:
            self._away.pop(agent, None)
            self._freed.set()
        else:
            self._away[agent] = reason
        self._moved()
        return True

    def reach(self, agent: str, kind: DeviceKind, reachable: bool, *, source: str) -> bool:
        return any(target.id == agent and target.kind == kind for target in self._targets)

    def views(self) -> tuple[AgentView, ...]:
        return tuple(
            AgentView(
                id=target.id, devices=(Device(kind=target.kind, uri=target.uri),), rev=self._rev,
                state=self._state(target.id),
                reason=self._away.get(target.id, ""),
            )
            for target in self._targets
        )  # fmt: skip

    async def changed(self, rev: int) -> int:
        while self._rev <= rev:
            self._news.clear()
            await self._news.wait()
        return self._rev

    def _state(self, agent: str) -> AgentState:
        return "busy" if agent in self._busy else "away" if agent in self._away else "available"

    def _moved(self) -> None:
        self._rev += 1
        self._news.set()


def _user(uri: str) -> str:
    return uri.partition(":")[2].partition("@")[0]

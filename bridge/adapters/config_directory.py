"""Agents as the configuration lists them, in its order; each takes one call at a time."""

import asyncio
from collections.abc import Callable

from bridge.config import Agent
from bridge.model.transfer import Target
from bridge.ports import Choice


class ConfigDirectory:
    """Keeps `bridge.ports.AgentDirectory`. `wanted` names a target's id or its SIP user. `changed` is told
    who is busy, at first that nobody is."""

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
        self._freed = asyncio.Event()
        self._changed = changed or (lambda agent, busy: None)
        for target in self._targets:
            self._changed(target.id, False)

    def choose(self, *, reason: str, tried: tuple[str, ...], wanted: str | None) -> Choice:
        fitting = [t for t in self._targets if t.id not in tried and (not t.reasons or reason in t.reasons)]
        fitting.sort(key=lambda t: wanted not in (t.id, _user(t.uri)))  # stable: the wanted one first
        for target in fitting:
            if target.id not in self._busy:
                self._busy.add(target.id)
                self._changed(target.id, True)
                return Choice(target=target)
        return Choice(all_busy=bool(fitting))

    def release(self, target: Target) -> None:
        if target.id in self._busy:
            self._busy.discard(target.id)
            self._changed(target.id, False)
        self._freed.set()

    async def free(self) -> None:
        self._freed.clear()
        await self._freed.wait()


def _user(uri: str) -> str:
    return uri.partition(":")[2].partition("@")[0]

"""Whether the agents' telephones are there: each is sent OPTIONS now and then."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from bridge.config import Settings
from bridge.model.agent import DeviceKind
from bridge.ports import Roster

log = structlog.get_logger()
GONE: Final = frozenset({404, 408, 410, 480, 503, 604})
"""said by a PBX for a telephone that is not registered; any other answer comes from somebody who is there"""
MISSES: Final = 2
"""unanswered in a row, by a telephone that has answered before: many never answer, and ring all the same"""
AT_ONCE: Final = 16

Ask = Callable[[str], Awaitable[int | None]]
"""the status of the answer, None without one; OSError, TimeoutError, ValueError: it was not asked"""


@dataclass(slots=True)
class _Telephone:
    uri: str
    owners: list[tuple[str, DeviceKind]] = field(default_factory=list)
    answered: bool = False
    missed: int = 0
    reachable: bool | None = None

    def take(self, status: int | None) -> None:
        if status is None:
            self.missed += 1
            if self.answered and self.missed >= MISSES:
                self.reachable = False
        else:
            self.missed, self.reachable = 0, status not in GONE
            self.answered = self.answered or self.reachable


class Probing:
    """`start`, then `roster` hears of telephones that come and go; every `sip.options_s`."""

    def __init__(self, settings: Settings, roster: Roster, ask: Ask) -> None:
        self._every_s, self._roster, self._ask = settings.sip.options_s, roster, ask
        self._telephones: dict[str, _Telephone] = {}
        for agent in settings.agents:
            for device in agent.all_devices:
                if device.uri:
                    telephone = self._telephones.setdefault(device.uri, _Telephone(device.uri))
                    telephone.owners.append((agent.id, device.kind))
        self._few = asyncio.Semaphore(AT_ONCE)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._every_s and self._telephones:
            self._task = asyncio.create_task(self._run(), name="options")

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def describe(self) -> dict[str, Any]:
        """For /healthz."""
        said = [telephone.reachable for telephone in self._telephones.values()]
        return {"reachable": said.count(True), "unreachable": said.count(False), "silent": said.count(None)}

    async def _run(self) -> None:
        while True:
            await asyncio.gather(*(self._probe(telephone) for telephone in self._telephones.values()))
            await asyncio.sleep(self._every_s)

    async def _probe(self, telephone: _Telephone) -> None:
        before = telephone.reachable
        async with self._few:
            try:
                telephone.take(await self._ask(telephone.uri))
            except (OSError, TimeoutError, ValueError) as error:
                log.debug("OPTIONS not sent", error=type(error).__name__)
                return
        if telephone.reachable is None or telephone.reachable == before:
            return
        for agent, kind in telephone.owners:
            self._roster.reach(agent, kind, telephone.reachable, source="options", uri=telephone.uri)
        if not telephone.reachable:
            log.warning("a telephone is gone", agents=[agent for agent, _ in telephone.owners])

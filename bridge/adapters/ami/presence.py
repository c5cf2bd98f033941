"""Presence from an Asterisk: one connection, made again whenever it is lost."""

import asyncio
from typing import Any, Final

import structlog

from bridge.adapters.ami.members import Members
from bridge.adapters.ami.protocol import AmiConnection, AmiError
from bridge.config import Settings
from bridge.ports import Roster

log = structlog.get_logger()
FIRST_WAIT_S: Final = 0.2
LONGEST_WAIT_S: Final = 10.0


class AmiPresence:
    """`start`, then the roster is told; calls never wait for it. Connects from `sip.bind`."""

    def __init__(self, settings: Settings, roster: Roster) -> None:
        self._settings, self._source = settings.ami, settings.sip.bind
        self._members = Members(settings.agents, settings.ami.queues, roster)
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()
        self.connections = 0
        self._error = ""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="ami")

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def describe(self) -> dict[str, Any]:
        """For /healthz."""
        told = {"connected": self.connected.is_set(), "connections": self.connections}
        return told | ({"error": self._error} if self._error else {})

    async def _run(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            try:
                await self._serve()
                wait_s = FIRST_WAIT_S
                self._say("the connection was closed")
            except (OSError, TimeoutError, AmiError) as error:
                wait_s = FIRST_WAIT_S if self.connected.is_set() else min(2 * wait_s, LONGEST_WAIT_S)
                self._say(str(error) or type(error).__name__)
            self.connected.clear()
            self._members.silence()
            await asyncio.sleep(wait_s)

    async def _serve(self) -> None:
        settings = self._settings
        assert settings.host
        opening = AmiConnection.open(
            settings.host, settings.port, settings.user, settings.secret(), self._source
        )
        async with await opening as ami:
            self._members.begin()
            ami.send("DeviceStateList")
            ami.send("QueueStatus")
            self.connections += 1
            self._error = ""
            self.connected.set()
            log.info("ami connected", connections=self.connections)
            async for packet in ami.packets():
                self._members.take(packet)

    def _say(self, error: str) -> None:
        """Once an outage."""
        if error != self._error:
            log.warning("ami not connected", error=error)
        self._error = error

"""Main's side of a SIP worker: a `UserAgent` over the worker's control connection."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from sip.codec import decode_event, encode_command
from sip.commands import Command, Finish
from sip.events import Event, WorkerLost
from sip.types import LegId

log = logging.getLogger(__name__)

LONGEST_LINE_BYTES: Final = 1 << 20
"""Give this as `limit` to `asyncio.start_unix_server`: its 64 KB are less than a worker may send."""


class LiveLeg(BaseModel):
    """A leg that was up when the worker said hello: only a connection re-made during a call has any."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    leg: LegId
    call_id: str
    answered: bool


class Hello(BaseModel):
    """First line of a worker on its control connection."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: str
    worker: str
    pid: int
    sip_port: int
    clock_rate: int
    conversation: str | None = None
    """Call-ID of the call the worker is carrying; None for an idle one."""
    legs: tuple[LiveLeg, ...] = ()


class RemoteUserAgent:
    """Keeps `sip.agent.UserAgent`. Made by whoever accepted the connection and read the hello line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: Hello) -> None:
        self.hello = hello
        self._reader = reader
        self._writer = writer
        self._finishing = False

    @property
    def id(self) -> str:
        return self.hello.worker

    def send(self, command: Command) -> None:
        """Post a command; one for a worker that is gone is dropped, as `WorkerLost` is on its way."""
        if isinstance(command, Finish):
            self._finishing = True
        if not self._writer.is_closing():
            self._writer.write(encode_command(command))

    async def events(self) -> AsyncIterator[Event]:
        """Events in order. A worker that goes without having been told to ends them with `WorkerLost`."""
        try:
            while line := await self._line():
                event = self._decode(line)
                if event is not None:
                    yield event
            if not self._finishing:
                yield WorkerLost(at=time.monotonic())
        finally:
            self._writer.close()

    def close(self) -> None:
        """Let go of the worker; it acts by its last `Posture`."""
        self._writer.close()

    async def _line(self) -> bytes:
        try:
            line = await self._reader.readline()
        except (OSError, ValueError) as error:
            log.warning("worker %s: %s", self.id, type(error).__name__)
            return b""
        return line if line.endswith(b"\n") else b""

    def _decode(self, line: bytes) -> Event | None:
        try:
            return decode_event(line)
        except ValidationError as error:
            log.error(
                "worker %s sent %d bytes that are no event: %s", self.id, len(line), error.error_count()
            )
            return None

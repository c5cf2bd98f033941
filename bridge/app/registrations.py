"""Our registrations at PBXs, as the registrar worker last told main."""

import asyncio
import json
from dataclasses import asdict
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from bridge.config import Registration
from sip.registration import RegistrationState

log = structlog.get_logger()
STATES = TypeAdapter(tuple[RegistrationState, ...])


class Registrations:
    """`attach` is called for each (re)connection of the worker; without one nothing counts as registered."""

    def __init__(self, configured: list[Registration]) -> None:
        self._unknown = tuple(
            RegistrationState(registrar=r.registrar, user=r.user, reason="the registrar worker is not there")
            for r in configured
        )
        self._states = self._unknown
        self._reader: asyncio.StreamReader | None = None

    def describe(self) -> list[dict[str, Any]]:
        """One for each, in the order of the configuration."""
        return [asdict(state) for state in self._states]

    async def attach(self, reader: asyncio.StreamReader, hello: dict[str, Any]) -> None:
        """Serve one connection to its end."""
        self._reader = reader
        try:
            self._states = STATES.validate_python(hello["registrations"])
            async for line in reader:
                self._states = STATES.validate_python(json.loads(line)["registrations"])
        except ValidationError as error:
            log.error("registrar line not understood", faults=error.error_count())
        finally:
            if self._reader is reader:
                self._states = self._unknown

"""Our registrations at PBXs, as the registrar worker last told main."""

import asyncio
import json
import time
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
        """One for each, in the order of the configuration; `expires_s` is what is left of it."""
        return [_as_of(state, time.monotonic()) for state in self._states]

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


def _as_of(state: RegistrationState, now: float) -> dict[str, Any]:
    """A worker that hangs renews nothing and says nothing: its word ends with what was granted."""
    left_s = max(state.at + state.expires_s - now, 0.0)
    lapsed = state.registered and not left_s
    return {
        "registrar": state.registrar,
        "user": state.user,
        "status": state.status,
        "reason": "not renewed in time" if lapsed else state.reason,
        "registered": state.registered and not lapsed,
        "expires_s": round(left_s),
    }

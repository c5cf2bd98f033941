"""The registrar worker: `python -m sip.registrar CONFIG.json`.

Keeps the registrations at PBXs that know their trunks by registration: through the front, with the front's
address as Contact, so that the calls of the PBX arrive like any other. It carries no call itself. Main is
told how each registration stands. At SIGTERM it takes them back.
"""

import json
import logging
import os
import signal
import time
from dataclasses import asdict, replace
from typing import Final

from sip.config import RegistrarConfig
from sip.link import Link
from sip.pjsua.registering import Registering
from sip.process import main
from sip.registration import NO_ANSWER, RegistrationState, next_s
from sip.timers import Timer, Timers

log = logging.getLogger("sip.registrar")

POLL_MS: Final = 20
GOODBYE_S: Final = 2.0
"""for the answers to the last REGISTERs; the supervisor waits a second longer"""
REASON_LONGEST: Final = 80


class Registrar:
    """The loop, the line to main, and the time of the next REGISTER of each registration."""

    def __init__(self, config: RegistrarConfig) -> None:
        self._states = [RegistrationState(registrar=r.registrar, user=r.user) for r in config.registrations]
        self._failures = [0] * len(self._states)
        self._next: dict[int, Timer] = {}
        self._registering = Registering(config, self._answered)
        self._main = Link(str(config.control), self._main_up)
        self._timers = Timers(time.monotonic)
        self._asked_to_go = False
        self._leaving: set[int] | None = None
        """registrations whose end is not answered yet"""

    def run(self) -> None:
        """Until SIGTERM. Raises what `Registering.start` raises."""
        signal.signal(signal.SIGTERM, self._terminate)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._registering.start()
        for index in range(len(self._states)):
            self._register(index)
        while not self._asked_to_go:
            self._turn()
            self._timers.run()
        self._leave()
        self._main.close()

    def _turn(self) -> None:
        self._registering.poll(POLL_MS)
        self._main.poll()

    def _terminate(self, number: int, frame: object) -> None:
        self._asked_to_go = True

    def _leave(self) -> None:
        """Take the registrations back, for a while: one that is not answered expires by itself."""
        held = [index for index, state in enumerate(self._states) if state.registered]
        self._leaving = {index for index in held if self._registering.unregister(index)}
        end = time.monotonic() + GOODBYE_S
        while self._leaving and time.monotonic() < end:
            self._turn()

    def _register(self, index: int) -> None:
        if not self._registering.register(index):
            self._answered(index, NO_ANSWER, "not sent", 0)

    def _answered(self, index: int, status: int, reason: str, granted_s: int) -> None:
        registered = status < 300 and granted_s > 0 and self._leaving is None
        before = self._states[index]
        self._states[index] = state = replace(
            before, status=status, reason=reason[:REASON_LONGEST],
            registered=registered, expires_s=granted_s if registered else 0, at=time.monotonic(),
        )  # fmt: skip
        self._failures[index] = 0 if registered else self._failures[index] + 1
        if (state.status, state.registered) != (before.status, before.registered):
            _tell(index, state)
        self._main.send(self._line())
        if self._leaving is not None:
            self._leaving.discard(index)
        else:
            self._ask_again(index, next_s(state, self._failures[index]))

    def _ask_again(self, index: int, delay_s: float) -> None:
        earlier = self._next.pop(index, None)
        if earlier is not None:  # pjsua renews by itself as well, shortly before the end
            earlier.cancel()
        self._next[index] = self._timers.after(delay_s, lambda: self._register(index))

    # main

    def _main_up(self) -> None:
        self._main.send(self._line(kind="registrar", pid=os.getpid()))

    def _line(self, **more: object) -> bytes:
        """All registrations, each time: they are few."""
        return (
            json.dumps({**more, "registrations": [asdict(state) for state in self._states]}).encode() + b"\n"
        )


def _tell(index: int, state: RegistrationState) -> None:
    """Named by its place in the configuration: users may be telephone numbers."""
    if state.registered:
        log.info("sip.registrations.%d: registered for %d s", index, state.expires_s)
    elif state.status >= 300:
        log.error("sip.registrations.%d: status %d. Cure: %s", index, state.status, state.cure)
    else:
        log.info("sip.registrations.%d: not registered any more", index)


def serve(config: bytes) -> None:
    """Until told to go. Raises what `sip.process` has exit codes for."""
    Registrar(RegistrarConfig.model_validate_json(config)).run()


if __name__ == "__main__":
    main("sip.registrar", serve)

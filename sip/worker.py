"""One SIP worker process: `python -m sip.worker CONFIG.json`.

Carries one conversation: links to the front (who may give it a call) and to main (who decides), and the
pjsua2 engine between them. Ends after `Finish`, when an orphaned call is over, or by SIGTERM without a call.
"""

import json
import logging
import os
import signal
import time
from collections.abc import Callable
from typing import Final

from pydantic import ValidationError

from sip import commands as c
from sip import events as e
from sip.codec import decode_command, encode_event
from sip.config import WorkerConfig
from sip.link import Link
from sip.orphan import Cancellable, OrphanPlan
from sip.pjsua.engine import Engine
from sip.pjsua.orders import Orders
from sip.process import main
from sip.types import LegId

log = logging.getLogger("sip.worker")

POLL_MS: Final = 2
IDLE_POLL_MS: Final = 10
GOODBYE_S: Final = 5.0


class Worker:
    """The loop, the two links, and the life of one conversation."""

    def __init__(self, config: WorkerConfig) -> None:
        self._config = config
        self._engine = Engine(config, self._post, self._tombstone)
        self._orders = Orders(self._engine)
        self._main = Link(str(config.control), self._main_up, self._main_down)
        self._front = Link(str(config.front_control), self._front_up) if config.front_control else None
        self._posture: c.Posture | None = None
        self._orphan: OrphanPlan | None = None
        self._leaving_until: float | None = None
        self._told_front: str | None = None
        self._asked_to_go = False

    # life

    def run(self) -> None:
        """Until the conversation is over. Raises what `Engine.start` raises."""
        self._engine.start()
        self._engine.on_transfer_progress = self._transfer_progress
        signal.signal(signal.SIGTERM, self._terminate)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while not self._over():
            self._engine.poll(POLL_MS if self._busy else IDLE_POLL_MS)
            for line in self._main.poll():
                self._obey(line)
            if self._front is not None:
                self._front.poll()
            self._engine.accepting = self._main.up and not self._leaving
            self._tell_front()
        self._engine.close()
        self._main.close()
        if self._front is not None:
            self._front.close()

    @property
    def _busy(self) -> bool:
        return bool(self._engine.legs) or self._engine.conversation is not None

    @property
    def _leaving(self) -> bool:
        return self._leaving_until is not None

    def _over(self) -> bool:
        if self._asked_to_go and not self._busy:
            return True
        if self._orphan is not None and not self._engine.legs and not self._leaving:
            self._leave("orphaned call is over")
        if self._leaving_until is None:
            return False
        return self._engine.quiet or time.monotonic() > self._leaving_until

    def _terminate(self, number: int, frame: object) -> None:
        self._asked_to_go = True

    def _leave(self, why: str) -> None:
        if self._leaving:
            return
        log.info("leaving: %s", why)
        self._leaving_until = time.monotonic() + GOODBYE_S
        for leg in list(self._engine.legs):
            self.order(c.Hangup(leg=leg))

    # main

    def _main_up(self) -> None:
        hello = {
            "kind": "sip", "worker": self._config.name, "pid": os.getpid(), "sip_port": self._config.sip_port,
            "clock_rate": self._config.clock_rate, "conversation": self._engine.conversation,
            "legs": [
                {"leg": leg.leg, "call_id": leg.dialog.call_id, "answered": leg.answered}
                for leg in self._engine.legs.values()
            ],
        }  # fmt: skip
        self._main.send(json.dumps(hello).encode() + b"\n")

    def _main_down(self) -> None:
        if self._busy and not self._leaving and self._orphan is None:
            self._orphan = OrphanPlan(self, self._posture)
            self._orphan.start()

    def _obey(self, line: bytes) -> None:
        try:
            command = decode_command(line)
        except ValidationError as error:
            log.error("a line of %d bytes is no command: %d faults", len(line), error.error_count())
            return
        if self._orphan is not None and not self._leaving:
            log.info("a new main has taken over")
            self._orphan.stop()
            self._orphan = None
        match command:
            case c.Posture():
                self._posture = command
            case c.Finish():
                self._leave("finished")
            case _:
                self.order(command)

    def _post(self, event: e.Event) -> None:
        self._main.send(encode_event(event))
        if self._orphan is None:
            return
        if isinstance(event, e.LegEnded):
            self.after(0, self._orphan.leg_ended)
        elif isinstance(event, e.CommandFailed) and event.command == "refer":
            self.after(0, self._orphan.refer_failed)

    def _transfer_progress(self, leg: LegId, status: int, final: bool) -> None:
        plan = self._orphan
        if plan is not None:
            self.after(0, lambda: plan.transfer_progress(leg, status, final))

    # the endpoint as an orphan plan sees it

    def live_legs(self) -> dict[LegId, bool]:
        return {leg.leg: leg.confirmed for leg in self._engine.legs.values()}

    def order(self, command: c.Command) -> None:
        self._orders.carry_out(command)

    def after(self, delay_s: float, action: Callable[[], None]) -> Cancellable:
        return self._engine.timers.after(delay_s, action)

    # front

    def _front_up(self) -> None:
        assert self._front is not None
        hello = {
            "op": "hello", "worker": self._config.name, "pid": os.getpid(),
            "ip": self._config.bind_ip, "port": self._config.sip_port,
        }  # fmt: skip
        self._front.send(json.dumps(hello).encode() + b"\n")
        self._told_front = None
        self._tell_front()
        for tombstone in self._engine.tombstones():
            self._tombstone(tombstone)

    def _tell_front(self) -> None:
        if self._front is None or not self._front.up:
            return
        if self._leaving or self._asked_to_go:
            state = "leaving"
        else:
            state = "idle" if self._main.up and not self._busy else "busy"
        if state != self._told_front:
            self._told_front = state
            self._front.send(json.dumps({"op": "state", "state": state}).encode() + b"\n")

    def _tombstone(self, line: dict[str, object]) -> None:
        if self._front is not None:
            self._front.send(json.dumps(line).encode() + b"\n")


def serve(config: bytes) -> None:
    """Until told to go. Raises what `sip.process` has exit codes for."""
    Worker(WorkerConfig.model_validate_json(config)).run()


if __name__ == "__main__":
    main("sip.worker", serve)

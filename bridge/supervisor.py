"""The parent of all processes of one bridge: starts them, restarts them, drains and ends them.

Tiny on purpose: it holds no call and no socket of a call, so that any other process may die without
taking calls along.
"""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bridge import plan
from bridge.config import Settings
from bridge.front_desk import ask
from bridge.paths import Paths

log = structlog.get_logger()

PORT_REST_S = 32.0
"""RFC 3261 timer B: a new worker on the port would get the old one's stray responses"""
POLL_S = 0.1
BACKOFF_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
EXIT_CONFIG = 78
EXIT_RETRY = 75
END_S = 3.0


class StartError(Exception):
    """A process cannot run as configured; the message is its own, with the cure. `code` is an exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True, kw_only=True)
class Child:
    """A process that must always run: front, main, TTS, registrar, each ASR worker."""

    name: str
    module: str
    config: str
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0


@dataclass(slots=True, kw_only=True)
class Slot:
    """A SIP port and RTP range that one SIP worker at a time uses."""

    index: int
    process: asyncio.subprocess.Process | None = None
    free_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """`await run()` until the bridge is drained or cannot start."""

    settings: Settings
    on_ready: Callable[[], None] = lambda: None
    _children: list[Child] = field(default_factory=list)
    _slots: list[Slot] = field(default_factory=list)
    _draining: bool = False
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _failure: StartError | None = None
    _drain: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Raises `StartError` when a process says that it cannot run so."""
        paths = self.paths
        paths.ready.unlink(missing_ok=True)
        self._claim_ports()
        self._plan()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_end)
        tasks = [asyncio.create_task(self._keep(child)) for child in self._children]
        tasks.append(asyncio.create_task(self._keep_pool()))
        tasks.append(asyncio.create_task(self._watch_ready()))
        try:
            await self._ended.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._end_all()
        if self._failure:
            raise self._failure

    @property
    def paths(self) -> Paths:
        return Paths(self.settings.run_dir)

    # -- what runs

    def _claim_ports(self) -> None:
        """Said once and at once, instead of by a process that is started again and again."""
        sip, api = self.settings.sip, self.settings.api
        wanted = [("sip.port", socket.SOCK_DGRAM, sip.bind, sip.port)]
        if api.port:
            wanted.append(("api.port", socket.SOCK_STREAM, api.bind, api.port))
        for key, kind, host, port in wanted:
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind == socket.SOCK_STREAM))
                try:
                    probe.bind((host, port))
                except OSError as error:
                    why = f"{key}: {host}:{port} cannot be bound ({error.strerror})."
                    raise StartError(
                        f"{why} Cure: end what listens there, or set {key}.", EXIT_RETRY
                    ) from None

    def _plan(self) -> None:
        self._slots = [Slot(index=i) for i in range(plan.worker_slots(self.settings.sip))]
        for name, module, config in plan.lasting(self.settings):
            self._children.append(Child(name=name, module=module, config=self._told(name, config)))

    def _told(self, name: str, config: str) -> str:
        """Write a configuration where only we can read it; its path."""
        path = self.paths.config(name)
        path.touch(mode=0o600)
        path.write_text(config)
        return str(path)

    # -- keeping it running

    async def _keep(self, child: Child) -> None:
        """Start again whatever ends; an exit with 78 is a mistake that no restart mends."""
        while not self._ended.is_set():
            child.process = await self._start(child.name, child.module, child.config)
            began = time.monotonic()
            code = await child.process.wait()
            if code == EXIT_CONFIG:
                self._give_up(StartError(f"{child.name} cannot run as configured (see above)", EXIT_CONFIG))
                return
            if child.name == "main":
                self.paths.ready.unlink(missing_ok=True)
            child.restarts = child.restarts + 1 if time.monotonic() - began < 10 else 1
            log.warning("process ended", process=child.name, code=code, restarts=child.restarts)
            await asyncio.sleep(BACKOFF_S[min(child.restarts - 1, len(BACKOFF_S) - 1)])

    async def _keep_pool(self) -> None:
        """`sip.workers` of them idle, `sip.max_conversations` in all."""
        waits: dict[int, asyncio.Task[None]] = {}
        while True:
            pool = await self._pool()
            running = [slot for slot in self._slots if slot.process]
            busy = pool.get("busy", 0) + pool.get("leaving", 0)
            sip = self.settings.sip
            wanted = min(busy + sip.workers, sip.max_conversations) if not self._draining else 0
            if not self.paths.ready.exists():  # idle workers without a main call themselves busy
                wanted = min(wanted, sip.workers)
            for slot in self._rested()[: max(wanted - len(running), 0)]:
                name = f"sip-{slot.index}"
                config = self._told(name, plan.worker(self.settings, slot.index))
                slot.process = await self._start(name, "sip.worker", config)
                waits[slot.index] = asyncio.create_task(self._bury(slot))
            if self._draining and pool and not busy:
                self._ended.set()
            await asyncio.sleep(POLL_S)

    async def _start(self, name: str, module: str, config: str) -> asyncio.subprocess.Process:
        """In a session of its own, so that a Ctrl-C reaches only us; its pid goes into NAME.pid."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, config, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        self.paths.pid(name).write_text(str(process.pid))
        return process

    def _rested(self) -> list[Slot]:
        now = time.monotonic()
        free = [slot for slot in self._slots if slot.process is None and slot.free_at <= now]
        return sorted(free, key=lambda slot: slot.free_at)

    async def _bury(self, slot: Slot) -> None:
        assert slot.process
        code = await slot.process.wait()
        slot.process, slot.free_at = None, time.monotonic() + PORT_REST_S
        if code == EXIT_CONFIG:
            self._give_up(StartError("SIP worker cannot run as configured (see above)", EXIT_CONFIG))
        elif code and not self._ended.is_set() and not self._draining:
            log.warning("SIP worker ended", slot=slot.index, code=code)

    def _give_up(self, failure: StartError) -> None:
        self._failure = self._failure or failure
        self._ended.set()

    async def _watch_ready(self) -> None:
        """Ready: main has voices and ears, and a worker waits for a call."""
        while True:
            if self.paths.ready.exists() and (await self._pool()).get("idle", 0) > 0:
                self.on_ready()
                return
            await asyncio.sleep(POLL_S)

    async def _pool(self) -> dict[str, int]:
        """How many workers the front counts as idle, busy and leaving; {} while it is not there."""
        counts: dict[str, int] = (await self._ask(self.paths.front_control, {"op": "status"})).get(
            "workers", {}
        )
        return counts

    async def _ask(self, control: Path, request: dict[str, Any]) -> dict[str, Any]:
        """One request to a control socket; {} when nobody is there, or there is nothing to say."""
        try:
            return await ask(control, request)
        except (OSError, TimeoutError, ValueError):
            return {}

    # -- the end

    def _asked_to_end(self) -> None:
        """First signal: drain. Second: end now."""
        if self._draining:
            self._ended.set()
            return
        self._draining = True
        log.info("draining")
        self._drain = asyncio.create_task(self._tell_of_drain())

    async def _tell_of_drain(self) -> None:
        """The front takes no new calls; main may let running ones go."""
        await self._ask(self.paths.front_control, {"op": "drain"})
        await self._ask(self.paths.control, {"kind": "drain"})

    async def _end_all(self) -> None:
        """Workers first, then who still needs the front to take its registrations back, then whoever served
        them; what does not end in time is killed."""
        workers = [slot.process for slot in self._slots if slot.process]
        lasting = {child.name: child.process for child in self._children if child.process}
        registrar = [process for name, process in lasting.items() if name == plan.REGISTRAR]
        others = [process for name, process in lasting.items() if name != plan.REGISTRAR]
        for group in (workers, registrar, others):
            for process in group:
                _signal(process, signal.SIGTERM)
            await asyncio.gather(*(_ended(process) for process in group))


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if process.returncode is None:
        process.send_signal(number)


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()

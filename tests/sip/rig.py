"""A real worker process, its control connection, and an exchange in front of it."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sip.commands import Command
from sip.config import WorkerConfig
from sip.events import Event
from sip.remote import LONGEST_LINE_BYTES, Hello, RemoteUserAgent
from tests.sip.exchange import Exchange

_hosts = count(os.getpid() % 200 + 1)
E_ = TypeVar("E_", bound=Event)


def free_port(ip: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((ip, 0))
        return int(probe.getsockname()[1])


class Rig:
    """Everything one wire test needs; `async with Rig() as rig`."""

    def __init__(self, **settings: Any) -> None:
        number = next(_hosts)
        self.worker_ip = f"127.{60 + number // 250}.{number % 250}.2"
        self.exchange = Exchange(f"127.{60 + number // 250}.{number % 250}.1")
        self._folder = tempfile.TemporaryDirectory(prefix="sipw")
        self.folder = Path(self._folder.name)
        self.front_lines: list[dict[str, Any]] = []
        self.seen: list[Event] = []
        self.agents: asyncio.Queue[RemoteUserAgent] = asyncio.Queue()
        self.settings = settings
        self.stderr = self.folder / "stderr"
        self._tasks: list[asyncio.Task[None]] = []
        self.over = asyncio.Event()

    async def __aenter__(self) -> "Rig":
        self.main = await asyncio.start_unix_server(
            self._accept, self.folder / "main", limit=LONGEST_LINE_BYTES
        )
        self.front = await asyncio.start_unix_server(self._front, self.folder / "front")
        self.config = WorkerConfig(
            **{
                "name": "w1", "bind_ip": self.worker_ip, "sip_port": free_port(self.worker_ip),
                "front": self.exchange.host, "front_control": self.folder / "front",
                "control": self.folder / "main", "rtp_port": 30000, **self.settings,
            }
        )  # fmt: skip
        self.start_worker()
        await self.take_over()
        await self.idle()
        return self

    async def idle(self) -> None:
        """The front has been told that the worker is idle."""
        await self.until(lambda: {"op": "state", "state": "idle"} in self.front_lines, name="idle")

    def start_worker(self) -> None:
        path = self.folder / "worker.json"
        path.write_text(dump(self.config))
        with self.stderr.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "sip.worker", str(path)], stderr=log)

    async def take_over(self) -> RemoteUserAgent:
        """The agent of the next control connection; its events are collected in `seen`."""
        self.ua = await asyncio.wait_for(self.agents.get(), 10)
        self._tasks.append(asyncio.create_task(self._collect(self.ua)))
        return self.ua

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(5)
        self.main.close()
        self.front.close()
        self.exchange.close()
        if "-s" in sys.argv or os.environ.get("RIG_LOG"):
            sys.stderr.write(self.stderr.read_text())
        self._folder.cleanup()

    @property
    def worker(self) -> tuple[str, int]:
        return self.config.bind_ip, self.config.sip_port

    def send(self, *commands: Command) -> None:
        for command in commands:
            self.ua.send(command)

    async def event(self, kind: type[E_], seconds: float = 5.0, **fields: object) -> E_:
        """The next event of a kind with these fields, not looked at before."""
        found: list[E_] = []

        def look() -> bool:
            for event in self.seen:
                if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
                    found.append(event)
                    self.seen.remove(event)
                    return True
            return False

        await self.until(look, seconds, f"{kind.__name__} {fields}")
        return found[0]

    def drop_front(self) -> None:
        """The front's end of its control connection closes, as when the front dies."""
        self._front_writer.close()

    async def until(self, what: Callable[[], object], seconds: float = 5.0, name: str = "") -> None:
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                raise AssertionError(f"did not happen: {name}; seen {self.seen}; {self.stderr.read_text()}")
            await asyncio.sleep(0.005)

    async def exit_code(self, seconds: float = 7.0) -> int:
        await self.until(lambda: self.process.poll() is not None, seconds, "exit")
        return int(self.process.returncode)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = Hello.model_validate_json(await reader.readline())
        await self.agents.put(RemoteUserAgent(reader, writer, hello))

    async def _front(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._front_writer = writer
        with contextlib.suppress(asyncio.CancelledError):
            while line := await reader.readline():
                self.front_lines.append(json.loads(line))
        writer.close()

    async def _collect(self, agent: RemoteUserAgent) -> None:
        async for event in agent.events():
            self.seen.append(event)
        self.over.set()


def dump(config: WorkerConfig) -> str:
    """The config with its secrets, as the pool writes it."""
    data = config.model_dump(mode="json")
    for plain, secret in zip(data["credentials"], config.credentials, strict=True):
        plain["password"] = secret.password.get_secret_value()
    return json.dumps(data)

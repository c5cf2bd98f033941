"""Front and workers without a main: a bench that orders legs itself."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sip.events import Event
from sip.front.config import FrontConfig
from sip.front.control import Control
from sip.front.front import Front
from sip.remote import LONGEST_LINE_BYTES, Hello, RemoteUserAgent

READY_S = 20.0
END_S = 6.0


class Switchboard:
    """`async with Switchboard(net, folder, workers, **settings)`: `agents` gives a worker for each call."""

    def __init__(self, net: str, folder: Path, workers: int, browsers: bool) -> None:
        self.net, self._folder, self._count, self._browsers = net, folder, workers, browsers
        self.agents: asyncio.Queue[tuple[RemoteUserAgent, Event]] = asyncio.Queue()
        """a worker that has a call, and the event that says so"""
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._streams: list[asyncio.Task[None]] = []

    @property
    def entry(self) -> str:
        return f"{self.net}.1:5060"

    def pid(self, ua: RemoteUserAgent) -> int:
        return ua.hello.pid

    async def __aenter__(self) -> Self:
        ports = {"ip": f"{self.net}.1", "first_port": 15060, "last_port": 15060 + self._count}
        config = {
            "bind": self.entry, "allow": [f"{self.net}.0/24"], "workers": [ports],
            "control": str(self._folder / "front"),
        }  # fmt: skip
        self._front = Front(FrontConfig.model_validate(config))
        await self._front.start()
        self._control = Control(self._front, self._folder / "front")
        await self._control.start()
        self._main = await asyncio.start_unix_server(
            self._attach, str(self._folder / "main"), limit=LONGEST_LINE_BYTES
        )
        for index in range(self._count):
            self._start(index)
        async with asyncio.timeout(READY_S):
            while self._front.pool.counts()["idle"] < self._count:  # noqa: ASYNC110 - the front has no event for it
                await asyncio.sleep(0.02)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes.values():
            process.terminate()
        for task in self._streams:
            task.cancel()
        await asyncio.gather(*self._streams, return_exceptions=True)
        for process in self._processes.values():
            try:
                await asyncio.to_thread(process.wait, END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)
        self._main.close()
        await self._control.close()
        self._front.close()

    def _start(self, index: int) -> None:
        name, first = f"w{index}", 30_000 + 40 * index
        config: dict[str, Any] = {
            "name": name, "bind_ip": f"{self.net}.1", "sip_port": 15060 + index, "front": self.entry,
            "front_control": str(self._folder / "front"), "control": str(self._folder / "main"),
            "rtp_port": first, "rtp_ports": 32,
        }  # fmt: skip
        if self._browsers:
            pages = {"bind_ip": f"{self.net}.1", "first_port": first + 32, "last_port": first + 39}
            config["browser"] = pages
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(config))
        with (self._folder / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", "sip.worker", str(path)]
            self._processes[name] = subprocess.Popen(command, stderr=log)

    async def _attach(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ua = RemoteUserAgent(reader, writer, Hello.model_validate_json(await reader.readline()))
        task = asyncio.current_task()
        assert task is not None
        self._streams.append(task)
        async for event in ua.events():
            self.agents.put_nowait((ua, event))

"""One bridge of its own for one walk: the real service, a real front, real worker processes, telephones.

Service and front run on the loop of the test, the workers are processes. A voice here is a tone: what the
agent alone may hear has a frequency of its own, so that the caller's ear can be searched for it.
"""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bridge.adapters.memory import CountingClock, MemoryEvents, MemoryPop, MemoryStore
from bridge.app.call import Desk
from bridge.app.conversation import Conversation
from bridge.app.directory import Directory
from bridge.app.messages import Message
from bridge.app.service import Service
from bridge.config import Settings
from bridge.cues.detectors import our_detectors
from bridge.ports import Clip
from sip.front.config import FrontConfig
from sip.front.control import Control
from sip.front.front import Front
from sip.remote import LONGEST_LINE_BYTES, Hello, RemoteUserAgent
from tests.flow.stage import SCRIPT
from tests.sip.audio import tone, write_wav

WORKERS = 2
"""a caller whose blind transfer falls back needs the second"""
WATCHDOG_S = 1.0
WORDS_PER_S = 12.0
BOT_HZ, WHISPER_HZ = 600.0, 1000.0
READY_S, END_S = 20.0, 12.0
_nets = count()


def network() -> str:
    """The next `127.X.Y` of this test process."""
    number = next(_nets)
    return f"127.{160 + (os.getpid() + number // 250) % 60}.{number % 250}"


class ToneTts:
    """Says any text as a tone, a little faster than people speak."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def render(self, text: str, *, voice: str = "bot") -> Clip:
        seconds = max(len(text.split()) / WORDS_PER_S, 0.1)
        path = self._folder / f"{hashlib.sha256(f'{voice}{text}'.encode()).hexdigest()[:16]}.wav"
        if not path.exists():
            write_wav(path, tone(WHISPER_HZ if voice == "whisper" else BOT_HZ, seconds))
        return Clip(path=path, seconds=seconds, engine="tone")


class TimedEvents(MemoryEvents):
    """With the moment of each."""

    def __init__(self) -> None:
        super().__init__()
        self.timed: list[tuple[float, str, dict[str, Any]]] = []

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        super().emit(kind, conversation, body)
        self.timed.append((asyncio.get_running_loop().time(), kind, body))


class World:
    """`async with World(settings, net) as world`: two workers wait for calls."""

    def __init__(self, settings: Settings, net: str) -> None:
        self.settings, self.net = settings, net
        self._temporary = tempfile.TemporaryDirectory(prefix="walk-")
        self.folder = Path(self._temporary.name)
        self.events, self.store = TimedEvents(), MemoryStore()
        self.directory = Directory(settings)
        self._serving: list[asyncio.Task[None]] = []
        self._workers: list[subprocess.Popen[bytes]] = []
        self.exit_codes: list[int] = []
        self.said = ""
        """what the workers have logged"""

    @property
    def entry(self) -> str:
        """Where callers send their INVITE."""
        return f"{self.net}.1:5060"

    @property
    def conversation(self) -> Conversation | None:
        return next(iter(self.service.live.values()), None)

    @property
    def over(self) -> bool:
        """Raises what has gone wrong in serving."""
        done = [task for task in self._serving if task.done()]
        for task in done:
            task.result()
        return bool(done) and self.conversation is None

    def tell(self, message: Message) -> None:
        """Something from outside the call: an escalation, an order."""
        if conversation := self.conversation:
            conversation.call.inbox.put_nowait(message)

    def stderr(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    async def __aenter__(self) -> Self:
        desk = Desk(
            settings=self.settings, tts=ToneTts(self.folder), directory=self.directory, events=self.events,
            store=self.store, pop=MemoryPop(), clock=CountingClock(),
            ears=our_detectors().ears, rules_version="rules of tests",
        )  # fmt: skip
        self.service = Service(desk, script=None if self.settings.bot.uri else SCRIPT, strict=True)
        await self.service.prepare()
        await self._open()
        for index in range(WORKERS):
            self._start_worker(index)
        async with asyncio.timeout(READY_S):
            while self.front.pool.counts()["idle"] < WORKERS:
                await asyncio.sleep(0.02)
        return self

    async def _open(self) -> None:
        ports = {"ip": f"{self.net}.1", "first_port": 15060, "last_port": 15060 + WORKERS}
        self.front = Front(
            FrontConfig.model_validate(
                {
                    "bind": self.entry, "allow": [f"{self.net}.0/24"], "workers": [ports],
                    "control": self.folder / "front",
                }
            )
        )  # fmt: skip
        await self.front.start()
        self._control = Control(self.front, self.folder / "front")
        await self._control.start()
        self._main = await asyncio.start_unix_server(
            self._attach, self.folder / "main", limit=LONGEST_LINE_BYTES
        )

    def _start_worker(self, index: int) -> None:
        config = {
            "name": f"w{index}", "bind_ip": f"{self.net}.1", "sip_port": 15060 + index, "front": self.entry,
            "front_control": str(self.folder / "front"), "control": str(self.folder / "main"),
            "rtp_port": 30000 + 40 * index, "media_watchdog_s": WATCHDOG_S,
        }  # fmt: skip
        path = self.folder / f"w{index}.json"
        path.write_text(json.dumps(config))
        with (self.folder / f"w{index}.log").open("ab") as log:
            command = [sys.executable, "-m", "sip.worker", str(path)]
            self._workers.append(subprocess.Popen(command, stderr=log))

    async def _attach(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = Hello.model_validate_json(await reader.readline())
        ua = RemoteUserAgent(reader, writer, hello)
        self._serving.append(asyncio.create_task(self.service.serve(ua)))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.end_workers()
        finally:
            self._main.close()
            await self._control.close()
            self.front.close()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)
            self._temporary.cleanup()

    async def end_workers(self) -> None:
        """One without a call goes by SIGTERM; one that had a call has been told to finish."""
        for process in self._workers:
            process.terminate()
        try:
            async with asyncio.timeout(END_S):
                while any(process.poll() is None for process in self._workers):
                    await asyncio.sleep(0.02)
        finally:
            for process in self._workers:
                process.kill()
            self.exit_codes = [process.wait() for process in self._workers]
            self.said = self.stderr()

"""Main's side of the TTS process. A text that cannot be rendered in time becomes a recorded prompt."""

import asyncio
import itertools
import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from bridge.adapters.voices import RecordedVoice, clip_name, write_clip
from bridge.ports import Clip

HUNG_AFTER = 2
"""texts in a row that were not rendered in time; one may simply have been long"""


class TtsProcess:
    """Keeps `bridge.ports.Tts`. `attach` is called for each (re)connection of the process."""

    def __init__(self, clips: Path, rate: int, timeout_s: float) -> None:
        self._clips, self._rate, self._timeout_s = clips, rate, timeout_s
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._known: dict[tuple[str, str], Clip] = {}
        self._pid = 0
        self._late = 0
        self.engine = "recorded"
        self.ready = asyncio.Event()

    async def attach(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: dict[str, Any]
    ) -> None:
        """Serve one connection to its end."""
        self._writer, self.engine = writer, str(hello.get("engine", "?"))
        self._pid, self._late = int(hello.get("pid", 0)), 0
        self.ready.set()
        try:
            async for line in reader:
                answer = json.loads(line)
                if (waiting := self._waiting.pop(answer["id"], None)) and not waiting.done():
                    waiting.set_result(answer)
        finally:
            if self._writer is writer:
                self._writer = None
                self.ready.clear()
            for waiting in self._waiting.values():
                waiting.cancel()
            self._waiting.clear()

    async def render(self, text: str, *, voice: str = "bot") -> Clip:
        if clip := self._known.get((voice, text)):
            return clip
        clip = await self._ask(text, voice)
        if clip is None:
            return self._recorded(voice)
        if len(self._known) > 500:
            self._known.clear()
        self._known[voice, text] = clip
        return clip

    async def _ask(self, text: str, voice: str) -> Clip | None:
        if self._writer is None:
            return None
        number = next(self._ids)
        self._waiting[number] = waiting = asyncio.get_running_loop().create_future()
        self._writer.write(json.dumps({"id": number, "text": text, "voice": voice}).encode() + b"\n")
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await waiting
        except TimeoutError:
            self._missed()
            return None
        except asyncio.CancelledError:
            if waiting.cancelled() and not _being_cancelled():
                return None  # the process died, not we
            raise
        finally:
            self._waiting.pop(number, None)
        self._late = 0
        return Clip(path=Path(answer["path"]), seconds=answer["seconds"], engine=answer["engine"])

    def _missed(self) -> None:
        """A process that hangs is killed, our own as it is; the supervisor starts another."""
        self._late += 1
        if self._late == HUNG_AFTER and self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def _recorded(self, voice: str) -> Clip:
        path = self._clips / clip_name("", f"{voice}/recorded", self._rate)
        if not path.exists():
            self._clips.mkdir(parents=True, exist_ok=True)
            write_clip(path, RecordedVoice(voice).speak("", self._rate), self._rate)
        seconds = (path.stat().st_size - 44) / 2 / self._rate
        return Clip(path=path, seconds=seconds, engine="recorded")


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return bool(task and task.cancelling())

"""Fakes of the ports that ship with the product, for flow tests and replays."""

import hashlib
import itertools
import wave
from pathlib import Path
from typing import Any

from bridge.model.brief import Brief
from bridge.model.callback import Callback
from bridge.model.record import ConversationRecord
from bridge.model.transfer import Target
from bridge.ports import Clip


class SilentTts:
    """Renders silence as long as the words would take (2.8 words a second)."""

    def __init__(self, dir: Path, rate: int = 8000) -> None:
        self._dir, self._rate = dir, rate
        self.said: list[tuple[str, str]] = []

    async def render(self, text: str, *, voice: str = "bot") -> Clip:
        self.said.append((voice, text))
        seconds = max(len(text.split()) / 2.8, 0.3)
        path = self._dir / f"{hashlib.sha256(f'{voice}{text}'.encode()).hexdigest()[:16]}.wav"
        if not path.exists():
            with wave.open(str(path), "wb") as clip:
                clip.setparams((1, 2, self._rate, 0, "NONE", ""))
                clip.writeframes(bytes(2 * int(seconds * self._rate)))
        return Clip(path=path, seconds=seconds, engine="silent")


class MemoryEvents:
    def __init__(self) -> None:
        self.all: list[tuple[str, str, dict[str, Any]]] = []

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        self.all.append((kind, conversation, body))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [body for name, _, body in self.all if name == kind]


class MemoryStore:
    def __init__(self) -> None:
        self.records: list[ConversationRecord] = []
        self.begun: list[ConversationRecord] = []

    def begin(self, record: ConversationRecord) -> None:
        self.begun.append(record)

    async def save(self, record: ConversationRecord) -> None:
        self.records.append(record)


class MemoryPop:
    """A page that acknowledges at once, and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, Target, Brief]] = []

    async def show(self, conversation: str, target: Target, brief: Brief) -> bool:
        self.shown.append((conversation, target, brief))
        return True


class MemoryShelf:
    """Keeps `bridge.ports.CallbackShelf`."""

    def __init__(self) -> None:
        self.kept: dict[str, Callback] = {}

    async def save(self, callback: Callback) -> None:
        self.kept[callback.id] = callback

    async def remove(self, id: str) -> None:
        self.kept.pop(id, None)

    def all(self) -> tuple[Callback, ...]:
        return tuple(self.kept.values())


class CountingClock:
    def __init__(self) -> None:
        self._tokens = itertools.count(1)

    def utc(self) -> str:
        return "2026-01-01T00:00:00.000Z"

    def token(self) -> str:
        return f"token-{next(self._tokens)}"

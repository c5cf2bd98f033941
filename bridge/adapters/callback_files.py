"""Callbacks as files, one each, until the caller has been reached: DIR/ID.json, whole or not at all."""

import asyncio
import os
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from bridge.model.callback import Callback

log = structlog.get_logger()
CALLBACK = TypeAdapter(Callback)


class CallbackFiles:
    """Keeps `bridge.ports.CallbackShelf`. Only we can read them: they hold numbers."""

    def __init__(self, dir: Path) -> None:
        self._dir = dir

    async def save(self, callback: Callback) -> None:
        """On the disk when it returns. Raises OSError."""
        await asyncio.to_thread(self._write, callback)

    def _write(self, callback: Callback) -> None:
        self._dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._dir / f"{callback.id}.part"
        with open(unfinished, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(CALLBACK.dump_json(callback))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._dir / f"{callback.id}.json")

    async def remove(self, id: str) -> None:
        await asyncio.to_thread((self._dir / f"{id}.json").unlink, missing_ok=True)

    def all(self) -> tuple[Callback, ...]:
        """In the order in which they were promised; one that cannot be read is left where it is."""
        found = []
        for path in self._dir.glob("*.json"):
            try:
                found.append(CALLBACK.validate_json(path.read_bytes()))
            except (OSError, ValidationError) as error:
                log.error("callback not read", file=path.name, error=type(error).__name__)
        return tuple(sorted(found, key=lambda callback: callback.promised_at))

"""The Unix socket of the front: JSON lines from workers, and from whoever supervises.

A connection that begins with `hello` is a worker's; its end is the worker's end. Any other may ask
{"op": "status"}, {"op": "drain", "on": true}, {"op": "reserve"}, an idle worker for a call of ours, and
{"op": "options", "uri": URI}, whether anybody is there; each line is answered by one.
"""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any, Final

from sip.front.front import Front
from sip.front.pool import Tombstone, Worker
from sip.party.message import MessageError

log = logging.getLogger(__name__)

_LONGEST_LINE: Final = 1 << 20
_STATES: Final = ("idle", "busy", "leaving")


class Control:
    def __init__(self, front: Front, path: Path) -> None:
        self._front = front
        self._path = path
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def start(self) -> None:
        """Listen, in the place of a front that died."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=_LONGEST_LINE)
        self._path.chmod(0o600)

    async def close(self) -> None:
        self._closing = True
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        worker: Worker | None = None
        try:
            while line := await reader.readline():
                fields = _read(line)
                if worker is None and fields.get("op") == "hello":
                    worker = self._hello(fields)
                elif worker is not None:
                    self._from_worker(worker, fields)
                else:
                    writer.write(json.dumps(await self._answer(fields)).encode() + b"\n")
                    await writer.drain()
        except (MessageError, ValueError) as error:  # ValueError: a line without an end
            log.error("control connection closed: %s", error)
        except ConnectionError:
            log.info("control connection broke")
        finally:
            self._writers.discard(writer)
            writer.close()
            if worker is not None and not self._closing:
                self._front.worker_lost(worker)

    def _hello(self, fields: dict[str, Any]) -> Worker:
        worker = Worker.read(fields)
        if not self._front.may_join(worker):
            raise MessageError(f"worker {worker.name} is outside the worker ports")
        self._front.pool.join(worker)
        return worker

    def _from_worker(self, worker: Worker, fields: dict[str, Any]) -> None:
        match fields.get("op"):
            case "state" if fields.get("state") in _STATES:
                self._front.pool.set_state(worker, fields["state"])
            case "leg":
                worker.keep(Tombstone.read(fields))
            case "leg_ended" if isinstance(fields.get("call_id"), str):
                worker.end_leg(fields["call_id"])
            case _:
                log.warning("worker %s sent an unknown line", worker.name)

    async def _answer(self, fields: dict[str, Any]) -> dict[str, Any]:
        match fields.get("op"):
            case "status":
                return {"ok": True, **self._front.status()}
            case "drain":
                self._front.drain(fields.get("on", True) is not False)
                return {"ok": True, "draining": self._front.dispatch.draining}
            case "reserve" if not self._front.dispatch.draining:
                worker = self._front.pool.reserve()
                return {"ok": worker is not None, "worker": worker.name if worker else None}
            case "options" if isinstance(fields.get("uri"), str):
                return await self._options(fields["uri"])
            case _:
                return {"ok": False, "error": "unknown op"}

    async def _options(self, uri: str) -> dict[str, Any]:
        try:
            return {"ok": True, "status": await self._front.probes.ask(uri)}
        except MessageError:
            return {"ok": False, "error": "not a SIP URI of ours"}


def _read(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MessageError("not a JSON line") from error
    if not isinstance(fields, dict):
        raise MessageError("not a JSON object")
    return fields

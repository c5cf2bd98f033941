"""A front as a process, and workers that are raw parties with a control connection."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sip.party.call import Call
from sip.party.party import Party
from sip.party.transaction import Timers

FAST = Timers(t1_s=0.1, t2_s=0.4)


class FrontProcess:
    """`python -m sip.front` on `address`; workers live at the same IP, ports 5100 to 5119."""

    def __init__(
        self, directory: Path, address: str, allow: Sequence[str], t1_s: float = 0.1, **config: Any
    ) -> None:
        self.address = address
        self.ip = address.partition(":")[0]
        self.control = directory / "front.sock"
        self._path = directory / "front.json"
        self._log = directory / "front.log"
        fields = {
            "bind": address,
            "allow": list(allow),
            "workers": [{"ip": self.ip, "first_port": 5100, "last_port": 5119}],
            "control": str(self.control),
            "t1_s": t1_s,
            **config,
        }
        self._path.write_text(json.dumps(fields))
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> Self:
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sip.front", str(self._path), stderr=log
            )
        async with asyncio.timeout(10):
            while (await self.try_ask(op="status")) is None:
                assert self.process.returncode is None, self.log
                await asyncio.sleep(0.02)
        return self

    @property
    def log(self) -> str:
        return self._log.read_text()

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
            async with asyncio.timeout(5):
                await self.process.wait()

    async def try_ask(self, **line: Any) -> dict[str, Any] | None:
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.control))
        except OSError:
            return None
        writer.write(json.dumps(line).encode() + b"\n")
        answer = await reader.readline()
        writer.close()
        return json.loads(answer) if answer else None

    async def ask(self, **line: Any) -> dict[str, Any]:
        answer = await self.try_ask(**line)
        assert answer is not None
        return answer

    async def until(self, *path: str, equals: Any) -> None:
        """Wait until a value of the status is what it should be."""
        async with asyncio.timeout(5):
            while True:
                value: Any = await self.ask(op="status")
                for key in path:
                    value = value[key]
                if value == equals:
                    return
                await asyncio.sleep(0.01)

    async def reached(self, **counts: int) -> None:
        """Wait until these counters are there at least."""
        async with asyncio.timeout(10):
            while True:
                counters = (await self.ask(op="status"))["counters"]
                if all(counters.get(name, 0) >= count for name, count in counts.items()):
                    return
                await asyncio.sleep(0.02)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        assert "Traceback" not in self.log, self.log


class WorkerParty(Party):
    """What a worker process is to the front: a SIP port, and a socket whose end is its death."""

    def __init__(self, front: FrontProcess, number: int = 0, **more: Any) -> None:
        more.setdefault("timers", FAST)
        super().__init__(front.ip, 5100 + number, user="bridge", proxy=front.address, **more)
        self.front, self.number = front, number
        self._link: asyncio.StreamWriter | None = None

    async def start(self) -> Self:
        await super().start()
        await self.connect()
        return self

    async def connect(self, state: str = "idle") -> None:
        """Say hello, then be `state`; returns when the front knows."""
        if self._link is not None:
            self._link.close()
        _, self._link = await asyncio.open_unix_connection(str(self.front.control))
        self.tell(op="hello", worker=f"w{self.number}", pid=os.getpid(), ip=self.ip, port=self.address[1])
        for call in self.calls:
            if call.state == "confirmed":
                self.post_leg(call)
        before = (await self.front.ask(op="status"))["workers"]["idle"]
        self.tell(op="state", state=state)
        if state == "idle":
            await self.front.until("workers", "idle", equals=before + 1)

    def tell(self, **line: Any) -> None:
        assert self._link is not None
        self._link.write(json.dumps(line).encode() + b"\n")

    def post_leg(self, call: Call) -> None:
        """The tombstone of a confirmed call."""
        dialog = call.dialog
        self.tell(
            op="leg",
            call_id=dialog.call_id,
            local_tag=dialog.local_tag,
            remote_tag=dialog.remote_tag,
            local_uri=dialog.local,
            remote_uri=dialog.remote,
            remote_target=dialog.target,
            route_set=dialog.route_set,
            cseq=dialog.cseq,
        )

    async def posted(self, call: Call) -> None:
        self.post_leg(call)
        await self.front.until("workers", "legs", equals=1)

    def post(self, name: str, at: float, call: Call | None, **data: Any) -> None:
        super().post(name, at, call, **data)
        if name == "incoming" and self._link is not None:
            self.tell(op="state", state="busy")

    def die(self) -> None:
        """Like kill -9: sockets gone, nothing said."""
        self.vanish()
        if self._link is not None:
            self._link.close()

    async def close(self) -> None:
        await super().close()
        if self._link is not None:
            self._link.close()


async def eventually(condition: Callable[[], bool], timeout_s: float = 5.0) -> None:
    """Wait for what no event tells, such as a message in a log."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


def requests(party: Party, method: str) -> list[bytes]:
    """What of that method reached a party."""
    start = method.encode() + b" "
    return [r.raw for r in party.log if r.direction == "in" and r.raw.startswith(start)]


def statuses(party: Party) -> list[int]:
    """Every status line that reached a party, in order."""
    return [
        int(r.raw.split(b" ", 2)[1])
        for r in party.log
        if r.direction == "in" and r.raw.startswith(b"SIP/2.0 ")
    ]

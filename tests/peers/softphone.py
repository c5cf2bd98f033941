"""A foreign telephone: baresip in a process of its own, with the manners of `sip.party.Party`.

It shares no code with the bridge or the test parties: other SIP, SDP, RTP, SRTP and G.722.
"""

import asyncio
import json
import os
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np

from sip.party.g711 import Pcm

_HOST = "127.0.0.1"
_ROOT = Path(__file__).parents[2]
_READY_S = 15.0
_END_S = 5.0
_rtp = count(24_000 + os.getpid() % 40 * 80, 40)
CODECS = {"PCMU": "pcmu/8000/1", "PCMA": "pcma/8000/1", "G722": "g722/16000/1"}


def free_address() -> str:
    """An `ip:port` nobody listens on, so that a bridge can be told of a telephone before it starts."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((_HOST, 0))
        return f"{_HOST}:{sock.getsockname()[1]}"


@dataclass(slots=True)
class Ear:
    """What the latest call heard, at the rate of its codec; gaps are silence."""

    rate: int = 8_000
    file: Path | None = None

    @property
    def heard(self) -> Pcm:
        if self.file is None:
            return np.zeros(0, np.int16)
        pcm = self.file.read_bytes()
        return np.frombuffer(pcm[: len(pcm) // 2 * 2], np.int16)

    def since(self, at: float) -> Pcm:
        """What was heard from the moment `at` until now."""
        return self.heard[-max(1, round((time.monotonic() - at) * self.rate)) :]


class Softphone:
    """`async with Softphone("agent1", free_address()) as ann:` rings and answers by itself.

    `answer_after_s=None` refuses (486). `srtp` as in our own configuration: SDES offered, or insisted upon.
    """

    def __init__(
        self,
        user: str,
        address: str,
        *,
        proxy: str | None = None,
        codecs: tuple[str, ...] = ("PCMU", "PCMA"),
        srtp: Literal["off", "preferred", "required"] = "off",
        answer_after_s: float | None = 0.1,
    ) -> None:
        self.user, self.address = user, address
        self.ear = Ear()
        self.events: list[dict[str, Any]] = []
        self._setup = {
            "user": user, "address": address, "proxy": proxy, "srtp": srtp, "rtp_port": next(_rtp),
            "codecs": [CODECS[name] for name in codecs], "answer_after_s": answer_after_s,
        }  # fmt: skip
        self._waited: set[int] = set()
        self._news = asyncio.Condition()
        self._clips = count(1)

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="softphone-")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.peers.baresip_process",
            json.dumps({**self._setup, "dir": self._folder.name}),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=_ROOT,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        await self.wait("ready", _READY_S)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._commands.close()
        try:
            await asyncio.wait_for(self._process.wait(), _END_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading
        self._folder.cleanup()

    # -- doing

    def dial(self, uri: str, headers: dict[str, str] | None = None) -> None:
        """Send INVITE: wait for `answered`."""
        self._order("dial", uri=uri, headers=headers or {})

    def press(self, digits: str) -> None:
        """RFC 4733."""
        self._order("press", digits=digits)

    def hold(self) -> None:
        """re-INVITE with sendonly."""
        self._order("hold")

    def resume(self) -> None:
        self._order("resume")

    def hangup(self) -> None:
        self._order("hangup")

    def play(self, pcm: Pcm, tag: str = "") -> None:
        """Say a clip at the rate of `ear` after those already queued."""
        file = Path(self._folder.name) / f"say-{next(self._clips)}.pcm"
        file.write_bytes(pcm.astype(np.int16).tobytes())
        self._order("play", file=str(file))

    def hush(self) -> None:
        self._order("hush")

    async def wait(self, event: str, timeout_s: float = 5.0, **where: Any) -> dict[str, Any]:
        """The next event of that name not yet waited for, with that data. Raises `TimeoutError`."""
        try:
            async with asyncio.timeout(timeout_s), self._news:
                while True:
                    for number, one in enumerate(self.events):
                        fits = one["event"] == event and all(one.get(k) == v for k, v in where.items())
                        if fits and number not in self._waited:
                            self._waited.add(number)
                            return one
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(f"no {event} {where} within {timeout_s} s, but {self.events}") from None

    # -- looking

    @property
    def heard(self) -> Pcm:
        return self.ear.heard

    @property
    def suite(self) -> str:
        """How the latest call was encrypted, empty when it was not."""
        return next((one["suite"] for one in reversed(self.events) if one["event"] == "secured"), "")

    # -- the process

    @property
    def _commands(self) -> asyncio.StreamWriter:
        assert self._process.stdin is not None
        return self._process.stdin

    def _order(self, do: str, **data: Any) -> None:
        self._commands.write(json.dumps({"do": do, **data}).encode() + b"\n")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            event = json.loads(line)
            if event["event"] == "hearing":
                self.ear.rate, self.ear.file = event["rate"], Path(event["file"])
            async with self._news:
                self.events.append(event)
                self._news.notify_all()

"""asyncio beside the engine: one thread, one loop, the lines to pages of one worker."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from sip.config import BrowserConfig
from sip.webrtc.line import Fact, Line, bind_only, check_aiortc
from sip.webrtc.playout import Playout

log = logging.getLogger(__name__)

START_S: Final = 5.0


class PortLoop(asyncio.SelectorEventLoop):
    """Gives sockets that ask for any UDP port one of `ports`, in turn: aioice has no setting for that."""

    def __init__(self, ports: Iterable[int]) -> None:
        super().__init__()
        self._ports = deque(ports)

    async def create_datagram_endpoint(  # type: ignore[override]
        self, protocol_factory: Any, local_addr: Any = None, **how: Any
    ) -> Any:
        """Raises `OSError` when all are taken."""
        if local_addr is None or local_addr[1]:
            return await super().create_datagram_endpoint(protocol_factory, local_addr, **how)
        for _ in range(len(self._ports)):
            self._ports.rotate(-1)
            try:
                address = (local_addr[0], self._ports[-1])
                return await super().create_datagram_endpoint(protocol_factory, address, **how)
            except OSError as error:
                taken = error
        raise taken


class PeerLoop:
    """`start`, then `open` a line for each offer of a page. All methods are for the engine's thread."""

    def __init__(self, config: BrowserConfig) -> None:
        self._config = config
        self._facts: deque[Fact] = deque()
        self._to_close = self._closed = 0
        self._loop = PortLoop(range(config.first_port, config.last_port + 1))
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="peers", daemon=True)
        self._work: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Raises `RuntimeError` when aiortc is not the one this was written for."""
        check_aiortc()
        logging.getLogger("aioice").setLevel(logging.WARNING)  # its news are the addresses of people
        bind_only(self._config.bind_ip)
        self._thread.start()
        if not self._running.wait(START_S):
            raise RuntimeError("the loop for browsers does not start")

    def open(self, offer: str, playout: Playout) -> Line:
        """The line a page's offer asks for; its facts follow."""
        line = Line(self._config, playout, self._loop, self._facts.append)
        self._loop.call_soon_threadsafe(lambda: self._spawn(line.open(offer)))
        return line

    def close(self, line: Line) -> None:
        """Let go of a line; `idle` is True again when the page has been told."""
        self._to_close += 1

        async def close() -> None:
            try:
                await line.close()
            finally:
                self._closed += 1

        self._loop.call_soon_threadsafe(lambda: self._spawn(close()))

    def poll(self) -> list[Fact]:
        """What happened since the last look."""
        facts = []
        while self._facts:
            facts.append(self._facts.popleft())
        return facts

    @property
    def idle(self) -> bool:
        return self._to_close == self._closed

    def _spawn(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(_log_fault)
        self._loop.call_soon(self._running.set)
        self._loop.run_forever()


def _log_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """By name only: texts of faults may quote descriptions, and with them addresses of people."""
    error: BaseException | None = context.get("exception")
    log.error("a fault among the lines to browsers: %s", type(error).__name__ if error else "unknown")

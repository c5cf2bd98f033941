"""Where a URI is: literals at once, names by the system's resolver, remembered for a minute."""

import asyncio
import logging
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from sip.party.address import SIP_PORT, Address, Uri, ip_literal
from sip.party.message import MessageError

log = logging.getLogger(__name__)

_KEPT: Final = 256
_KEEP_S: Final = 60.0
_PENDING: Final = 32
_LOOKUP_S: Final = 5.0


class Names:
    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def resolve(self, uri: Uri, use: Callable[[Address], None]) -> None:
        """Call `use` with the address, now or soon; never when there is none: the sender will retry."""
        port = uri.port or SIP_PORT
        try:
            use((ip_literal(uri.host), port))
            return
        except MessageError:
            pass
        ip, until = self._known.get(uri.host, ("", 0.0))
        if time.monotonic() < until:
            use((ip, port))
        elif len(self._tasks) < _PENDING:
            task = asyncio.create_task(self._look_up(uri.host, port, use))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _look_up(self, host: str, port: int, use: Callable[[Address], None]) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_LOOKUP_S):
                found = await loop.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        except (OSError, TimeoutError, UnicodeError) as error:
            log.warning("a name could not be resolved: %s", type(error).__name__)
            return
        ip = str(found[0][4][0])
        self._known[host] = (ip, time.monotonic() + _KEEP_S)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        use((ip, port))

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

"""What happens to a party, and how to wait for it."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sip.party.call import Call

_KEPT: Final = 10_000


class PartyError(RuntimeError):
    """The party was asked for something its call cannot do now."""


@dataclass(frozen=True, slots=True)
class PartyEvent:
    """`at` is `time.monotonic()` on the wire where the event came or went by wire.

    incoming {from, to}, ringing {status, early_media}, answered {codec}, acked, refused {status, reason},
    cancelled {q850, text}, ended {by_us, q850, text}, no_ack, held, resumed, reinvite, dtmf {digit, method,
    duration_ms}, dtmf_ended, info {content_type, body}, refer {to, replaces}, refer_answered {status},
    notify {status, reason, final}, transferred {status}, replaced, play_started {tag}, play_ended {tag},
    registered {status}, message {method}.
    """

    name: str
    at: float
    call: "Call | None" = None
    data: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.data[key]


class EventLog:
    """All events in order; each is given to one `wait` only."""

    def __init__(self) -> None:
        self.all: list[PartyEvent] = []
        self.on_event: Callable[[PartyEvent], None] = lambda event: None
        self._unseen: deque[PartyEvent] = deque(maxlen=_KEPT)
        self._waiting: list[tuple[str, Call | None, dict[str, Any], asyncio.Future[PartyEvent]]] = []

    def post(self, event: PartyEvent) -> None:
        if len(self.all) < 10 * _KEPT:
            self.all.append(event)
        self.on_event(event)
        for waiter in self._waiting:
            name, call, where, future = waiter
            if _matches(event, name, call, where) and not future.done():
                self._waiting.remove(waiter)
                future.set_result(event)
                return
        self._unseen.append(event)

    async def wait(
        self, name: str, timeout_s: float, call: "Call | None", where: dict[str, Any]
    ) -> PartyEvent:
        """The first event not yet given away that matches. Raises `TimeoutError`, saying what did happen."""
        for event in self._unseen:
            if _matches(event, name, call, where):
                self._unseen.remove(event)
                return event
        future: asyncio.Future[PartyEvent] = asyncio.get_running_loop().create_future()
        waiter = (name, call, where, future)
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            seen = ", ".join(event.name for event in self.all[-12:])
            raise TimeoutError(f"no {name} {where or ''} within {timeout_s} s; last were: {seen}") from None
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)


def _matches(event: PartyEvent, name: str, call: "Call | None", where: dict[str, Any]) -> bool:
    if event.name != name or (call is not None and event.call is not call):
        return False
    return all(event.data.get(key) == value for key, value in where.items())

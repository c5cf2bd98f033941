"""The callers who wait for an agent, in the order in which they are served."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from bridge.model.routing import Need
from bridge.model.transfer import Lease

REMEMBERED = 50


class WaitingPlace:
    """Keeps `bridge.ports.Place`."""

    def __init__(self, line: "WaitingLine", need: Need, since: float) -> None:
        self._line, self.need, self.since = line, need, since
        self._turn: asyncio.Future[Lease] = asyncio.get_running_loop().create_future()
        self._unclaimed: Lease | None = None

    @property
    def position(self) -> int:
        return self._line.position(self)

    @property
    def estimate_s(self) -> float | None:
        return self._line.estimate_s(self)

    async def turn(self) -> Lease:
        lease = await self._turn
        self._unclaimed = None
        return lease

    def grant(self, lease: Lease) -> None:
        self._line.leave(self)
        self._unclaimed = lease
        if not self._turn.done():
            self._turn.set_result(lease)

    def renew(self, need: Need) -> None:
        self.need = need
        self._line.renewed(self)

    def leave(self) -> None:
        self._line.leave(self)
        if not self._turn.done():
            self._turn.cancel()
        if lease := self._unclaimed:
            self._unclaimed = None
            self._line.give_back(lease)


class WaitingLine:
    """`servers` counts the calls that the agents who fit a need can take at once; `renewed` is told of a
    place whose need has changed, `give_back` of a lease that nobody came for."""

    def __init__(
        self,
        *,
        priority: dict[str, int],
        handle_s: float,
        servers: Callable[[Need], int],
        renewed: Callable[[WaitingPlace], None],
        give_back: Callable[[Lease], None],
    ) -> None:
        self._priority, self._servers = priority, servers
        self.renewed, self.give_back = renewed, give_back
        self._places: list[WaitingPlace] = []
        self._handled: deque[float] = deque(maxlen=REMEMBERED)
        self._guess_s = handle_s

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[WaitingPlace]:
        return iter(tuple(self._places))

    def join(self, need: Need, now: float) -> WaitingPlace:
        place = WaitingPlace(self, need, now if need.waiting_since is None else need.waiting_since)
        self._places.append(place)
        self._places.sort(key=lambda p: (-self._priority.get(p.need.reason, 0), p.since))
        return place

    def leave(self, place: WaitingPlace) -> None:
        if place in self._places:
            self._places.remove(place)

    def position(self, place: WaitingPlace) -> int:
        return self._places.index(place) + 1 if place in self._places else 0

    def handled(self, seconds: float) -> None:
        """An agent has been with a caller, wrap-up included, for so long."""
        self._handled.append(seconds)

    def estimate_s(self, place: WaitingPlace) -> float | None:
        """position x mean handle time / calls the fitting agents take at once."""
        position, servers = self.position(place), self._servers(place.need)
        if not position or not servers:
            return None
        mean_s = sum(self._handled) / len(self._handled) if self._handled else self._guess_s
        return position * mean_s / servers

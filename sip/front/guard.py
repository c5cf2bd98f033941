"""Who is heard: source allow list and flood guard. Refusals are silent."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address

from sip.front.config import Flood, FrontConfig
from sip.party.address import Address


class AllowList:
    def __init__(self, config: FrontConfig) -> None:
        self._networks = config.allow
        self._workers = config.workers

    def is_worker(self, address: Address) -> bool:
        """May a worker of ours be there?"""
        ip, port = address
        return any(w.ip == ip and w.first_port <= port <= w.last_port for w in self._workers)

    def allows(self, source: Address) -> bool:
        ip = IPv4Address(source[0])
        return self.is_worker(source) or any(ip in network for network in self._networks)


class FloodGuard:
    """Token buckets, bounded in number: a forged source costs memory only until the next forged one."""

    def __init__(self, limits: Flood, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, ip: str) -> bool:
        """One token for `ip`; False when it has none left."""
        now = self._now()
        tokens, since = self._buckets.pop(ip, (float(self._limits.burst), now))
        tokens = min(self._limits.burst, tokens + (now - since) * self._limits.per_s)
        enough = tokens >= 1
        self._buckets[ip] = (tokens - 1 if enough else tokens, now)
        if len(self._buckets) > self._limits.sources:
            self._buckets.popitem(last=False)
        return enough

    @property
    def sources(self) -> int:
        return len(self._buckets)

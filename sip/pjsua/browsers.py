"""The legs of one worker that are pages, and the loop that carries their sound."""

from collections.abc import Callable

from sip.config import BrowserConfig
from sip.pjsua.browser_leg import BrowserLeg
from sip.pjsua.leg import LegHost
from sip.pjsua.ports import SinkPort
from sip.tap import Tap
from sip.types import LegId
from sip.webrtc.loop import PeerLoop


class Browsers:
    """Made only where an agent has a browser for a telephone. Only the engine's thread touches it."""

    def __init__(
        self,
        config: BrowserConfig,
        host: LegHost,
        legs: dict[LegId, object],
        tap: Callable[[], Tap],
        fast: bool,
    ) -> None:
        self._config, self._host, self._legs, self._tap, self._fast = config, host, legs, tap, fast
        self._peers = PeerLoop(config)
        self._unplugged: list[object] = []

    def start(self) -> None:
        self._peers.start()

    def ring(self, leg: LegId) -> BrowserLeg:
        """A leg that waits for its page."""
        made = BrowserLeg(leg, self._host, self._tap(), self._peers, self._config, self._fast)
        self._legs[leg] = made
        made.ring()
        return made

    def unplug(self, leg: BrowserLeg, sink: SinkPort | None) -> None:
        """Its ports are kept: the media clock may be in one of them, and there are few in a conversation."""
        if leg.media is None:
            return
        if sink is not None:
            leg.media.stopTransmit(sink)
        self._unplugged += [leg.media, sink]

    @property
    def idle(self) -> bool:
        return self._peers.idle

    def service(self, now: float) -> None:
        """What the lines have to tell, and who has fallen silent; once a turn of the engine."""
        for fact in self._peers.poll():
            any(leg.take(fact) for leg in self._mine())  # else its leg has ended, and the line is closed

        for leg in self._mine():
            leg.watch(now)

    def _mine(self) -> list[BrowserLeg]:
        return [leg for leg in self._legs.values() if isinstance(leg, BrowserLeg)]

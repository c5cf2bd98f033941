"""One leg as the twin knows it."""

import asyncio
from dataclasses import dataclass

from sip.types import Header, LegId


@dataclass(slots=True)
class MemoryLeg:
    id: LegId
    uri: str
    inbound: bool
    peer: str
    """signalling `ip:port` of the other side"""
    headers: tuple[Header, ...] = ()
    browser: bool = False
    phase: str = "dialing"
    """dialing, ringing, answered, ended"""
    told_ringing: tuple[int, bool] | None = None
    early_media: bool = False
    """we send some to an inbound leg"""
    remote_hold: bool = False
    silent: bool = False
    """its peer sends no RTP any more"""
    lost: bool = False
    we_referred: bool = False
    awaits_notify: bool = False
    """the final one of our REFER has not come; it may come behind the end of the leg"""
    referred_us: bool = False
    no_answer: asyncio.TimerHandle | None = None
    watchdog: asyncio.TimerHandle | None = None

    @property
    def live(self) -> bool:
        return self.phase != "ended"

    @property
    def answered(self) -> bool:
        return self.phase == "answered"

    @property
    def may_listen(self) -> bool:
        return self.answered or (self.live and self.early_media)

    def stop_timers(self) -> None:
        for timer in (self.no_answer, self.watchdog):
            if timer:
                timer.cancel()
        self.no_answer = self.watchdog = None

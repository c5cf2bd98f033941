"""Whether agents are there now, by `policy.hours`."""

from datetime import datetime

from bridge.config import Settings
from bridge.core.policy import open_at
from bridge.ports import Clock


def is_open(settings: Settings, clock: Clock) -> bool:
    utc = datetime.fromisoformat(clock.utc())
    return open_at(settings.policy.hours, utc.weekday(), utc.strftime("%H:%M"))

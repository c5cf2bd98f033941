"""The section about agents whose telephone is the console page."""

from pydantic import Field

from bridge.config.sections import Section


class Browser(Section):
    """Only used where a device of an agent has `kind: browser`: docs/browser.md."""

    advertise: str | None = None
    """the IPv4 address pages reach sip.bind at, where a router with port forwarding stands between"""
    connect_within_s: float = Field(default=5.0, gt=0, le=30)
    """a page that answered and does not get through by then is unreachable"""
    silence_s: float = Field(default=1.0, ge=0.3, le=10)
    """a page that sends nothing for so long is away: its caller hears comfort"""
    return_within_s: float = Field(default=3.0, ge=0, le=60)
    """how long a page that is away may take to be back (loaded anew) before the next target is tried"""

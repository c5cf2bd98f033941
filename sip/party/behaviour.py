"""How a party behaves when called and when told to transfer: the switches of the failure lab."""

from dataclasses import dataclass
from typing import Literal

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What happens to an incoming call: ring, then after `after_s` the final `status`.

    `status=0` never answers (ring for ever); `manual` leaves everything after the 100 to `Call.ring`,
    `Call.answer` and `Call.refuse`; `silent` does not even send the 100.
    """

    status: int = 200
    after_s: float = 0.0
    ring: bool = True
    early_media: bool = False
    """ring with 183 and SDP, and send audio at once"""
    manual: bool = False
    silent: bool = False
    ignore_cancel: bool = False
    """lose the race: answer although the CANCEL came"""
    headers: Headers = ()
    """for the final response"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obedience:
    """What a party does when it receives REFER (RFC 3515), or INVITE with Replaces (RFC 3891)."""

    status: int = 202
    """603, 405, 481, ...: refuse"""
    after_s: float = 0.0
    """answer the REFER late"""
    notify: Literal["follow", "none"] | int = "follow"
    """`none`: 202, then silence; a number: NOTIFY 100 and that final status, without calling anyone"""
    terminate_early: bool = False
    """the first NOTIFY already ends the subscription (Subscription-State: terminated)"""
    replaces: int = 200
    """answer to an INVITE with Replaces that names one of our dialogs"""

"""What a registrar said last about each registration, and when to ask it again (RFC 3261 section 10)."""

from dataclasses import dataclass
from typing import Final

NO_ANSWER: Final = 408
AWAY_S: Final = (1.0, 2.0, 5.0, 10.0, 20.0)
"""waits after no answer, or after one that says it may pass; an unanswered REGISTER itself lasts 32 s"""
REFUSED_S: Final = (5.0, 60.0, 300.0)
"""waits after a refusal: a PBX that is still starting gets one quick try, one that bans guessers no more"""

_PASSES: Final = (NO_ANSWER, 480)
_SOONEST_S: Final = 0.5
_LATEST_S: Final = 3600.0
_CURES: Final = {
    401: "set user, auth_user, password and realm of the registration as the PBX has them",
    403: "the PBX forbids it: is the registration allowed there, is the user right, are we banned?",
    404: "the PBX knows no such user: create it there, or set user",
    NO_ANSWER: "nobody answers: is registrar right, is its address in sip.allow, does UDP pass both ways?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationState:
    """One registration after its latest answer; `status` 0: none yet."""

    registrar: str
    user: str
    status: int = 0
    reason: str = ""
    registered: bool = False
    expires_s: int = 0
    """granted in that answer"""
    at: float = 0.0
    """monotonic time of that answer"""

    @property
    def cure(self) -> str:
        """What to do about a registration that is refused."""
        return _CURES.get(401 if self.status == 407 else self.status, "see the log of the PBX")


def next_s(state: RegistrationState, failures: int) -> float:
    """Seconds until the next REGISTER. Half of what was granted: a lost one leaves time for others."""
    if state.registered:
        return min(max(state.expires_s / 2, _SOONEST_S), _LATEST_S)
    passes = state.status in _PASSES or 500 <= state.status < 600
    waits = AWAY_S if passes else REFUSED_S
    return waits[min(failures, len(waits)) - 1]

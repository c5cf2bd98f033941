"""The nouns shared by commands and events of one SIP user agent.

A *leg* is one SIP dialog seen from us. One conversation has at most `MAX_LEGS` of them, because the
pjsua2 wheel is compiled for four calls a process.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_LEGS: Final = 4
FRAME_MS: Final = 20

LegId = str
"""`caller`, `bot-1`, `agent-1`, `agent-2`, ... Chosen by whoever dials; `caller` is the inbound leg."""

PlayerId = str
"""A source of clips in the mixer, not a leg. Each player plays one clip at a time."""

COMFORT: Final = "comfort"  # loops by itself while it has a listener
ANNOUNCE: Final = "announce"  # clips for the caller
WHISPER: Final = "whisper"  # clips for the agent alone
HINT: Final = "hint"  # assist hints for the agent's headset alone
VOICE: Final = "voice"  # the built-in bot
PLAYERS: Final = (COMFORT, ANNOUNCE, WHISPER, HINT, VOICE)

Edge = tuple[str, str]
"""(speaker, listener): a leg or a player, and the leg that hears it."""

Header = tuple[str, str]


class DtmfMethod(StrEnum):
    RFC4733 = "rfc4733"
    INFO = "info"


class Srtp(StrEnum):
    OFF = "off"
    PREFERRED = "preferred"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a leg ended: SIP status (RFC 3261 section 21) and, where a Reason header came, Q.850."""

    status: int
    reason: str = ""
    q850: int | None = None


def is_bot(leg: LegId) -> bool:
    """Whether a leg is the bot's: `bot`, or `bot-N`, as one that was lost is dialled again under a new id."""
    return leg.partition("-")[0] == "bot"

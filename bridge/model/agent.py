"""A person who takes calls: whether, and on which device, a call can reach this person now."""

from dataclasses import dataclass
from typing import Literal

DeviceKind = Literal["sip", "browser", "queue"]
"""sip: a telephone at a URI. browser: the console page with its own audio. queue: a PBX queue or ring group
behind a URI, where anybody may answer."""

AgentState = Literal["available", "away", "unreachable", "busy", "wrap_up"]
"""available = willing and reachable and neither busy nor in wrap-up. away: not willing. unreachable: willing,
but no device answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """`reachable` None: nobody has said yet, which counts as reachable for a telephone, not for a browser."""

    kind: DeviceKind
    uri: str = ""
    reachable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """One agent as the directory has it at one moment. `rev` grows with every change of any agent."""

    id: str
    name: str = ""
    state: AgentState
    devices: tuple[Device, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    conversation: str | None = None
    """what the agent is busy with"""
    reason: str = ""
    """why away: lunch, training, wherever the source says"""
    rev: int = 0

"""One agent of the configuration, as the directory knows him: his targets, and what he can."""

from dataclasses import dataclass, replace

from bridge.config import Agent, AgentDevice
from bridge.model.routing import Candidate
from bridge.model.transfer import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`targets` in the order of his devices; the first, or only, one is called by the agent's id."""

    id: str
    name: str
    capacity: int
    starts: bool
    candidate: Candidate
    targets: tuple[Target, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]


def profile_of(agent: Agent, place: int) -> Profile:
    targets = tuple(_target(agent, device, number) for number, device in enumerate(agent.all_devices, 1))
    return Profile(
        id=agent.id,
        name=agent.name,
        capacity=agent.capacity,
        starts=agent.starts == "available",
        targets=targets,
        skills=tuple(agent.skills),
        languages=tuple(agent.languages),
        candidate=Candidate(
            agent=agent.id,
            names=_lower([agent.id, *filter(None, (user_of(target.uri) for target in targets))]),
            departments=_lower(agent.departments),
            skills=_lower(agent.skills),
            languages=_lower(agent.languages),
            reasons=frozenset(agent.reasons),
            priority=agent.priority,
            place=place,
        ),
    )


def _target(agent: Agent, device: AgentDevice, number: int) -> Target:
    made = Target(
        id=agent.id if number == 1 else f"{agent.id}/{number}",
        uri=device.uri,
        kind=device.kind,
        agent=agent.id,
        mode=agent.mode,
        reasons=tuple(agent.reasons),
        headset=agent.headset,
        assist=agent.assist,
        auto_accept=agent.auto_accept,
        can_refer=agent.can_refer,
        fallback_proved=agent.fallback_proved,
        ring_s=agent.ring_s,
    )
    given = device.model_dump(exclude_none=True, exclude={"kind", "uri", "ami"})
    return replace(made, **given)


def user_of(uri: str) -> str:
    """The user part of a SIP URI, "" without one."""
    return uri.partition(":")[2].rpartition("@")[0]


def _lower(names: list[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)

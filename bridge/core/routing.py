"""In which order agents are tried. Pure: moments are given, nothing is leased here."""

from collections.abc import Iterable

from bridge.model.routing import Candidate, Need, RoutingRules, SkillNeed

EVERYTHING = SkillNeed()


def fits(need: Need, rules: RoutingRules, candidate: Candidate, waited_s: float = 0.0) -> bool:
    """Whether the agent may be tried at all, free or not."""
    if candidate.reasons and need.reason not in candidate.reasons:
        return False
    if rules.language == "require" and not speaks(need, candidate):
        return False
    relaxed = rules.relax_after_s is not None and waited_s >= rules.relax_after_s
    skills = rules.by_reason.get(need.reason, EVERYTHING)
    return relaxed or _lower(skills.require) <= candidate.skills


def rank(
    need: Need,
    rules: RoutingRules,
    candidates: Iterable[Candidate],
    *,
    last_agent: str | None = None,
    waited_s: float = 0.0,
) -> tuple[Candidate, ...]:
    """Those who fit, best first: wanted, language, last agent, skills, priority, longest idle, as listed."""
    skills = rules.by_reason.get(need.reason, EVERYTHING)
    liked = _lower((*skills.require, *skills.prefer))

    def key(candidate: Candidate) -> tuple[float, ...]:
        return (
            _unwanted(need.wanted, candidate),
            rules.language != "ignore" and not speaks(need, candidate),
            candidate.agent != last_agent,
            -len(liked & candidate.skills),
            candidate.priority,
            candidate.idle_since if rules.order == "longest_idle" else 0.0,
            candidate.place,
        )

    return tuple(sorted((c for c in candidates if fits(need, rules, c, waited_s)), key=key))


def speaks(need: Need, candidate: Candidate) -> bool:
    """Does the agent speak the caller's language? Unknown on either side is a yes; en-GB is en."""
    if not need.language or not candidate.languages:
        return True
    return need.language.lower().partition("-")[0] in {name.partition("-")[0] for name in candidate.languages}


def _unwanted(wanted: str | None, candidate: Candidate) -> int:
    """0: the person asked for. 1: somebody of that department or with that skill. 2: anybody."""
    name = (wanted or "").lower()
    if not name:
        return 0
    if name in candidate.names:
        return 0
    return 1 if name in candidate.departments | candidate.skills else 2


def _lower(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)

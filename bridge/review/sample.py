"""Which conversations of a month are judged: the same ones each time it is asked, some of every rule."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import zip_longest

from bridge.review.case import Case

Stratum = list[Case]


def seed_of(month: str, site: str) -> str:
    return sha256(f"{month} {site}".encode()).hexdigest()[:12]


def draw(cases: Sequence[Case], n: int, seed: str) -> list[Case]:
    """About half escalated, half not, of each rule as many as of any other while there are some.

    Grows beyond `n` where there are more rules than that: each is represented. `weight` tells for how many
    of the month a case stands.
    """
    escalated = _strata([case for case in cases if case.escalated], seed)
    others = _strata([case for case in cases if not case.escalated], seed)
    fetched, stayed = list(_dealt(escalated)), list(_dealt(others))
    take = max(len(escalated), min(len(fetched), n - min(len(stayed), n // 2)))
    chosen = fetched[:take] + stayed[: max(len(others), n - take)]
    drawn = [case for stratum in (*escalated, *others) for case in _weighed(stratum, chosen)]
    return sorted(drawn, key=lambda case: _lot(case, seed))


def _strata(cases: Sequence[Case], seed: str) -> list[Stratum]:
    """By kind and rule, each in the order of its lots."""
    found: dict[tuple[str, str], Stratum] = {}
    for case in sorted(cases, key=lambda case: _lot(case, seed)):
        found.setdefault(case.sign, []).append(case)
    return [found[sign] for sign in sorted(found)]


def _dealt(strata: Sequence[Stratum]) -> Iterator[Case]:
    """One of each, then a second of each, and so on."""
    for row in zip_longest(*strata):
        yield from (case for case in row if case is not None)


def _weighed(stratum: Stratum, chosen: Sequence[Case]) -> list[Case]:
    ids = {case.id for case in chosen}
    drawn = [case for case in stratum if case.id in ids]
    return [case.model_copy(update={"weight": round(len(stratum) / len(drawn), 4)}) for case in drawn]


def _lot(case: Case, seed: str) -> str:
    """Depends on nothing but the conversation, so that one more in the month changes little."""
    return sha256(f"{seed} {case.id}".encode()).hexdigest()

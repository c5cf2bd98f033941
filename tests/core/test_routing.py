"""The order in which agents are tried."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bridge.core.routing import fits, rank, speaks
from bridge.model.routing import Candidate, Need, RoutingRules, SkillNeed

NAMES = ("billing", "retention", "german")
SOME = st.frozensets(st.sampled_from(NAMES), max_size=3)
CANDIDATES = st.lists(
    st.builds(
        lambda n, **f: Candidate(agent=f"a{n}", names=frozenset({f"a{n}"}), place=n, **f),
        st.integers(0, 30), skills=SOME, departments=SOME,
        languages=st.frozensets(st.sampled_from(("en", "de")), max_size=2),
        reasons=st.frozensets(st.sampled_from(("x", "y")), max_size=1),
        priority=st.integers(0, 3), idle_since=st.floats(0, 100),
    ),
    unique_by=lambda c: c.agent, max_size=12,
)  # fmt: skip
NEEDS = st.builds(
    Need, reason=st.sampled_from(("x", "y")), language=st.sampled_from((None, "en", "de-AT")),
    wanted=st.sampled_from((None, "a3", "A7", "billing", "nobody")),
)  # fmt: skip
SKILLS = st.builds(SkillNeed, require=st.sampled_from(((), ("Billing",))), prefer=st.just(("german",)))
RULES = st.builds(
    RoutingRules, by_reason=st.dictionaries(st.just("x"), SKILLS, max_size=1),
    language=st.sampled_from(("require", "prefer", "ignore")),
    order=st.sampled_from(("longest_idle", "listed")), relax_after_s=st.sampled_from((None, 60.0)),
)  # fmt: skip


@given(NEEDS, RULES, CANDIDATES, st.sampled_from((0.0, 61.0)))
def test_everybody_who_fits_is_there_once_and_nobody_else(
    need: Need, rules: RoutingRules, candidates: list[Candidate], waited_s: float
) -> None:
    order = rank(need, rules, candidates, waited_s=waited_s)
    assert sorted(c.agent for c in order) == sorted(
        c.agent for c in candidates if fits(need, rules, c, waited_s)
    )
    for candidate in order:
        assert not candidate.reasons or need.reason in candidate.reasons
        if need.reason in rules.by_reason and rules.by_reason[need.reason].require and waited_s < 60:
            assert "billing" in candidate.skills


@given(NEEDS, RULES, CANDIDATES, st.randoms())
def test_the_order_does_not_depend_on_how_they_are_given(
    need: Need, rules: RoutingRules, candidates: list[Candidate], random: object
) -> None:
    turned = list(candidates)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert rank(need, rules, turned) == rank(need, rules, candidates)


@given(NEEDS, RULES, CANDIDATES)
def test_of_two_neighbours_the_first_is_better_in_the_first_thing_they_differ_in(
    need: Need, rules: RoutingRules, candidates: list[Candidate]
) -> None:
    order = rank(need, rules, candidates, last_agent="a5")
    for first, second in itertools.pairwise(order):
        wanted = (need.wanted or "").lower()
        if wanted and (wanted in first.names) != (wanted in second.names):
            assert wanted in first.names
            continue
        if wanted and wanted not in first.names | second.names:
            groups = [wanted in c.departments | c.skills for c in (first, second)]
            if groups[0] != groups[1]:
                assert groups[0]
                continue
        if rules.language != "ignore" and speaks(need, first) != speaks(need, second):
            assert speaks(need, first)
            continue
        assert second.agent != "a5"


def test_the_longest_idle_of_equals_comes_first_and_a_lower_priority_before_him() -> None:
    ann, bob, eve = (
        Candidate(agent=name, place=place, idle_since=since, priority=priority)
        for place, (name, since, priority) in enumerate((("ann", 50, 1), ("bob", 10, 1), ("eve", 90, 0)))
    )
    need = Need(reason="x")
    assert [c.agent for c in rank(need, RoutingRules(), (ann, bob, eve))] == ["eve", "bob", "ann"]
    listed = RoutingRules(order="listed")
    assert [c.agent for c in rank(need, listed, (ann, bob, eve))] == ["eve", "ann", "bob"]

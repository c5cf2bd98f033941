"""Cues into decisions: the wish first, then rules; one escalation, loop guard, asking without pestering."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from bridge.core.policy import Context, Policy, open_at
from bridge.model.cue import Cue, CueKind
from bridge.model.policy import Do, Hours, PolicyRule, PolicySettings
from bridge.model.transfer import Mode


def cue(kind: CueKind, score: float = 0.9, at_s: float = 1.0, rule: str = "r") -> Cue:
    return Cue(kind=kind, rule=rule, score=score, at_s=at_s, quote="q")


def policy(**changes: object) -> Policy:
    return Policy(PolicySettings.model_validate(changes))


NOW = Context(at_s=1.0)
WISH = cue(CueKind.EXPLICIT_REQUEST, 1.0)


@pytest.mark.parametrize(
    "kind",
    [CueKind.CANCELLATION, CueKind.COMPLAINT_OR_DISPUTE, CueKind.SENSITIVE, CueKind.BOT_LIMIT,
     CueKind.REPEATED_FAILURE, CueKind.NEGOTIATION],
)  # fmt: skip
def test_sure_cues_fetch_a_human_with_their_kind_as_reason(kind: CueKind) -> None:
    decision = policy().decide([cue(kind)], NOW)
    assert (decision.do, decision.reason, decision.rule) == (Do.ACT, kind.value, "sure")
    assert decision.cue is not None
    assert decision.cue.quote == "q"


def test_a_tangled_matter_is_asked_about_before_it_is_acted_on() -> None:
    deciding = policy()
    assert deciding.decide([cue(CueKind.COMPLEXITY)], NOW).do is Do.ASK
    again = deciding.decide([cue(CueKind.COMPLEXITY, at_s=20.0)], Context(at_s=20.0))
    assert (again.do, again.rule) == (Do.ACT, "tangled")


def test_nothing_heard_nothing_done() -> None:
    assert policy().decide([], NOW).do is Do.NO
    assert policy().decide([cue(CueKind.BOT_LIMIT, 0.55)], NOW).do is Do.NO


def test_an_explicit_request_wins_over_rules_no_and_guard() -> None:
    context = Context(at_s=1.0, handoffs=9, declined_s=0.9, handed_off_for=frozenset({"explicit_request"}))
    decision = policy(rules=()).decide([cue(CueKind.SENSITIVE), WISH], context)
    assert (decision.do, decision.reason, decision.explicit) == (Do.ACT, "explicit_request", True)
    assert policy().decide([cue(CueKind.EXPLICIT_REQUEST, 0.7)], NOW).do is Do.ASK


def test_danger_to_self_holds_against_everything_but_a_live_handoff() -> None:
    danger = cue(CueKind.SENSITIVE, 1.0, rule="self_harm")
    context = Context(at_s=1.0, handoffs=9, declined_s=0.9, handed_off_for=frozenset({"sensitive"}))
    decision = policy().decide([danger], context)
    assert (decision.do, decision.rule, decision.mode) == (Do.ACT, "danger_to_self", Mode.CONFERENCE)
    assert policy().decide([danger], Context(at_s=1.0, live=True)).do is Do.NO


def test_a_cue_that_fires_again_during_the_handoff_escalates_once() -> None:
    deciding, live = policy(), False
    acted = 0
    for turn in range(100):
        decision = deciding.decide([WISH], Context(at_s=float(turn), live=live))
        acted += decision.do is Do.ACT
        live = live or decision.do is Do.ACT
    assert acted == 1


def test_after_a_hand_back_the_same_reason_is_asked_about_and_others_only_so_often() -> None:
    back = Context(at_s=6.0, handoffs=1, back_s=5.0, handed_off_for=frozenset({"cancellation"}))
    leaving = cue(CueKind.CANCELLATION, at_s=6.0)
    assert policy().decide([leaving], back).do is Do.ASK
    other = cue(CueKind.SENSITIVE, at_s=6.0)
    assert policy().decide([other], back).do is Do.ACT
    guarded = policy().decide([other], replace(back, handoffs=2))
    assert (guarded.do, guarded.rule) == (Do.NO, "loop_guard")


def test_weak_signs_of_several_kinds_are_one_strong_one() -> None:
    deciding = policy()
    assert deciding.decide([cue(CueKind.FRUSTRATION, 0.6)], NOW).do is Do.ASK
    more = [cue(CueKind.NO_PROGRESS, 0.55, 9.0), cue(CueKind.LOW_CONFIDENCE, 0.55, 9.0)]
    together = deciding.decide(more, Context(at_s=9.0))
    assert (together.do, together.rule) == (Do.ACT, "together")
    assert policy(rules=()).decide(more, Context(at_s=9.0)).do is Do.NO
    late = policy()
    late.decide([cue(CueKind.FRUSTRATION, 0.6)], NOW)
    assert late.decide([cue(CueKind.NO_PROGRESS, 0.55, 99.0)], Context(at_s=99.0)).rule == "unsure"
    alone = policy(together=None)
    assert alone.decide([*more, cue(CueKind.FRUSTRATION, 0.6)], Context(at_s=9.0)).do is Do.ASK


def test_the_bot_does_not_pester() -> None:
    deciding = policy(together=None)
    weak = [cue(CueKind.FRUSTRATION, 0.6)]
    done = [deciding.decide(weak, Context(at_s=at_s)).do for at_s in (1.0, 30.0, 70.0, 200.0)]
    assert done == [Do.ASK, Do.NO, Do.ASK, Do.NO]
    refused = policy(together=None).decide(weak, Context(at_s=30.0, declined_s=10.0))
    assert (refused.do, refused.rule) == (Do.NO, "asked_before")


def test_a_fresh_no_of_the_callers_holds_against_sure_cues() -> None:
    sure = [cue(CueKind.COMPLAINT_OR_DISPUTE, at_s=20.0)]
    assert policy().decide(sure, Context(at_s=20.0, declined_s=10.0)).rule == "declined"
    assert policy().decide(sure, Context(at_s=200.0, declined_s=10.0)).do is Do.ACT


def test_rules_of_a_deployment_by_hours_tier_times_and_target() -> None:
    rules = [
        {"name": "gold", "cues": ["cancellation"], "tiers": ["gold"], "target": "retention",
         "reason": "save_gold", "mode": "refer_replaces"},
        {"name": "night", "cues": ["cancellation"], "hours": "closed", "do": "no"},
        {"name": "twice", "cues": ["cancellation"], "times": 2},
    ]  # fmt: skip
    leaving = [cue(CueKind.CANCELLATION)]
    gold = policy(rules=rules).decide(leaving, Context(at_s=1.0, tier="gold", open=False))
    assert (gold.reason, gold.target_hint, gold.mode) == ("save_gold", "retention", Mode.REFER_REPLACES)
    assert policy(rules=rules).decide(leaving, Context(at_s=1.0, open=False)).rule == "night"
    deciding = policy(rules=rules)
    assert deciding.decide(leaving, NOW).do is Do.NO
    again = deciding.decide([cue(CueKind.CANCELLATION, at_s=4.0)], Context(at_s=4.0))
    assert (again.do, again.rule) == (Do.ACT, "twice")


def test_hours() -> None:
    week = (Hours(),)
    assert open_at(week, 0, "08:00")
    assert not open_at(week, 0, "18:00")
    assert not open_at(week, 6, "12:00")
    assert open_at((), 6, "03:00")
    with pytest.raises(ValidationError, match="closes must come after opens"):
        Hours(opens="20:00", closes="06:00")


def test_a_wrong_rule_is_refused() -> None:
    with pytest.raises(ValidationError):
        PolicyRule.model_validate({"name": "x", "cues": ["no_such_kind"]})
    with pytest.raises(ValidationError):
        PolicyRule.model_validate({"name": "x", "cues": []})

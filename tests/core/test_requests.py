"""Explicit requests are heard in many forms; look-alikes are not. The opinion may add where it is free to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.cues.explicit import OPINION, Band, ExplicitRequests
from bridge.core.grammar import Grammar
from bridge.cues.detectors import our_detectors
from bridge.model.cue import CueKind
from bridge.model.rules import Rule, RuleSet, Veto

REQUESTS = [
    "I want to talk to a real person",
    "can you put me through to someone in billing please",
    "representative please",
    "agent",
    "uh, operator",
    "let me speak to your supervisor",
    "I'd rather have a human",
    "is there anybody I can talk to",
    "please transfer me to an agent",
    "I don't want to talk to a machine",
    "stop, get me a human being",
    "give me an agent",
    "could I be connected with customer service, I need to speak with an advisor",
    "put me back to the lady I spoke to",
    "my card was charged twice so can I speak with somebody",
    "No, you don't understand. I need to talk to a person now.",
    "escalate this please",
    "I already talked to an agent. I want to speak to a manager.",
    "i already talked to an agent and now i want to speak to a manager",
    "could i speak to missus patel",
    "who can i complain to",
    "i'd feel better with a person",
    "i don't want an agent i want a manager",
    "tier two please",
    "is any of your agents free",
]
OTHERS = [
    "I don't need to talk to a person",
    "no need to transfer me to anybody",
    "are you a real person",
    "I already talked to an agent about this last week",
    "the agent told me it would arrive on Monday",
    "am I talking to a robot",
    "my travel agent booked the wrong flight",
    "what time are your agents available",
    "can you talk me through the steps",
    "do I have to come in person",
    "how many agents do you have",
    "my manager said I should call",
    "I want a personal loan",
    "thank you, that helped",
    "I want to cancel my subscription",
    "",
    "i want to talk to you about my bill",
    "let me ask my wife first",
]
KIND = CueKind.EXPLICIT_REQUEST


def listening(says: float) -> tuple[ExplicitRequests, list[str]]:
    """Rules that know `person` well and `body` as a hint, and an opinion that always says the same."""
    asked: list[str] = []

    def opinion(text: str) -> float:
        asked.append(text)
        return says

    rules = (
        Rule(name="person", kind=KIND, say=("person",)),
        Rule(name="hint", kind=KIND, say=("body",), score=0.2),
    )
    veto = Veto(name="no", kind=KIND, say=("no body {gap}",), touching=True)
    ruleset = RuleSet(version="1", language="en", rules=rules, vetoes=(veto,))
    return ExplicitRequests(Grammar(ruleset), opinion), asked


@pytest.mark.parametrize("text", REQUESTS)
def test_request(text: str) -> None:
    verdict = our_detectors().requests.judge(text)
    assert verdict.band is Band.ACT
    assert text[slice(*verdict.span)] == verdict.quote


@pytest.mark.parametrize("text", OTHERS)
def test_look_alike(text: str) -> None:
    assert our_detectors().requests.judge(text).band is Band.NONE


@pytest.mark.parametrize(("says", "band"), [(0.9, Band.ACT), (0.7, Band.ASK), (0.6, Band.NONE)])
def test_the_opinion_decides_on_a_hint(says: float, band: Band) -> None:
    requests, asked = listening(says)
    verdict = requests.judge("Well, a BODY!")
    assert verdict.band is band
    assert asked == ["well a body"]
    if band is not Band.NONE:
        assert verdict.rule == OPINION
        assert verdict.quote == "Well, a BODY"


def test_the_opinion_is_not_asked_without_hint_nor_over_a_veto_nor_of_a_partial() -> None:
    requests, asked = listening(1.0)
    assert requests.judge("nothing of the kind").band is Band.NONE
    assert requests.judge("no body at all here").band is Band.NONE
    assert requests.glimpse("a body").band is Band.NONE
    assert requests.judge("a person").rule == "person"
    assert asked == []


def test_a_long_story_is_judged_in_windows() -> None:
    requests, asked = listening(0.9)
    verdict = requests.judge(" ".join(f"tale{number}" for number in range(30)) + " a body would do")
    assert verdict.band is Band.ACT
    assert len(asked) > 1
    assert max(len(window.split()) for window in asked) <= 12


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    verdict = our_detectors().requests.judge(text)
    assert 0 <= verdict.score <= 1
    assert text[slice(*verdict.span)] == verdict.quote

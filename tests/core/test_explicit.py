"""Explicit requests are heard in many forms; look-alikes are not."""

import pytest

from bridge.core.explicit import explicit_request

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
    "could I be connected with customer service, I need to speak with an advisor",
    "put me back to the lady I spoke to",
    "my card was charged twice so can I speak with somebody",
    "No, you don't understand. I need to talk to a person now.",
    "escalate this please",
    "give me an agent",
]

OTHERS = [
    "I don't need to talk to a person",
    "no need to transfer me to anybody",
    "I already talked to an agent about this last week",
    "the agent told me it would arrive on Monday",
    "are you a real person",
    "am I talking to a robot",
    "my travel agent booked the wrong flight",
    "can you talk me through the steps",
    "do I have to come in person",
    "how many agents do you have",
    "my manager said I should call",
    "I want a personal loan",
    "what time are your agents available",
    "thank you, that helped",
    "I want to cancel my subscription",
    "",
]


@pytest.mark.parametrize("text", REQUESTS)
def test_request(text: str) -> None:
    hit = explicit_request(text)
    assert hit is not None
    assert text[slice(*hit.span)].strip(" ,.;") == hit.quote


@pytest.mark.parametrize("text", OTHERS)
def test_look_alike(text: str) -> None:
    assert explicit_request(text) is None


def test_a_veto_silences_only_its_own_clause() -> None:
    assert explicit_request("I already talked to an agent. I want to speak to a manager.") is not None

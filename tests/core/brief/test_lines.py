"""Line by line: where each value comes from, and what is said of what is not known."""

from typing import Any

import pytest

from tests.core.brief.calls import answer, call

HELLO = ("bot", "hello how can i help")


def fields(*turns: tuple[str, str], **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = answer(call(*turns, **more))["fields"]
    return told


def tried(*turns: tuple[str, str], **more: Any) -> list[str]:
    return [line["text"] for line in fields(*turns, **more)["tried"]]


def test_asked_and_repeated() -> None:
    turns = (
        ("bot", "what's your postcode"),
        ("caller", "l s nine"),
        ("bot", "sorry i didn't catch that what's your postcode"),
        ("caller", "l s nine"),
        ("bot", "i still didn't get that your postcode please"),
        ("caller", "this is silly"),
    )
    assert tried(*turns) == ["postcode asked 3 times, not understood"]
    assert "postcode could not be understood" in fields(*turns)["unresolved"]["text"]
    assert "take the postcode" in fields(*turns)["next"]["text"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("i can offer you a free month", "offered: a free month, caller said no"),
        ("i have reset your router", "reset the router"),
        ("i'm sorry i can't open that account", "could not open that account"),
        ("your plan ends on may third", "said: your plan ends on may third"),
        ("how can i help", None),
        ("one moment please let me check", None),
        ("i'll connect you with a colleague", None),
    ],
)
def test_acts_of_the_bot(said: str, told: str | None) -> None:
    found = tried(HELLO, ("caller", "my plan is wrong"), ("bot", said), ("caller", "no i don't want that"))
    assert found == ([told] if told else [])


def test_what_the_bot_only_promised_was_not_tried() -> None:
    assert tried(HELLO, ("caller", "my router is dead"), ("bot", "i'm sorry to hear that")) == []


def test_actions_come_first_with_their_results() -> None:
    state = {"actions": [{"name": "reset_line", "ok": False, "result": "timeout"}, {"name": "ping"}]}
    found = tried(HELLO, ("caller", "it is down"), ("bot", "i have sent you a text"), state=state)
    assert found == ["reset line: failed, timeout", "ping: result not reported", "sent the caller a text"]


UNIT = (("bot", "what's your unit number"), ("caller", "twelve b"))
PIN = (("bot", "your pin please"), ("caller", "1 2 3 4"))


@pytest.mark.parametrize(
    ("turns", "status", "said"),
    [
        ((HELLO, ("caller", "my bill is wrong")), "none", "not verified"),
        (UNIT, "partial", "partly verified, unit number only"),
        ((*PIN, ("bot", "thank you you're verified")), "verified", "verified by pin"),
        ((*PIN, ("bot", "that does not match our records")), "failed", "verification failed by pin"),
        ((UNIT[0], ("caller", "i don't have it")), "none", "not verified; asked, not given: unit number"),
        ((HELLO, ("caller", "i am already verified you know me")), "none", "not verified"),
        ((), "unknown", "verification not known"),
    ],
)
def test_authentication(turns: tuple[tuple[str, str], ...], status: str, said: str) -> None:
    found = fields(*turns)["authentication"]
    assert (found["status"], found["said"]) == (status, said)


def test_the_bots_report_of_it_wins() -> None:
    state = {
        "authentication": {"status": "verified", "method": "voice", "at": "10:01", "expires_at": "10:31"}
    }
    found = fields(("bot", "what's your unit number"), ("caller", "twelve b"), state=state)["authentication"]
    assert (found["status"], found["method"], found["expires_at"]) == ("verified", "voice", "10:31")
    assert found["said"] == "verified by voice; given: unit number"


def test_where_the_bot_does_not_know_its_words_tell() -> None:
    found = fields(*UNIT, state={"authentication": {"status": "unknown"}})["authentication"]
    assert found["status"] == "partial"


def test_low_confidence_is_heard_as() -> None:
    said = call(HELLO, ("caller", "my washing machine leaks"))
    said["turns"][1]["confidence"] = 0.3
    told = answer(said)
    assert told["fields"]["why"]["text"] == "heard as: my washing machine leaks"
    assert "heard as" in told["headline"]
    assert "heard as" not in told["fields"]["opening"]


def test_missing_is_said() -> None:
    told = answer(call())
    assert set(told["fields"]["missing"]) == {"why", "tried", "unresolved", "next", "authentication", "crm"}
    assert "matter not stated" in told["headline"]
    assert "Nothing was tried" in told["script"]


def test_names_only_if_configured() -> None:
    crm = {"name": "Maria Kowalczyk", "tier": "gold", "phone": "+1 555 010 9999"}
    told = fields(HELLO, ("caller", "my bill is wrong"), crm=crm)["crm"]
    assert told["tier"] == "gold"
    assert "Maria" not in str(told)
    assert "9999" not in str(told)


def test_a_claim_about_another_is_not_the_callers_own_identity() -> None:
    found = fields(("bot", "please say the name of your doctor"), ("caller", "doctor abernathy"))
    assert found["authentication"]["status"] == "none"

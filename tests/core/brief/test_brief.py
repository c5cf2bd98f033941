"""The brief: values from the state or the transcript, nothing invented, nothing personal, missing said."""

import pytest

from bridge.app.redacted import redacted, redacted_state
from bridge.core.brief import BriefBuilder
from bridge.core.brief.wording import HEADLINE
from bridge.core.redaction import redact
from bridge.core.script import SCRIPT_ROOM, script_of
from bridge.model.bot import Action, Authentication, BotState
from bridge.model.brief import Brief
from bridge.model.cue import Escalation
from bridge.model.transcript import Speaker, Transcript, Utterance

STATE = BotState(
    intent="billing_dispute",
    slots={"month": "May", "amount": "184.20"},
    actions=(
        Action(name="look_up_invoice", result="two equal charges found", ok=True),
        Action(name="refund_charge", ok=False),
    ),
    limits=("refunds need a person",),
    authentication=Authentication(status="verified", method="pin"),
    open="refund the second charge",
)


def brief(*turns: tuple[str, str], state: BotState | None = None, said: str = "") -> Brief:
    transcript = Transcript()
    for number, (speaker, text) in enumerate(turns):
        transcript = transcript.add(
            Utterance(
                id=f"u{number}", speaker=Speaker(speaker), text=text, start_s=4.0 * number,
                end_s=4.0 * number + 3, confidence=0.9,
            )
        )  # fmt: skip
    escalation = Escalation(
        reason="explicit_request", rule="contact_person", quote="talk to a person", score=1.0, at_s=60.0,
        source="speech", explicit=True, said=said,
    )  # fmt: skip
    builder = BriefBuilder()
    builder.hear(redacted(u, "en") for u in transcript.utterances)
    builder.report(redacted_state(state or BotState()))
    builder.escalate(escalation)
    return builder.brief()


CALL = (
    ("bot", "How can I help you?"),
    ("caller", "hello"),
    ("caller", "I was charged twice on my May invoice and I want to talk to a real person"),
)


def test_why_is_the_matter_not_the_request() -> None:
    made = brief(*CALL)
    assert made.why is not None
    assert made.why.text == "I was charged twice on my May invoice"
    assert made.why.utterances == ("u2",)
    assert "charged twice" in made.headline
    assert len(made.headline) <= HEADLINE


def test_words_of_an_unfinished_turn_count() -> None:
    made = brief(("bot", "How can I help you?"), said="my internet does not work, give me an agent")
    assert made.why is not None
    assert "internet" in made.why.text
    assert made.why.utterances == ()


def test_state_of_the_bot_is_told() -> None:
    made = brief(*CALL, state=STATE)
    assert [line.text for line in made.tried] == [
        "look up invoice: two equal charges found",
        "refund charge: it failed",
    ]
    assert made.unresolved is not None
    assert made.unresolved.text == "refund the second charge"
    assert made.authentication.status == "verified"
    assert "authentication" not in made.missing


def test_missing_is_said_to_be_missing() -> None:
    made = brief()
    assert {"why", "tried", "authentication"} <= set(made.missing)
    assert made.tried == ()
    assert "Nothing was tried." in script_of(made).detail


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("I have told you three times, it still hasn't arrived again", "frustrated"),
        ("this is ridiculous", "angry"),
        ("my husband passed away", "distressed"),
        ("thank you that is great", "positive"),
        ("I have a question about my bill", "neutral"),
    ],
)
def test_mood(text: str, sentiment: str) -> None:
    assert brief(("caller", text)).sentiment == sentiment


def test_script_says_everything_within_its_words() -> None:
    script = script_of(brief(*CALL, state=STATE))
    said = f"{script.headline} {script.detail}"
    for expected in ("charged twice", "refund charge", "verified by pin", "Open: refund the second charge"):
        assert expected in said
    assert len(said) <= SCRIPT_ROOM + 2


def test_smaller_budget_makes_a_shorter_script() -> None:
    made = brief(*CALL, state=STATE)
    lengths = [len(f"{s.headline} {s.detail}".split()) for s in (script_of(made, n) for n in (220, 150, 80))]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] < lengths[0]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("my card is four one one one two two two two three three three three", "four one one one"),
        ("it is 4111 1111 1111 1111", "4111"),
        ("write to john at example dot com", "john at example"),
        ("my password is blue horse", "blue"),
        ("the pin is 4 5 6 7", "4 5 6 7"),
    ],
)
def test_personal_data_leaves_redacted(text: str, hidden: str) -> None:
    assert hidden not in redact(text)
    made = brief(
        ("caller", f"there is a problem with my account, {text}"), state=BotState(slots={"note": text})
    )
    script = script_of(made)
    everything = f"{made} {script.headline} {script.detail} {script.more}"
    assert hidden not in everything


@pytest.mark.parametrize(
    "text",
    ["flight BA 247 at half past nine", "it costs $184.20", "I have three children", "at 10:30 on May 3"],
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert redact(text) == text

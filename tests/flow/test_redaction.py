"""A card, a secret and an address said in a call stand nowhere outside this process's memory."""

import json
import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import TypeAdapter
from structlog.testing import capture_logs

from bridge.adapters.files import RECORD
from bridge.adapters.vault import FernetVault
from bridge.app.messages import BotReported, Escalate, Ordered
from bridge.model.bot import Action, BotState
from bridge.model.botscript import Ask, BotScript
from bridge.model.cue import Escalation
from bridge.model.handoff import Event, State
from bridge.model.transcript import Utterance
from tests.flow.stage import Stage, settings
from tests.flow.test_handoff import answers
from tests.virtual_time import run

FIGURES = {
    "zero": "0",
    "oh": "0",
    "one": "1",
    "two": "2",
    "four": "4",
    "five": "5",
    "three": "3",
    "eight": "8",
    "six": "6",
}
PIECES = ("it's four five three two", "zero one five one", "one two eight three", "oh three six six")
CARD = "4532015112830366"


def everything(stage: Stage, logged: list[object]) -> str:
    """All that left the conversation, as one text."""
    return "\n".join(
        (
            *(RECORD.dump_json(record).decode() for record in (*stage.store.records, *stage.store.begun)),
            json.dumps([list(event) for event in stage.events.all], default=str),
            json.dumps(stage.tts.said),
            repr(stage.pop.shown),
            repr(logged),
        )
    )


def shares(told: str) -> list[str]:
    """Parts of the card, three said or four written digits long, that can be read in what was told."""
    said = re.sub(r"\d+", " x ", told.lower())
    said = re.sub(r"[a-z]+", lambda word: FIGURES.get(word[0], "x"), said)
    words = re.sub(r"(?<=\d)[ ,.\-]+(?=\d)", "", said)
    written = re.sub(r"\d+\.\d+", "x", told)  # times in seconds
    parts = [CARD[at : at + 3] for at in range(14) if CARD[at : at + 3] in words]
    return parts + [CARD[at : at + 4] for at in range(13) if CARD[at : at + 4] in written]


def speaks(stage: Stage, text: str, leg: str = "caller") -> None:
    """With a partial after each word, as a recognizer tells it."""
    words = text.split()
    for count in range(1, len(words)):
        stage.says(" ".join(words[:count]), leg, partial=True)
    stage.says(text, leg)


PATIENT = BotScript.model_validate(
    {
        "name": "patient",
        "steps": [{"ask": {"slot": f"s{n}", "prompt": "Yes, please go on?"}} for n in range(20)],
    }
)


def test_a_spoken_card_leaves_nothing_behind(tmp_path: Path) -> None:
    """In four breaths with "okay" between, then once more together with the request, and read back."""
    logged: list[object] = []

    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers, script=PATIENT) as stage:
            await stage.settle(6)
            for piece in PIECES:
                speaks(stage, piece)
                await stage.settle(0.3)
                speaks(stage, "okay")
                await stage.settle(0.3)
            speaks(stage, "I want to talk to a real person my card is " + " ".join(PIECES)[5:])
            await stage.until(State.BRIEFING)
            await stage.settle(1)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            await stage.settle()
            speaks(stage, "so that was " + " ".join(PIECES)[5:], "agent-1")
            speaks(stage, "yes and paid forty dollars")
            await stage.settle(0.5)
            stage.caller.hang_up()
        return stage

    with capture_logs() as logs:
        stage = run(story())
    logged += logs
    told = everything(stage, logged)
    assert shares(told) == []
    assert "[card]" in told
    assert "…" in json.dumps([body["shown"] for body in stage.events.of("partial")], ensure_ascii=False)
    (record,) = stage.store.records
    assert record.handoffs[0].outcome.result == "connected"
    assert "yes and paid forty dollars" in [u.text for u in record.transcript]


def test_the_search_would_see_a_card() -> None:
    assert shares("it was four five three two zero")
    assert shares('{"text": "4532"}')
    assert shares("at 1.4532 s we paid forty five dollars, order four two") == []


SECRET_TALK = (
    ("bot", "For security, what is your mother's maiden name?"),
    ("caller", "kowalczyk"),
    ("bot", "Thank you. And the first line of your address?"),
    ("caller", "fourteen birchwood avenue"),
    ("bot", "And your e-mail address?"),
    ("caller", "anna dot kowalczyk at gmail dot com"),
)


def test_answers_are_known_by_their_question(tmp_path: Path) -> None:
    """The bot's words come from its own leg."""

    async def story() -> Stage:
        config = settings(bot={"uri": "sip:bot@127.0.0.9"})
        async with Stage(tmp_path, config, on_dial=lambda far, dial: far.answer()) as stage:
            await stage.settle(1)
            for speaker, text in SECRET_TALK:
                speaks(stage, text, "bot-1" if speaker == "bot" else "caller")
                await stage.settle(0.5)
            stage.caller.hang_up()
        return stage

    stage = run(story())
    told = everything(stage, []).lower()
    assert "what is your mother's maiden name" in told
    for secret in ("kowalczyk", "birchwood", "gmail", "anna"):
        assert secret not in told


def test_what_comes_from_outside_is_redacted_as_well(tmp_path: Path) -> None:
    """The bot's state with its numbers, its note, the agent's note, an X header."""
    state = BotState(
        slots={
            "card_number": 4532015112830366,
            "pin": 4511,
            "amount": 1250,
            "email": "jo@example.org",
            "paid": True,
        },
        actions=(
            Action(name="look_up", args={"accountNumber": 77451209}, result="pin 4511 is right", ok=True),
        ),
    )
    note = "caller with card 4532 0151 1283 0366 insists"

    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            stage.conversation.call.headers["X-Card-Number"] = CARD
            inbox = stage.conversation.call.inbox
            inbox.put_nowait(BotReported(state))
            asked = Escalation(
                reason="bot_limit", rule="bot_api", quote=note, score=1.0, at_s=0.0, source="bot_api"
            )
            inbox.put_nowait(Escalate(asked))
            await stage.until(State.BRIEFING)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            stage.agent.hang_up()
            await stage.until(State.WRAP_UP)
            inbox.put_nowait(Ordered(Event.DISPOSITION_SET, "solved", note))
            await stage.settle()
            stage.caller.hang_up()
        return stage

    stage = run(story())
    told = everything(stage, [])
    assert CARD not in told.replace(" ", "")
    for secret in ("4511", "77451209", "jo@example"):
        assert secret not in told
    kept = stage.store.records[0].bot_state.slots
    assert (kept["amount"], kept["paid"], kept["pin"]) == (1250, True, "[pin]")


def test_the_vault_keeps_the_words_for_whoever_has_the_key(tmp_path: Path) -> None:
    vault = FernetVault(Fernet.generate_key().decode())

    async def story() -> Stage:
        async with Stage(tmp_path, vault=vault) as stage:
            await stage.settle(3)
            stage.says("my pin is four five three two")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    (record,) = run(story()).store.records
    assert record.vault
    assert "four five" not in RECORD.dump_json(record).decode()
    clear = TypeAdapter(tuple[Utterance, ...]).validate_json(vault.open(record.vault))
    assert "my pin is four five three two" in [u.text for u in clear]


def test_without_a_key_there_is_no_vault(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(3)
            stage.caller.hang_up()
        return stage

    assert run(story()).store.records[0].vault is None


CARD_ASKED = {"slot": "card", "prompt": "Key it in.", "kind": "digits", "digits": 16, "collect": "card"}
COLLECTS = BotScript.model_validate(
    {
        "name": "payment",
        "steps": [
            {"ask": CARD_ASKED},
            {"ask": {"slot": "more", "prompt": "Anything else?", "kind": "yes_no"}},
            {"hang_up": True},
        ],
    }
)  # fmt: skip


@pytest.mark.parametrize("spoken", [False, True])
def test_the_built_in_bot_keeps_nothing_of_a_card(tmp_path: Path, spoken: bool) -> None:
    """Keyed or spoken: the slot says that it came; no 0 among its digits calls a person."""

    async def story() -> Stage:
        async with Stage(tmp_path, script=COLLECTS) as stage:
            await stage.settle(3)
            if spoken:
                speaks(stage, " ".join(PIECES))
            else:
                for digit in CARD:
                    stage.caller.press(digit)
                    await stage.settle(1.6 if digit == "0" else 0.2)
            await stage.settle(1)
            assert stage.conversation.call.bot_state.slots == {"card": "[card]"}
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert shares(everything(stage, [])) == []
    assert stage.events.of("escalation") == []


def test_digits_for_a_bots_card_are_relayed_and_not_kept(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(bot={"uri": "sip:bot@127.0.0.9"}, records={"dir": str(tmp_path)})
        async with Stage(tmp_path, config, on_dial=lambda far, dial: far.answer()) as stage:
            await stage.settle(1)
            stage.conversation.call.inbox.put_nowait(BotReported(BotState(), collecting="card"))
            await stage.settle()
            for digit in CARD:
                stage.caller.press(digit)
                await stage.settle(1.6 if digit == "0" else 0.2)
            speaks(stage, "eight three")
            await stage.settle()
            assert "".join(digit for digit, _ in stage.ua.far("bot-1").digits) == CARD
            stage.caller.hang_up()
        return stage

    stage = run(story())
    told = everything(stage, [])
    assert shares(told) == []
    assert "eight three" not in told
    assert stage.events.of("escalation") == []


def test_a_script_collects_a_card_in_digits_only() -> None:
    with pytest.raises(ValueError, match="collect wants kind: digits"):
        Ask(slot="card", prompt="?", collect="card")

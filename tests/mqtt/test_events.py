"""What the sink makes of the bridge's events: every kind decided on, nothing said that may not be said."""

import ast
import asyncio
import json
import re
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from bridge.adapters.bulletin import MOST_CALLS
from bridge.adapters.memory import CountingClock
from bridge.adapters.mqtt.events import MqttEvents
from bridge.adapters.mqtt.outbox import Message, Outbox
from bridge.adapters.mqtt.topics import Topics
from bridge.adapters.published import EVENTS, KEPT_BACK
from bridge.adapters.tee import Tee
from bridge.model.bot import BotState
from bridge.model.handoff import State
from tests.flow.stage import Stage, settings
from tests.flow.test_handoff import REQUEST, answers
from tests.flow.test_redaction import PIECES, shares
from tests.virtual_time import run

ROOT = Path(__file__).parents[2]


class Kept(Outbox):
    """An outbox that also remembers all that was ever put into it."""

    def __init__(self) -> None:
        super().__init__(telemetry=10_000, vital=10_000)
        self.all: list[Message] = []

    def put(self, message: Message, *, vital: bool) -> None:
        self.all.append(message)
        super().put(message, vital=vital)

    def of(self, channel: str) -> list[dict[str, Any]]:
        return [json.loads(one.payload) for one in self.all if one.topic.endswith(channel) and one.payload]


def sink(*, words: bool) -> tuple[MqttEvents, Kept]:
    kept = Kept()
    events = MqttEvents(Topics("s"), "b", kept, CountingClock(), words=words, clear_after_s=5)
    return events, kept


def emitted() -> set[str]:
    """Every kind of event that the bridge's own source emits."""
    kinds = set()
    for path in (ROOT / "bridge" / "app").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                and node.func.attr == "emit" and node.args and isinstance(node.args[0], ast.Constant)
            ):  # fmt: skip
                kinds.add(str(node.args[0].value))
    return kinds


def test_every_event_is_published_or_kept_back_for_a_reason() -> None:
    undecided = emitted() - EVENTS.keys() - KEPT_BACK.keys()
    assert undecided == set(), "add them to EVENTS or KEPT_BACK of bridge/adapters/published.py"
    assert not EVENTS.keys() & KEPT_BACK.keys()


def conversation(tmp_path: Path, *, words: bool, speak: tuple[str, ...]) -> tuple[Kept, MqttEvents]:
    """A handoff to its end, with the words of `speak` before it."""
    events, kept = sink(words=words)

    async def story() -> None:
        stage = Stage(tmp_path, settings(), on_dial=answers)
        stage.events = Tee(stage.events, events)  # type: ignore[assignment]
        async with stage:
            await stage.settle(6)
            for text in speak:
                stage.says(text, partial=True)
                stage.says(text)
                await stage.settle(0.6)
            stage.says(REQUEST)
            await stage.until(State.BRIEFING)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            stage.caller.hang_up()
        await asyncio.sleep(6)  # virtual seconds: the grace is over

    run(story())
    return kept, events


def test_no_words_leave_unless_transcripts_are_on(tmp_path: Path) -> None:
    kept, events = conversation(tmp_path, words=False, speak=("the invoice is wrong",))
    told = b" ".join(one.payload for one in kept.all).decode()
    assert not events.failed
    assert kept.of("/transcript") == []
    assert not re.search("the invoice|real person|charged twice|Welcome to", told)
    assert [one["quote"] for one in kept.of("/cue") if "quote" in one] == []
    assert kept.of("/handoff")[-1]["result"] == "connected"


def test_words_are_redacted_where_they_leave(tmp_path: Path) -> None:
    kept, events = conversation(tmp_path, words=True, speak=("the invoice is wrong", *PIECES))
    told = b"\n".join(one.payload for one in kept.all).decode()
    assert not events.failed
    assert "the invoice is wrong" in [
        one["text"] for one in kept.of("/transcript") if one["type"] == "utterance"
    ]
    assert any(one["type"] == "partial" for one in kept.of("/transcript"))
    clear = re.sub(r'"(id|ts|at_s|start_s|end_s|seq|token)":("[^"]*"|[\d.]+)', "", told)
    assert shares(clear) == []


def test_quote_and_headline_go_with_the_words(tmp_path: Path) -> None:
    kept, _ = conversation(tmp_path, words=True, speak=())
    assert "real person" in next(one["quote"] for one in kept.of("/cue") if one["type"] == "escalation")
    assert kept.of("/handoff")[-1]["headline"]


def test_clear_text_of_a_measurement_stays_here(tmp_path: Path) -> None:
    """`asr.events_with_text` puts words as they were said into the events: into no message."""
    events, kept = sink(words=True)

    async def story() -> None:
        body = {"at_s": 1.0, "text": "my pin is four two", "utterance": 3}
        events.emit("final", "c1", body)
        events.emit(
            "partial", "c1", {**body, "shown": "my pin", "words": 6, "stable": 2, "speaker": "caller"}
        )

    run(story())
    assert "four two" not in b"".join(one.payload for one in kept.all).decode()
    assert kept.of("/transcript")[0]["shown"] == "my pin"


def test_the_retained_handoff_is_cleared_behind_the_call(tmp_path: Path) -> None:
    kept, _ = conversation(tmp_path, words=False, speak=())
    handoffs = [one for one in kept.all if one.topic.endswith("/handoff")]
    assert all(one.retain for one in handoffs)
    assert [one.payload for one in handoffs][-1] == b""
    assert [json.loads(one.payload)["rev"] for one in handoffs[:-1]] == sorted(
        json.loads(one.payload)["rev"] for one in handoffs[:-1]
    )


def test_a_defect_is_counted_and_never_raised() -> None:
    events, kept = sink(words=False)
    events.emit("dialed", "c1", {"at_s": "soon"})
    events.emit("outcome", "c1", {})
    assert events.failed == {"dialed": 1, "outcome": 1}
    assert kept.all == []


@hypothesis(deadline=None)
@given(
    kind=st.sampled_from([*EVENTS, *KEPT_BACK, "unheard_of"]),
    body=st.dictionaries(
        st.sampled_from(
            ["at_s", "id", "text", "shown", "state", "rev", "handoff", "target", "leg", "result"]
        ),
        st.none() | st.text() | st.floats() | st.lists(st.integers()) | st.text().map(str.encode),
    ),
)
def test_nothing_that_is_emitted_raises(kind: str, body: dict[str, Any]) -> None:
    async def story() -> None:
        events, kept = sink(words=True)
        events.emit(kind, "c1", body)
        for one in kept.all:
            assert not one.payload or json.loads(one.payload)["site"] == "s"

    asyncio.run(story())


def test_calls_whose_end_is_never_told_do_not_pile_up() -> None:
    events, kept = sink(words=False)
    for number in range(MOST_CALLS + 2):
        body = {"at_s": 1.0, "handoff": "h", "rev": 1, "state": "dialing", "event": None}
        events.emit("handoff", f"c{number}", body)
    cleared = [one.topic for one in kept.all if not one.payload]
    assert cleared == ["handoff/v1/s/call/c0/handoff", "handoff/v1/s/call/c1/handoff"]


def test_names_stay_one_level() -> None:
    topics = Topics("a/b#")
    assert topics.presence("x+/y") == "handoff/v1/a_b_/agent/x__y/presence"
    assert topics.may_answer("handoff/v1/a_b_/reply/bot/commands")
    assert topics.may_answer("elsewhere/bot")
    for wrong in (
        "handoff/v1/a_b_/cmd/call/1/return",
        "handoff/v1/other/reply/x",
        "a/+",
        "a/#",
        "$SYS/x",
        "",
    ):
        assert not topics.may_answer(wrong)


def test_state_of_the_bot_is_no_message() -> None:
    """Nothing of what the bot knows is a field of any payload."""
    fields = {name for _, model in EVENTS.values() for name in model.model_fields}
    assert not fields & set(BotState.__dataclass_fields__)

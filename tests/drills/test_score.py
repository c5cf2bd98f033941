"""Scores of a drill, from made records: each figure, and each way to fail."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from bridge.config import ConfigError
from bridge.core.template import compiled
from bridge.drills.scenario import Scenario, load_scenario, names, of_record
from bridge.drills.score import Score, score
from bridge.model.bot import BotState
from bridge.model.cue import Escalation
from bridge.model.handoff import HandoffRecord, Outcome
from bridge.model.record import ConversationRecord
from bridge.model.transcript import Speaker, Utterance, Word
from tests.core.assist.made import brief

Turn = tuple[str, str, float]
BEFORE: tuple[Turn, ...] = (
    ("caller", "the blue chair came with a broken leg", 5.0),
    ("bot", "anything else", 9.0),
)


def record(*turns: Turn, joined: bool = True) -> ConversationRecord:
    marks = {"agent_answered": 20.0, "accepted": 26.0, **({"connected": 30.0} if joined else {})}
    handoff = HandoffRecord(
        id="c1-h1",
        escalation=Escalation(
            reason="explicit_request",
            rule="r",
            quote="a person",
            score=1.0,
            at_s=12.0,
            source="speech",
            explicit=True,
        ),
        states=(),
        attempts=(),
        outcome=Outcome(result="connected" if joined else "failed", phase="connected"),
        marks_s=marks,
        absorbed=0,
    )
    said = tuple(
        Utterance(id=f"u{n}", speaker=Speaker(who), text=text, start_s=at, end_s=at + 2)
        for n, (who, text, at) in enumerate((*BEFORE, *turns), 1)
    )
    return ConversationRecord(
        v=1,
        id="c1",
        started_at="",
        seconds=60.0,
        ended="completed",
        caller="",
        called="",
        headers={},
        worker="",
        asr={},
        legs=(),
        transcript=said,
        gaps=(),
        flush_incomplete=(),
        cues=(),
        bot_state=BotState(),
        brief=brief(),
        handoffs=(handoff,),
    )


def scored(
    name: str, *turns: tuple[str, str, float], events: tuple[dict[str, Any], ...] = (), page: bool = False
) -> Score:
    return score(load_scenario(name), record(*turns), events, page)


def test_a_good_talk_passes() -> None:
    got = scored(
        "frustrated",
        ("agent", "hello my name is ann", 31.0),
        ("agent", "i'm so sorry i see that your internet is down again", 34.0),
        ("caller", "yes for the third time", 38.0),
    )
    assert got.passed, got.failures
    assert got.time_to_first_useful_word_s == 4.0
    assert got.time_to_accept_s == 6.0
    assert got.acknowledged is True
    assert got.transcript_opened is None


def test_asking_again_late_and_without_a_word_of_regret_fails() -> None:
    got = scored(
        "frustrated",
        ("agent", "can i have your order number please", 31.0),
        ("caller", "i gave that already it is A 778", 35.0),
        ("agent", "and what is with your internet", 50.0),
    )
    assert got.re_asked == ("order number",)
    assert got.restated == ("order number",)
    assert got.time_to_first_useful_word_s == 20.0
    assert len(got.failures) == 3


def test_planted_error_is_caught_or_acted_on() -> None:
    caught = scored(
        "planted_error",
        ("agent", "i understand your chair came broken", 31.0),
        events=({"type": "opened", "what": "transcript"},),
        page=True,
    )
    assert caught.planted_caught is True
    assert caught.transcript_opened is True
    assert caught.passed
    fell = scored("planted_error", ("agent", "i have cancelled the order for your chair", 31.0), page=True)
    assert fell.planted_acted_on is True
    assert fell.failures == ("the error in the brief was not caught, and the transcript was not opened",)


def test_a_call_nobody_took() -> None:
    got = score(load_scenario("frustrated"), record(joined=False), (), page=False)
    assert got.failures == ("the call was not taken",)
    assert got.time_to_first_useful_word_s is None


def test_the_word_itself_is_timed() -> None:
    made = record(("agent", "well hello there internet", 31.0))
    words = tuple(
        Word(text=text, start_s=31.0 + n, end_s=31.5 + n)
        for n, text in enumerate(["well", "hello", "there", "internet"])
    )
    last = replace(made.transcript[-1], words=words)
    made = replace(made, transcript=(*made.transcript[:-1], last))
    assert score(load_scenario("frustrated"), made, (), page=False).time_to_first_useful_word_s == 4.0


@pytest.mark.parametrize("name", names())
def test_ours_can_be_played(name: str) -> None:
    one = load_scenario(name)
    assert one.why
    assert one.then
    for templates in (one.useful, *((one.planted.acted_on, one.planted.caught) if one.planted else ())):
        assert compiled(templates, {})


def test_a_recorded_escalation_becomes_a_scenario() -> None:
    row = TypeAdapter(ConversationRecord).dump_python(
        record(("agent", "hello", 31.0), ("caller", "my number is [order number]", 33.0)), mode="json"
    )
    one = of_record(json.loads(json.dumps(row)))
    assert one.caller == (
        "the blue chair came with a broken leg",
        "I would like to talk to a real person, please.",
    )
    assert one.then == ("my number is order number",)
    assert isinstance(one, Scenario)


def test_what_cannot_be_played_is_named(tmp_path: Any) -> None:
    with pytest.raises(ConfigError, match="no such scenario"):
        load_scenario("nothing")
    (tmp_path / "a.yaml").write_text("title: x")
    with pytest.raises(ConfigError, match=r"a\.yaml: cannot be played"):
        load_scenario(str(tmp_path / "a.yaml"))
    (tmp_path / "r.json").write_text('{"id": "c", "handoffs": [], "transcript": []}')
    with pytest.raises(ConfigError, match="no handoff"):
        load_scenario(str(tmp_path / "r.json"))

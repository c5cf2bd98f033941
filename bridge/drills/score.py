"""What the trainee did, from the drill's record and events. Pure: the same files give the same figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bridge.core.assist.behaviour import ACKNOWLEDGED
from bridge.core.brief.clause import content
from bridge.core.repeats import Kind, Repeats
from bridge.core.said import said
from bridge.core.template import compiled
from bridge.drills.scenario import Scenario
from bridge.model.record import ConversationRecord
from bridge.model.transcript import Speaker, Utterance

USEFUL_S: Final = 15.0
"""the first useful word should come by then"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`None` where it could not be seen: nobody joined, no page was open, the scenario does not ask."""

    scenario: str
    kind: str
    outcome: str
    joined: bool
    time_to_accept_s: float | None
    """from the pickup to the accept: how much of the whisper he wanted"""
    time_to_first_useful_word_s: float | None
    """from the join"""
    re_asked: tuple[str, ...]
    """items of the brief he asked for, or re-verified"""
    restated: tuple[str, ...]
    """items the caller said again"""
    acknowledged: bool | None
    transcript_opened: bool | None
    """at his page"""
    planted_caught: bool | None
    planted_acted_on: bool | None
    passed: bool
    failures: tuple[str, ...]


def score(
    scenario: Scenario, record: ConversationRecord, events: Sequence[Mapping[str, Any]], page: bool
) -> Score:
    """`events`: of this conversation, as events.jsonl has them; `page`: the trainee had one open."""
    handoff = record.handoffs[0] if record.handoffs else None
    marks = handoff.marks_s if handoff else {}
    joined_s = marks.get("connected")
    spoken = [one for one in record.transcript if joined_s is not None and one.start_s >= joined_s]
    mine = [one for one in spoken if one.speaker is Speaker.AGENT]
    useful_s = _first_useful(scenario, record, mine)
    asked, restated = _repeats(record, spoken)
    opened = any(event["type"] == "opened" for event in events) if page else None
    planted = scenario.planted
    caught = _any(planted.caught, mine) if planted else None
    acted_on = _any(planted.acted_on, mine) if planted else None
    acknowledged = (
        any(ACKNOWLEDGED.search(said(one.text).text) for one in mine) if scenario.acknowledge else None
    )
    after_s = None if useful_s is None or joined_s is None else round(useful_s - joined_s, 2)
    failures = tuple(_failures(joined_s, after_s, asked, acknowledged, caught, acted_on, opened))
    return Score(
        scenario=scenario.title, kind=scenario.kind, outcome=handoff.outcome.result if handoff else "none",
        joined=joined_s is not None,
        time_to_accept_s=_between(marks, "agent_answered", "accepted"),
        time_to_first_useful_word_s=after_s, re_asked=asked, restated=restated, acknowledged=acknowledged,
        transcript_opened=opened, planted_caught=caught, planted_acted_on=acted_on, passed=not failures,
        failures=failures,
    )  # fmt: skip


def _failures(
    joined_s: float | None, useful_s: float | None, asked: tuple[str, ...], acknowledged: bool | None,
    caught: bool | None, acted_on: bool | None, opened: bool | None,
) -> Iterable[str]:  # fmt: skip
    if joined_s is None:
        yield "the call was not taken"
        return
    if useful_s is None:
        yield "nothing useful was said"
    elif useful_s > USEFUL_S:
        yield f"the first useful word came after {useful_s:.1f} s (limit {USEFUL_S:.0f} s)"
    if asked:
        yield f"asked again: {', '.join(asked)}"
    if acknowledged is False:
        yield "what upset the caller was not acknowledged"
    if caught is False or (acted_on and not caught):
        looked = (
            "" if opened is None else ", and the transcript was " + ("opened" if opened else "not opened")
        )
        yield f"the error in the brief was not caught{looked}"


def _first_useful(scenario: Scenario, record: ConversationRecord, mine: list[Utterance]) -> float | None:
    """When it was said: of the word itself, where the recognizer told its time."""
    pattern = compiled(scenario.useful, {}) if scenario.useful else None
    brief = record.brief
    lines = [line.text for line in (brief.why, brief.unresolved) if line] if brief else []
    known = {word[:6] for line in lines for word in content(line)}
    for one in mine:
        heard = said(one.text)
        if pattern:
            if found := pattern.search(heard.text + " "):
                return _at(one, heard.span(found.start(), found.end() - 1)[0])
        elif len(known & {word[:6] for word in content(one.text)}) >= min(2, max(1, len(known))):
            return one.start_s
    return None


def _at(utterance: Utterance, place: int) -> float:
    number = len(utterance.text[:place].split())
    words = utterance.words
    return words[number].start_s if len(words) == len(utterance.text.split()) else utterance.start_s


def _repeats(record: ConversationRecord, spoken: list[Utterance]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if record.brief is None:
        return (), ()
    repeats = Repeats(record.brief)
    found = [repeat for one in spoken for repeat in repeats.hear(one)]
    asked = dict.fromkeys(one.item for one in found if one.kind is not Kind.RESTATED)
    restated = dict.fromkeys(one.item for one in found if one.kind is Kind.RESTATED)
    return tuple(asked), tuple(restated)


def _any(templates: tuple[str, ...], mine: list[Utterance]) -> bool:
    pattern = compiled(templates, {})
    return any(pattern.search(said(one.text).text + " ") for one in mine)


def _between(marks: Mapping[str, float], begin: str, end: str) -> float | None:
    return round(marks[end] - marks[begin], 2) if begin in marks and end in marks else None

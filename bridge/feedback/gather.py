"""Proposals out of records, which are redacted already; what names a redaction is left out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

from bridge.core.brief.clause import content
from bridge.core.brief_items import WITHHELD
from bridge.core.cues.scope import Scope
from bridge.core.human_part import human_part
from bridge.core.measures import measures_of, stretches_of
from bridge.core.said import said
from bridge.cues.detectors import Detectors
from bridge.feedback.proposal import Kind, Proposal, id_of
from bridge.model.cue import CueKind
from bridge.model.handoff import HandoffRecord, State
from bridge.model.record import ConversationRecord
from bridge.model.rules import ASK
from bridge.model.transcript import Speaker, Utterance

BY_HAND: Final = frozenset({"dtmf", "console", "mqtt", "bot_api"})
"""sources of escalations that no words made"""
BEFORE_S: Final = 20.0
"""words count as those before a key so long"""
DAYS: Final = 7.0
DAY_S: Final = 86_400.0
MOST_WORDS: Final = 14
"""a longer turn is no phrase"""
SHOWN: Final = 5
ANSWERS: Final = 3
UNSUITABLE: Final = frozenset(
    {"silence", "dtmf", "low_confidence", "bot_limit", "repeated_failure", "no_progress"}
)
"""kinds that are not heard in one phrase"""


@dataclass(slots=True)
class _Group:
    kind: Kind
    text: str
    why: str
    answer: str = ""
    cue: str = ""
    lacked: list[str] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)


def gather(
    records: Sequence[ConversationRecord], detectors: Detectors, examples: Sequence[str] = ()
) -> list[Proposal]:
    """Those found most often first, of each kind. `examples`: what the bot is known to be for."""
    scope = Scope(examples)
    again = set(_called_again(records))
    groups: dict[str, _Group] = {}
    for record in records:
        for found in _found(record, detectors, scope, record.id in again):
            group = groups.setdefault(id_of(found.kind, found.text), found)
            group.conversations.append(record.id)
            group.lacked = sorted({*group.lacked, *found.lacked})
            group.answer = group.answer or found.answer
    ordered = sorted(groups.items(), key=lambda each: (each[1].kind, -len(each[1].conversations), each[0]))
    return [
        Proposal(
            id=id, kind=group.kind, text=group.text, answer=group.answer, cue=group.cue, lacked=group.lacked,
            why=group.why, n=len(group.conversations), conversations=group.conversations[:SHOWN],
        )
        for id, group in ordered
    ]  # fmt: skip


def _found(record: ConversationRecord, detectors: Detectors, scope: Scope, again: bool) -> Iterator[_Group]:
    measured = measures_of(record)
    if measured.contained and not again:
        yield from _in_scope(record, scope)
    for handoff in record.handoffs:
        if handoff.escalation.source in BY_HAND:
            yield from _phrase(record, handoff, detectors)
        yield from _gap(record, handoff)


def _in_scope(record: ConversationRecord, scope: Scope) -> Iterator[_Group]:
    """The first turn with content that is unlike what is known; without examples, of every solved call."""
    turn = next((u for u in _caller(record) if len(content(u.text)) >= 2), None)
    if (
        turn is None
        or WITHHELD.search(turn.text)
        or (scope.judges(turn.text) and not scope.outside(turn.text))
    ):
        return
    yield _Group(
        "in_scope_example", said(turn.text).text, "the bot dealt with it, and the caller did not call again"
    )


def _phrase(record: ConversationRecord, handoff: HandoffRecord, detectors: Detectors) -> Iterator[_Group]:
    at_s = handoff.escalation.at_s
    before = [u for u in _caller(record) if at_s - BEFORE_S <= u.end_s <= at_s + 0.5]
    words = said(before[-1].text).text if before else ""
    if not 2 <= len(words.split()) <= MOST_WORDS or WITHHELD.search(before[-1].text):
        return
    if any(cue.score >= ASK for cue in detectors.detect(before[-1].text)):
        return
    reason = handoff.escalation.reason
    kinds = {kind.value for kind in CueKind} - UNSUITABLE
    cue = reason if reason in kinds else CueKind.EXPLICIT_REQUEST.value
    why = f"said before a person was fetched by {handoff.escalation.source}; no rule heard it"
    yield _Group("grammar_phrase", words, why, cue=cue)


def _gap(record: ConversationRecord, handoff: HandoffRecord) -> Iterator[_Group]:
    """What a person solved that the bot could not: the matter, and what he said of it."""
    part = human_part(
        handoff, brief=record.brief, transcript=record.transcript, state=record.bot_state, cues=record.cues,
        over_s=record.seconds,
    )  # fmt: skip
    lacked = [f"{lack.kind}: {lack.what}" for lack in part.lacked if lack.kind != "missing"] if part else []
    matter = record.brief.why.text if record.brief and record.brief.why else ""
    if not part or not part.resolved or not lacked or not matter or WITHHELD.search(matter):
        return
    answer = " / ".join(_answers(record, handoff))
    yield _Group("knowledge_gap", matter, "a person solved it", answer=answer, lacked=lacked)


def _answers(record: ConversationRecord, handoff: HandoffRecord) -> list[str]:
    """The agent's longest turns, in their order."""
    talks = [s for s in stretches_of(handoff, record.seconds) if s.state is State.CONNECTED]
    turns = [
        u for u in record.transcript
        if u.speaker is Speaker.AGENT and any(t.start_s <= u.start_s <= t.end_s for t in talks)
    ]  # fmt: skip
    longest = sorted(turns, key=lambda u: -len(content(u.text)))[:ANSWERS]
    return [u.text for u in sorted(longest, key=lambda u: u.start_s) if content(u.text)]


def _caller(record: ConversationRecord) -> list[Utterance]:
    return [u for u in record.transcript if u.speaker is Speaker.CALLER and u.addressed]


def _called_again(records: Iterable[ConversationRecord]) -> Iterator[str]:
    """Conversations whose caller called again soon; of nobody it is not known that he did not."""
    times: dict[str, list[tuple[float, ConversationRecord]]] = {}
    for record in records:
        started_s = datetime.fromisoformat(record.started_at).timestamp()
        times.setdefault(record.caller, []).append((started_s, record))
    for calls in times.values():
        ordered = sorted(calls, key=lambda call: call[0])
        for (start_s, record), (next_s, _) in pairwise(ordered):
            if next_s <= start_s + record.seconds + DAYS * DAY_S:
                yield record.id

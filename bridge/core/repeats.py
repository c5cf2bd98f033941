"""What a caller has to say again to the agent, though the brief had it. Pure and incremental.

Three things count: the agent asks openly for an item of the brief, the caller says an item again, the agent
re-verifies a caller who was verified. An agent who says the value and asks whether it is right repeats
nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bridge.core.asking import questions
from bridge.core.brief.clause import content
from bridge.core.brief_items import PROBLEM, WITHHELD, Item, asked_for, items_of
from bridge.core.said import said
from bridge.model.brief import Brief
from bridge.model.transcript import Speaker, Utterance

IDENTITY = "authentication"
"""the item of a re-verification"""
HEARD = ("dialogue", "hint")
PATIENCE = 2
"""an answer may come until the agent has spoken so often again"""
_REFUSED = re.compile(
    r"\b(?:you (?:should|must|already) have|(?:isn't|wasn't) it in|don't you (?:have|see|know)|typed "
    r"it|can't you see|"
    r"why do you (?:need|ask)|don't (?:know|remember)|no idea|haven't got (?:it|that|one)|in your system)\b"
)
_NO_ANSWER = re.compile(
    r"(?:(?:yes|yeah|yep|ok|okay|sure|hello|hi|hang on|wait|one (?:second|moment)|let me (?:look|see|"
    r"check)|sorry|what|"
    r"pardon|again|really|uh|um|of course)\b\s*)*"
)
_REPROACH = re.compile(
    r"\b(?:(?:like|as) i(?:'ve)? (?:just |already )?(?:said|told|explained|mentioned)|i(?:'ve)? "
    r"(?:just |already )*(?:told|"
    r"said to|explained(?: it| this)? to|gave) (?:you|the|your|that|it)|(?:as|like) i was (?:telling|"
    r"saying))\b"
)


class Kind(StrEnum):
    ASKED = "asked"
    RESTATED = "restated"
    REVERIFIED = "reverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """`item`: the label in the brief, or problem, name, tried, authentication."""

    kind: Kind
    item: str
    utterance: str
    """id of the words in which it was heard"""
    at_s: float
    asked: str | None = None
    """of what was restated: the utterance that asked for it; None: said unasked, with a reproach"""
    value: str = ""
    """what the brief has, for the agent's page; "" where only that it was given"""


@dataclass(slots=True)
class _Open:
    item: Item
    asked: str
    turns: int = 0


class Repeats:
    """Of one conversation with one agent: give it the brief he had, then what is said after
    the join, in order."""

    def __init__(self, brief: Brief) -> None:
        self._items = items_of(brief)
        self._verified = brief.authentication.status == "verified"
        self._open: list[_Open] = []
        self._known_matter = False
        """the agent has shown that he knows it: questions about it are new"""

    def hear(self, utterance: Utterance) -> tuple[Repeat, ...]:
        """What the utterance repeats. Those of the bot, and what the other did not hear, repeat nothing."""
        if utterance.during not in HEARD:
            return ()
        if utterance.speaker is Speaker.AGENT:
            return tuple(self._agent(utterance))
        return tuple(self._caller(utterance)) if utterance.speaker is Speaker.CALLER else ()

    # -- the agent

    def _agent(self, utterance: Utterance) -> Iterable[Repeat]:
        text = utterance.text
        self._wait()
        clauses = questions(WITHHELD.sub(" ", text))
        tells = [] if any("problem" in clause.kinds for clause in clauses) else [text]
        self._known_matter = self._known_matter or any(map(self._tells_matter, tells))
        value_said = bool(WITHHELD.search(text))
        asked = {
            item: None
            for clause in clauses
            for item in asked_for(clause, self._items)
            if not (value_said and not item.value) and self._again(item, text)
        }
        for item in {item.label: item for item in asked}.values():
            self._open.append(_Open(item, utterance.id))
            yield _repeat(Kind.ASKED, item, utterance)
        if self._verified and any("identity" in clause.kinds for clause in clauses):
            yield Repeat(kind=Kind.REVERIFIED, item=IDENTITY, utterance=utterance.id, at_s=utterance.start_s)

    def _again(self, item: Item, text: str) -> bool:
        if item.label == PROBLEM:
            return not self._known_matter
        return item.kind == "tried" or not item.holds(text)

    def _tells_matter(self, text: str) -> bool:
        matter = next((item for item in self._items if item.label == PROBLEM), None)
        return matter is not None and _shares(matter.value, text)

    def _wait(self) -> None:
        for waiting in self._open:
            waiting.turns += 1
        self._open = [waiting for waiting in self._open if waiting.turns < PATIENCE]

    # -- the caller

    def _caller(self, utterance: Utterance) -> Iterable[Repeat]:
        heard = said(utterance.text).text
        if _REFUSED.search(heard):
            self._open.clear()
        elif self._open:
            if (rest := _NO_ANSWER.sub("", heard, count=1)) or self._open[0].item.kind == "tried":
                yield from self._answers(utterance, rest)
        elif _REPROACH.search(heard):
            for item in self._items:
                if item.kind != "tried" and self._says(item, utterance.text):
                    yield _repeat(Kind.RESTATED, item, utterance)
                    self._known_matter = self._known_matter or item.label == PROBLEM

    def _answers(self, utterance: Utterance, rest: str) -> Iterable[Repeat]:
        for waiting in self._open:
            yield _repeat(Kind.RESTATED, waiting.item, utterance, waiting.asked)
            self._known_matter = self._known_matter or waiting.item.label == PROBLEM
        self._open.clear()

    def _says(self, item: Item, text: str) -> bool:
        return _shares(item.value, text) if item.label == PROBLEM else item.holds(text)


def _shares(matter: str, text: str) -> bool:
    """At least two of the words that carry the matter, or the only one."""
    words = {word[:6] for word in content(matter)}
    return bool(words) and len(words & {word[:6] for word in content(text)}) >= min(2, len(words))


def _repeat(kind: Kind, item: Item, utterance: Utterance, asked: str | None = None) -> Repeat:
    return Repeat(
        kind=kind, item=item.label, utterance=utterance.id, at_s=utterance.start_s, asked=asked,
        value=item.value,
    )  # fmt: skip

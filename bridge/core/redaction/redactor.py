"""Redaction of a whole conversation: it knows the last question, and numbers said in several breaths.

Everything said goes through one `Redactor`, whoever says it: the question of one is the context of another.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.core.redaction.finder import Reading, read, spans_of
from bridge.core.redaction.held import held
from bridge.core.redaction.label import HARMLESS, QUANTITY
from bridge.core.redaction.number import LEAST, known_harmless
from bridge.core.redaction.numeral import CORRECTIONS, FILLERS, OH, SAID_SIGNS, SIGNS
from bridge.core.redaction.ordinary import ORDINARY
from bridge.core.redaction.phrase import words
from bridge.core.redaction.question import NOTHING, Question, question
from bridge.core.redaction.run import Run
from bridge.core.redaction.span import Span, masked, merged
from bridge.core.redaction.token import is_word

CALLER = "caller"
HIDDEN = "…"
ALONE = 2
"""so many digits said one by one and nothing else may begin a card"""
BACKCHANNEL = (
    FILLERS
    | CORRECTIONS
    | words(
        """
    thanks thank you great perfect sure good lovely noted fine uh-huh uh huh mhm mm-hm yep cool excellent
    please continue keep going carry that's that got it gotcha alright so far ready listening take your time
    """
    )
)
LONGEST = {"CARD": 19, "PHONE": 15, "SSN": 13, "PIN": 12, "CVV": 4}
"""digits, after which a number said in pieces is complete; 34 for others"""
LONG_SECRET = 40
"""characters; what is longer is talk that had to go, and its words are no secrets"""
SHORT = 3
"""words that may still belong to a secret said in pieces"""


class Told(NamedTuple):
    """What may be told of an utterance; `spans` are offsets in it as it was said."""

    text: str
    spans: tuple[Span, ...]


@dataclass(slots=True)
class _Side:
    """One speaker: the kind and length of a number that is not over yet."""

    type: str = ""
    digits: int = 0
    answered: bool = False
    asked: Question = NOTHING
    """what the speaker's own last words announced: "my card number is" """


@dataclass(slots=True)
class Redactor:
    """Holds secrets of this conversation in memory, to know them again; keep it no longer than the call."""

    _asked: Question = NOTHING
    _by: str = ""
    _answered: bool = False
    _sides: dict[str, _Side] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def final(self, speaker: str, text: str) -> Told:
        """An utterance that will not change. To be called once for each, in the order they were said."""
        reading = read(text)
        side = self._sides.setdefault(speaker, _Side())
        asked = self._question_for(speaker, side, reading)
        spans = self._spans(reading, side, asked)
        self._remember(speaker, reading, side, asked, spans)
        self._listen(speaker, reading)
        return Told(masked(text, spans), spans)

    def partial(self, speaker: str, text: str) -> str:
        """What may be shown of words still being said: as redacted, and `…` for what is not known to be
        harmless."""
        reading = read(text)
        side = self._sides.get(speaker, _Side())
        asked = self._question_for(speaker, side, reading)
        spans = self._spans(reading, side, asked)
        undecided = [Span(*stretch, "") for stretch in held(reading, asked)]
        shown = masked(text, merged([*spans, *undecided]))
        return shown.replace("[]", HIDDEN) if undecided else shown

    def expect(self, asked: str) -> None:
        """What the bot says it collects, in words: "card number". It stands until the next question."""
        self._asked, self._by = question(f"your {asked} please"), ""

    # -- context

    def _question_for(self, speaker: str, side: _Side, reading: Reading) -> Question:
        """What the words are an answer to: what the speaker announced, what is being asked, or nothing."""
        if side.asked.type:
            return side.asked
        asked = self._asked
        if speaker == self._by:
            return NOTHING if asked.type in (HARMLESS, QUANTITY) else asked._replace(whole=False)
        if asked.whole and side.answered and sum(is_word(token) for token in reading.tokens) > SHORT:
            return NOTHING
        return asked

    def _spans(self, reading: Reading, side: _Side, asked: Question) -> tuple[Span, ...]:
        found = list(spans_of(reading, asked))
        found += self._continued(reading, side, asked)
        found += self._again(reading)
        return merged(found)

    def _continued(self, reading: Reading, side: _Side, asked: Question) -> list[Span]:
        """Digits that go on from the utterance before, and digits alone: a part of who knows what."""
        wanted = asked.type if asked.type in LEAST else ""
        found: list[Span] = []
        last = reading.tokens[-1:]
        if (wanted or side.type) and last and last[0].low in OH and not reading.runs:
            found.append(Span(last[0].start, last[0].end, side.type or wanted))
        for run in reading.runs:
            if not run.digits or known_harmless(run, reading.tokens, reading.labels, asked):
                continue
            room = LONGEST.get(side.type, 34) - side.digits
            going_on = bool(side.type) and _begins(reading, run) and len(run.digits) <= room
            alone = _begins(reading, run) and _ends(reading, run)
            if going_on or (alone and (wanted or run.singles >= ALONE)):
                found.append(_span(reading, run, side.type if going_on else wanted or "NUMBER"))
        return found

    def _again(self, reading: Reading) -> list[Span]:
        """A name or word that was given as a secret, said again by anybody."""
        if not self._known:
            return []
        return [Span(t.start, t.end, "NAME") for t in reading.tokens if t.low in self._known]

    # -- memory

    def _remember(
        self, speaker: str, reading: Reading, side: _Side, asked: Question, spans: tuple[Span, ...]
    ) -> None:
        for span in spans:
            if span.type in ("NAME", "PASSWORD") and span.end - span.start <= LONG_SECRET:
                words = (t for t in reading.tokens if span.start <= t.start < span.end and is_word(t))
                self._known.update(t.low for t in words if len(t.low) > 2 and t.low not in ORDINARY)
        side.answered = side.answered or (asked.whole and bool(spans))
        self._answered = self._answered or (speaker == CALLER and bool(asked.type) and bool(spans))
        talk = [
            t
            for t in reading.tokens
            if t.low not in BACKCHANNEL and t.low not in SIGNS and t.low not in SAID_SIGNS
        ]
        last = reading.runs[-1] if reading.runs else None
        if last and last.digits and _ends(reading, last):
            type = _type_at(spans, reading.tokens[last.first].start)
            going_on = side.type and _begins(reading, last)
            if type:
                side.digits = len(last.digits) + (side.digits if going_on else 0)
                side.type = type if type != "NUMBER" or not going_on else side.type
            else:
                side.type, side.digits = "", 0
        elif talk:
            side.type, side.digits = "", 0
        if talk or reading.runs:
            side.asked = _announced(reading)

    def _listen(self, speaker: str, reading: Reading) -> None:
        """Is this a question? "Okay" and "go on" are none, and what only explains leaves it open."""
        if speaker == CALLER or all(t.low in BACKCHANNEL for t in reading.tokens if is_word(t)):
            return
        asked = question(reading.text)
        if asked.type or asked.request:
            self._asked, self._by, self._answered = asked, speaker, False
            for side in self._sides.values():
                side.answered = False
                if side.type not in ("", "NUMBER", asked.type):
                    side.type, side.digits = "", 0
        elif self._answered:
            self._asked = NOTHING


def _span(reading: Reading, run: Run, type: str) -> Span:
    return Span(reading.tokens[run.first].start, reading.tokens[run.last].end, type)


def _begins(reading: Reading, run: Run) -> bool:
    return all(t.low in BACKCHANNEL or t.low in SIGNS for t in reading.tokens[: run.first])


def _ends(reading: Reading, run: Run) -> bool:
    return all(t.low in BACKCHANNEL or t.low in SIGNS for t in reading.tokens[run.last + 1 :])


def _type_at(spans: tuple[Span, ...], start: int) -> str:
    return next((span.type for span in spans if span.start <= start < span.end), "")


def _announced(reading: Reading) -> Question:
    """The speaker's own "my card number is", with nothing behind it yet."""
    if not reading.labels or not reading.tokens:
        return NOTHING
    label = reading.labels[-1]
    rest = [t.low for t in reading.tokens[label.last + 1 :]]
    if label.type in (HARMLESS, QUANTITY) or len(rest) > 4 or any(word not in OPEN for word in rest):
        return NOTHING
    if not (
        rest
        or label.first == 0
        or reading.tokens[label.first - 1].low in ("my", "the", "and", "a", "card", "on")
    ):
        return NOTHING
    return Question(label.type, False, True, frozenset({label.type}))


OPEN = words(
    """
    is it's its number numbers um uh er , . : of my the card that's are ending in with on so here okay
    """
)

"""All kinds of personal data in one text."""

from dataclasses import dataclass

from bridge.core.redaction.address import addresses
from bridge.core.redaction.answer import answer
from bridge.core.redaction.date import dates
from bridge.core.redaction.health import conditions
from bridge.core.redaction.label import Label, labels, until
from bridge.core.redaction.mail import mails
from bridge.core.redaction.number import LETTERED, type_of
from bridge.core.redaction.ordinary import ORDINARY
from bridge.core.redaction.person import names
from bridge.core.redaction.question import Question, question
from bridge.core.redaction.run import Run, runs
from bridge.core.redaction.secret import secrets
from bridge.core.redaction.span import Span, masked, merged
from bridge.core.redaction.token import Token, tokens


@dataclass(frozen=True, slots=True)
class Reading:
    """A text taken apart once for all who look at it."""

    text: str
    tokens: list[Token]
    labels: list[Label]
    runs: list[Run]


def read(text: str) -> Reading:
    said = tokens(text)
    named = labels(said)
    return Reading(text, said, named, [run for run in runs(said) if _without_name(run, named)])


def _without_name(run: Run, named: list[Label]) -> bool:
    """Cuts "s s n" and the two of "c v two" from the digits behind; False where nothing is left."""
    here = until(named, run.first)
    for label in named[here - 1 : here] if here else ():
        if label.first <= run.first <= label.last and label.last > label.first:
            kept = [at for at, atom in enumerate(run.atoms) if atom.first > label.last]
            first = kept[0] if kept else len(run.atoms)
            run.atoms, run.signs = run.atoms[first:], run.signs[first:]
            return bool(run.atoms)
    return True


def find(text: str, prompt: str = "") -> tuple[Span, ...]:
    """Personal data in `text`, in order and apart. `prompt` is the question before, if there was one."""
    return spans_of(read(text), question(prompt))


def redact(text: str, prompt: str = "") -> str:
    """`text` with each span replaced by its type in square brackets: `my card is [card]`."""
    return masked(text, find(text, prompt))


def spans_of(reading: Reading, asked: Question) -> tuple[Span, ...]:
    said, named = reading.tokens, reading.labels
    found: list[Span] = []
    for run in reading.runs:
        if type := type_of(run, said, named, asked):
            first, last = _widened(run, said, type)
            found.append(Span(said[first].start, said[last].end, type))
    found += dates(said, named, asked)
    found += mails(said, named)
    found += addresses(said, named)
    found += secrets(said)
    found += names(said, reading.runs)
    found += conditions(said, asked=asked.type == "MEDICAL")
    if whole := answer(said, asked):
        found.append(whole)
    return merged(found)


def _widened(run: Run, said: list[Token], type: str) -> tuple[int, int]:
    """With a telephone number's plus, and with the capitals of a code: "POL-993812", "LK19 ABC"."""
    first, last = run.first, run.last
    if type == "PHONE" and first and said[first - 1].low in ("plus", "+", "("):
        return first - 1, last
    if type not in LETTERED:
        return first, last
    while first and (said[first - 1].low == "-" or _code_word(said[first - 1])) and run.first - first < 4:
        first -= 1
    while (
        last + 1 < len(said)
        and (said[last + 1].low == "-" or _code_word(said[last + 1]))
        and last - run.last < 3
    ):
        last += 1
    return first, last


def _code_word(token: Token) -> bool:
    return token.low.isalpha() and len(token.low) <= 4 and token.low not in ORDINARY and token.case == "U"

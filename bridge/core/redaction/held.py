"""What is held back of words still being said: digits of unknown kind, and ends that may become a secret."""

from bridge.core.redaction.address import NO_STREET_NAME
from bridge.core.redaction.finder import Reading
from bridge.core.redaction.label import HARMLESS, QUANTITY
from bridge.core.redaction.number import UNITS, harmless
from bridge.core.redaction.numeral import DIGITS, HOMOPHONES, MONTHS, OH, ORDINALS, REPEATS, SAID_SIGNS
from bridge.core.redaction.ordinary import ORDINARY
from bridge.core.redaction.phrase import words
from bridge.core.redaction.question import Question
from bridge.core.redaction.run import Run
from bridge.core.redaction.token import Token

BEGUN = OH | frozenset(REPEATS)
"""words that announce a digit"""
GOING_ON = BEGUN | frozenset(HOMOPHONES) | SAID_SIGNS
DATE = MONTHS | frozenset(ORDINALS) | words("the of end plus")
DATED = ("DOB", "EXPIRY")
SMALL = words("is it's its um uh er , . : of my the that's are ending in with on so at")
NAMED = words("password passphrase name surname email address word live maiden pet")
JOINS = words("dot underscore")
STREET = 3
"""words between a house number and "street" """
BACK = 6
"""tokens before the end that are looked at"""
SPELLED = 26


def held(reading: Reading, asked: Question) -> list[tuple[int, int]]:
    """Stretches of characters that are not to be shown yet."""
    said = reading.tokens
    if not said:
        return []
    found = [
        (said[run.first].start, said[_reach(said, run.last)].end)
        for run in reading.runs
        if len(run.code) >= 2 or _reach(said, run.last) == len(said) - 1
        if not harmless(run, said, reading.labels, asked)
    ]
    found += [(said[run.first].start, said[-1].end) for run in reading.runs[-1:] if _street(said, run, asked)]
    begins = [
        first
        for first in (_begun(said), _date(reading, asked), _spelled(said), _named(said))
        if first is not None
    ]
    if begins:
        found.append((said[min(begins)].start, said[-1].end))
    return found


def _street(said: list[Token], run: Run, asked: Question) -> bool:
    """A number with a few words behind it may be a house, or the end of a mailbox's name."""
    after = said[run.last + 1 :]
    if not run.digits or not 1 <= len(after) <= STREET or asked.type in (HARMLESS, QUANTITY):
        return False
    if any(token.low in UNITS or token.low in NO_STREET_NAME - {"a", "at"} for token in after):
        return False
    return len(run.digits) >= 2 or any(token.low not in ORDINARY for token in after)


def _reach(said: list[Token], last: int) -> int:
    """With the "double" and the "dash" behind, which belong to digits to come."""
    while last + 1 < len(said) and said[last + 1].low in GOING_ON | DIGITS.keys():
        last += 1
    return last


def _begun(said: list[Token]) -> int | None:
    """A last "oh", "double", "plus"."""
    first = len(said)
    while first > 0 and said[first - 1].low in BEGUN | {"plus"}:
        first -= 1
    return first if first < len(said) else None


def _date(reading: Reading, asked: Question) -> int | None:
    """A last "the third of" where a date of birth or of expiry is awaited."""
    said = reading.tokens
    first = len(said)
    while first > 0 and said[first - 1].low in DATE:
        first -= 1
    awaited = asked.type in DATED or (reading.labels and reading.labels[-1].type in DATED)
    return first if awaited and first < len(said) else None


def _spelled(said: list[Token]) -> int | None:
    """Letters one by one at the end, with "as in" between."""
    first = len(said)
    while (
        first > max(0, len(said) - SPELLED)
        and len(said[first - 1].low) == 1
        and said[first - 1].low.isalpha()
    ):
        first -= 1
    letters = len(said) - first
    if letters >= 2 or (letters == 1 and said[-1].low not in "ai"):
        return first
    for back in (2, 3):
        rest = [token.low for token in said[-back:]]
        if len(rest) == back and len(rest[0]) == 1 and rest[1:] in (["as"], ["as", "in"], ["for"]):
            return len(said) - back
    return None


def _named(said: list[Token]) -> int | None:
    """Unusual words behind "my address is", or around the dots and the "at" of an e-mail address."""
    for place in range(len(said) - 1, max(len(said) - 1 - BACK, -1), -1):
        low = said[place].low
        if low in JOINS and place:
            return place - 1
        if low == "at" and place and place + 1 < len(said) and said[place - 1].low not in ORDINARY:
            return place - 1
        if low in NAMED:
            first = place + 1
            while first < len(said) and said[first].low in SMALL:
                first += 1
            if first < len(said) and any(token.low not in ORDINARY for token in said[first:]):
                return first
    return None

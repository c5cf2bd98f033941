"""Dates of birth and of expiry: named or asked for, else only a whole date as old as a person."""

import re

from bridge.core.redaction.label import Label, until
from bridge.core.redaction.number import SOFT, other_thing
from bridge.core.redaction.numeral import DIGITS, MONTHS, OH, ORDINALS, SCALES, TEENS, TENS
from bridge.core.redaction.phrase import words
from bridge.core.redaction.question import Question
from bridge.core.redaction.span import Span
from bridge.core.redaction.token import Token, is_figure

INSIDE = words(
    """
    of the in and / - . , slash dash dot th st nd rd comma uh um er a
    """
)
REACH = 6
EARLIEST, LATEST = 1900, 2008
"""years in which a whole date is rather a birth than a purchase"""
YEAR = re.compile(r"(?:19|20)\d\d$")


def dates(tokens: list[Token], labels: list[Label], asked: Question) -> list[Span]:
    found: list[Span] = []
    for first, last in _chunks(tokens):
        if type := _type(tokens, first, last, labels, asked):
            first -= first > 0 and tokens[first - 1].low == "the"
            found.append(Span(tokens[first].start, tokens[last].end, type))
    return found


def _chunks(tokens: list[Token]) -> list[tuple[int, int]]:
    """Stretches of month names, ordinals and numbers, with what goes between."""
    found: list[tuple[int, int]] = []
    first, last = -1, -1
    for at, token in enumerate(tokens):
        if _part(token):
            if first < 0:
                first = at
            last = at
        elif first >= 0 and (token.low not in INSIDE or at - last > 2):
            found.append((first, last))
            first = -1
    if first >= 0:
        found.append((first, last))
    return found


def _part(token: Token) -> bool:
    low = token.low
    return (
        low in MONTHS or low in ORDINALS or low in DIGITS or low in TEENS or low in TENS or low in SCALES
        or low in OH or (is_figure(token) and len(low) <= 4)
    )  # fmt: skip


def _type(tokens: list[Token], first: int, last: int, labels: list[Label], asked: Question) -> str | None:
    words = [token.low for token in tokens[first : last + 1]]
    month = any(word in MONTHS for word in words) and words not in (["may"], ["march"])
    ordinal = any(word in ORDINALS for word in words)
    numbers = sum(_part(token) and token.low not in MONTHS for token in tokens[first : last + 1])
    if not (month or ordinal or numbers >= 2):
        return None
    named = _named(tokens, first, labels)
    if named == "EXPIRY" or (named is None and "EXPIRY" in asked.types and asked.request):
        return "EXPIRY" if month and numbers and not other_thing(tokens, first) else None
    whole = month and (numbers or ordinal)
    if named == "DOB":
        return "DOB" if whole or (ordinal and numbers >= 2) else None
    if "DOB" in asked.types and named is None:
        return "DOB" if whole or month or ordinal else None
    return "DOB" if whole and numbers >= 2 and _old(words) else None


def _named(tokens: list[Token], first: int, labels: list[Label]) -> str | None:
    here = until(labels, first - 1)
    if not here:
        return None
    label = labels[here - 1]
    between = tokens[label.last + 1 : first]
    near = len(between) <= REACH and all(token.low in SOFT for token in between)
    return label.type if near and label.type in ("DOB", "EXPIRY") else None


def _old(words: list[str]) -> bool:
    """A year of birth stands in it: 1974, nineteen seventy four, "two thousand and one"."""
    for at, word in enumerate(words):
        if YEAR.match(word):
            return EARLIEST <= int(word) <= LATEST
        if word == "nineteen" and at + 1 < len(words) and words[at + 1] in (*TENS, *TEENS, *OH, "hundred"):
            return True
        if word == "thousand":
            return words[at - 1] == "two" and not any(
                w in TENS or w in TEENS or w == "nine" for w in words[at + 1 :]
            )
    return False

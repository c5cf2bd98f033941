"""E-mail addresses: written, spoken ("ann dot lee at gmail dot com") and spelled."""

from bridge.core.redaction.label import Label
from bridge.core.redaction.numeral import DIGITS, NATO, OH, REPEATS, TEENS, TENS
from bridge.core.redaction.ordinary import ORDINARY
from bridge.core.redaction.phrase import words
from bridge.core.redaction.span import Span
from bridge.core.redaction.token import Token, is_figure, is_word

AT = frozenset({"@", "at"})
DOT = frozenset({".", "dot", "period", "point", "dots", "thought"})
JOINS = words(
    """
    dot . underscore _ dash hyphen - plus + period minus
    """
)
TOPS = words(
    """
    com net org edu gov co io uk de fr es it nl us ca au info biz me eu ie in pl se no dk ch at be ru br mx
    jp cn nz za tv app dev ai email online mil int con calm comm orgue kom
    """
)
PROVIDERS = words(
    """
    gmail hotmail yahoo outlook icloud aol proton protonmail googlemail live msn gmx btinternet comcast
    verizon me mac zoho yandex fastmail sky virginmedia talktalk web mail qq rediffmail rocketmail ymail att
    bellsouth cox hey mailinator
    """
)
SURE = words(
    """
    gmail hotmail yahoo outlook icloud aol proton protonmail googlemail gmx btinternet comcast zoho fastmail
    rediffmail ymail
    """
)
NO_DOMAIN = words(
    """
    your his her on this that and is was for to of with it
    """
)
OFFICES = words(
    """
    info hello contact support sales admin office help enquiries inquiries team billing orders jobs press
    """
)
"""everyday words that are mailboxes"""
COPULA = words(
    """
    is it's its : um uh address on file so be
    """
)
SHORT = 8
"""tokens between "email is" and "at" where all of them belong to the address"""
LONGEST = 26
"""tokens of a spelled local part"""
DOMAIN = 12


def mails(tokens: list[Token], labels: list[Label]) -> list[Span]:
    found: list[Span] = []
    done = -1
    named = {label.last for label in labels if label.type == "EMAIL"}
    for at, token in enumerate(tokens):
        if token.low not in AT or at <= done or at == 0:
            continue
        last = _domain(tokens, at)
        if last is None:
            continue
        first = _local(tokens, at, done + 1, named)
        if first < at or token.low == "@":
            found.append(Span(tokens[first].start, tokens[last].end, "EMAIL"))
            done = last
    return found


def _domain(tokens: list[Token], at: int) -> int | None:
    """Last token of "gmail dot com", "my shop dot co dot uk", "g m a i l dot com", or a provider's name."""
    end = min(at + 1 + DOMAIN, len(tokens))
    place = at + 1
    last = None
    while place < end:
        low = tokens[place].low
        if low in DOT and place > at + 1 and place + 1 < len(tokens) and tokens[place + 1].low in TOPS:
            last = place + 1
            place += 2
            continue
        if last is not None:
            break
        if not (is_word(tokens[place]) or is_figure(tokens[place]) or low in JOINS) or low in NO_DOMAIN:
            break
        place += 1
    if last is None and tokens[at].low == "@" and at + 1 < len(tokens) and is_word(tokens[at + 1]):
        return at + 1
    if last is None and at + 1 < len(tokens) and tokens[at + 1].low in SURE:
        return at + 1
    return last


def _local(tokens: list[Token], at: int, floor: int, named: set[int]) -> int:
    """First token of what stands before the "at": joined by dots and the like, spelled, or unusual words."""
    place = at
    floor = max(floor, at - LONGEST)
    while place > floor:
        before = tokens[place - 1]
        low = before.low
        if place - 1 in named:
            break
        joined = place < at and tokens[place].low in JOINS
        if low in JOINS:
            if place == at and not before.glued:
                break
            place -= 1
        elif (
            tokens[place].glued
            or joined
            or _spelled(before)
            or (is_word(before) and (low not in ORDINARY or low in OFFICES) and "'" not in low)
            or (place == at and _labelled(tokens, at, named))
            or (low in ("in", "for", "as", "like") and place - 1 > floor and len(tokens[place - 2].low) == 1)
        ):
            place -= 1
        else:
            break
    while place < at and tokens[place].low in JOINS:
        place += 1
    return min(place, _announced(tokens, at, floor, named))


def _announced(tokens: list[Token], at: int, floor: int, named: set[int]) -> int:
    """First token behind "my email is", if that is where the address must begin; else `at`."""
    for last in range(at - 2, max(at - SHORT, floor) - 2, -1):
        if last in named:
            first = last + 1
            while first < at and tokens[first].low in COPULA:
                first += 1
            return first if first > last + 1 else at
    return at


def _labelled(tokens: list[Token], at: int, named: set[int]) -> bool:
    return any(last in named for last in range(max(at - 8, 0), at))


def _spelled(token: Token) -> bool:
    low = token.low
    if low in ("a", "i"):
        return True
    return (
        (len(low) == 1 and low.isalnum()) or is_figure(token) or low in DIGITS or low in OH or low in TENS
        or low in TEENS or low in REPEATS or low in NATO
    )  # fmt: skip

"""Where somebody lives: house numbers with their street, flats, boxes, and what follows "i live at"."""

from bridge.core.redaction.label import Label
from bridge.core.redaction.numeral import DIGITS, OH, SCALES, TEENS, TENS
from bridge.core.redaction.ordinary import ORDINARY
from bridge.core.redaction.phrase import words
from bridge.core.redaction.span import Span
from bridge.core.redaction.token import Token, is_figure, is_word

STREETS = words(
    """
    street st road rd avenue ave lane ln drive dr boulevard blvd close crescent terrace court ct place pl
    square gardens grove way hill row mews parkway pkwy highway hwy circle trail loop plaza walk wharf quay
    alley gate rise view green esplanade promenade causeway turnpike heights manor mount ridge vale strasse
    straße allee platz rue via calle avenida weg
    """
)
SURE = words(
    """
    street road rd avenue ave boulevard blvd crescent terrace mews parkway strasse straße avenida calle lane
    """
)
"""which make an address without a number, behind "live on" and the like"""
NO_STREET_NAME = words(
    """
    the a an my your our on in at of to for and or is was it this that from with by than more per dollars
    pounds minutes hours days weeks months years times people cars orders items bags tickets no any i we you
    they he she not way one's half point other different main's away am pm percent
    """
)
UNITS = words(
    """
    apartment apt flat unit suite ste number box floor room no block building house
    """
)
AFTER = words(
    """
    , . - and in number no apartment apt flat unit suite floor building block city of north south east west
    new
    """
)
STATES = words(
    """
    alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho
    illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota
    mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah
    vermont virginia washington wisconsin wyoming carolina dakota hampshire jersey york mexico london
    manchester birmingham leeds glasgow
    """
)
NAME_WORDS = 3
"""words between number and "street" """
TAIL = 12
BEGINS = words(
    """
    live lives living reside residing address ship deliver delivered send sent moved located staying at
    """
)


def addresses(tokens: list[Token], labels: list[Label]) -> list[Span]:
    found: list[Span] = []
    done = -1
    for at, token in enumerate(tokens):
        if at <= done:
            continue
        if token.low in STREETS and not (token.glued and at and is_figure(tokens[at - 1])):
            first = _number_before(tokens, at, done + 1)
            if first is None:
                first = _named_before(tokens, at, done + 1)
            if first is not None:
                done = _tail(tokens, at)
                found.append(Span(tokens[first].start, tokens[done].end, "ADDRESS"))
        elif token.low in ("box", "apartment", "apt", "flat", "suite") and _unit(tokens, at):
            first = at - 2 if token.low == "box" and at > 1 else at
            done = at + 1 if token.low == "box" else _tail(tokens, at + 1)
            done = max(done, _numbers_end(tokens, at + 1))
            found.append(Span(tokens[max(first, 0)].start, tokens[done].end, "ADDRESS"))
    return found + _named(tokens, labels)


def _number_at(token: Token) -> bool:
    low = token.low
    return is_figure(token) or low in DIGITS or low in TENS or low in TEENS or low in OH or low in SCALES


def _number_before(tokens: list[Token], street: int, floor: int) -> int | None:
    """First token of "ten main", "one two three old mill", "12b high", before a street word."""
    place = street - 1
    words = 0
    while place >= floor and not _number_at(tokens[place]):
        low = tokens[place].low
        letter = len(low) == 1 and place > floor and _number_at(tokens[place - 1])
        if (not is_word(tokens[place]) and low not in (",", ".", "'")) or (
            low in NO_STREET_NAME and not letter
        ):
            return None
        words += is_word(tokens[place])
        if words > NAME_WORDS + letter:
            return None
        place -= 1
    if place < floor or (words == 0 and tokens[street].low not in SURE):
        return None
    while place > floor and (_number_at(tokens[place - 1]) or _inside_number(tokens, place - 1, floor)):
        place -= 1
    if place > floor + 1 and tokens[place - 1].low in ("flat", "apartment", "unit", "apt"):
        place -= 1
    return place


def _inside_number(tokens: list[Token], at: int, floor: int) -> bool:
    """ "nine hundred and ten", "sixty-three dash forty-five"."""
    return at > floor and tokens[at].low in ("and", "-", "dash", "/") and _number_at(tokens[at - 1])


def _named_before(tokens: list[Token], street: int, floor: int) -> int | None:
    """ "live on elm street": the street alone, where somebody lives there."""
    if tokens[street].low not in SURE:
        return None
    for place in range(street - 1, max(street - 4, floor) - 1, -1):
        low = tokens[place].low
        if low in ("on", "at", "in", "is", "to"):
            before = {token.low for token in tokens[max(place - 3, 0) : place + 1]}
            return place + 1 if before & BEGINS - {"at"} and place + 1 < street else None
        if low in NO_STREET_NAME or not is_word(tokens[place]):
            return None
    return None


def _unit(tokens: list[Token], at: int) -> bool:
    """ "flat 4b", "apartment twelve", "p o box nine": a number, or one letter, belongs to it."""
    if at + 1 >= len(tokens):
        return False
    after = tokens[at + 1]
    if tokens[at].low == "box":
        return at > 1 and tokens[at - 1].low in ("o", "office", ".") and _number_at(after)
    letter = len(after.low) == 1 and after.low.isalpha() and after.low not in "ai"
    if not (_number_at(after) or letter):
        return False
    return not (at + 2 < len(tokens) and tokens[at + 2].low in NO_STREET_NAME | {"fee", "rate", "price"})


def _numbers_end(tokens: list[Token], at: int) -> int:
    while at + 1 < len(tokens) and (
        _number_at(tokens[at + 1]) or (len(tokens[at + 1].low) == 1 and tokens[at + 1].low in "bcdef")
    ):
        at += 1
    return at


def _tail(tokens: list[Token], at: int) -> int:
    """The last token of what follows a street: a flat, a town, a state, a code."""
    last = at
    for place in range(at + 1, min(at + 1 + TAIL, len(tokens))):
        token = tokens[place]
        low = token.low
        letter = len(low) == 1 and low.isalpha() and low not in "ai"
        if (
            low in STREETS
            or low in STATES
            or _number_at(token)
            or letter
            or low in UNITS
            or (low == "a" and place > 0 and _number_at(tokens[place - 1]))
            or (is_word(token) and low not in ORDINARY and "'" not in low)
        ):
            last = place
        elif low not in AFTER and not (low == "the" and _number_at(tokens[place - 1])):
            break
    return last


def _named(tokens: list[Token], labels: list[Label]) -> list[Span]:
    """What follows "my address is" or "i live at", as long as it reads like a place."""
    found: list[Span] = []
    for label in labels:
        if label.type != "ADDRESS":
            continue
        first = label.last + 1
        copula = False
        while first < len(tokens) and tokens[first].low in (
            "is",
            "it's",
            "its",
            ":",
            "at",
            "to",
            ",",
            "was",
            "in",
            "number",
            "um",
            "uh",
        ):
            copula = copula or tokens[first].low in ("is", "it's", "its", ":", "was")
            first += 1
        if first >= len(tokens):
            continue
        token = tokens[first]
        living = tokens[label.first].low in ("live", "living", "lives", "reside", "residing", "i")
        place = (
            is_word(token)
            and token.low not in ORDINARY
            and (copula or (living and tokens[label.last].low in ("at", "on")))
        )
        if not ((_number_at(token) and _place_follows(tokens, first)) or place or _unit_word(tokens, first)):
            continue
        last = _tail(tokens, first)
        found.append(Span(token.start, tokens[last].end, "ADDRESS"))
    return found


def _place_follows(tokens: list[Token], at: int) -> bool:
    """Behind the number stands a name, not minutes or dollars."""
    while at < len(tokens) and _number_at(tokens[at]):
        at += 1
    return (
        at < len(tokens)
        and is_word(tokens[at])
        and tokens[at].low not in NO_STREET_NAME
        and (tokens[at].low not in ORDINARY or (at + 1 < len(tokens) and tokens[at + 1].low in STREETS))
    )


def _unit_word(tokens: list[Token], at: int) -> bool:
    return tokens[at].low in ("flat", "apartment", "apt", "unit", "suite") and _unit(tokens, at)

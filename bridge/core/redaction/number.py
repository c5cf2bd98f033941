"""Which runs of digits are somebody's, and what they are: by their name, by the question, by their shape."""

import re

from bridge.core.redaction.label import HARMLESS, QUANTITY, Label, until
from bridge.core.redaction.luhn import luhn
from bridge.core.redaction.numeral import (
    CORRECTIONS,
    FILLERS,
    HOMOPHONES,
    MONTHS,
    OH,
    REPEATS,
    SAID_SIGNS,
    SIGNS,
)
from bridge.core.redaction.phrase import words
from bridge.core.redaction.question import Question
from bridge.core.redaction.run import Run
from bridge.core.redaction.token import Token, is_figure

LEAST = {
    "CARD": 3, "CVV": 3, "EXPIRY": 3, "PIN": 3, "SSN": 3, "DOB": 3, "PHONE": 5, "POSTCODE": 3, "ACCOUNT": 3,
    "POLICY": 3, "LICENCE": 3,
}  # fmt: skip
"""so many digits and letters make the thing; fewer are a count"""
MOST = {"CVV": 4, "EXPIRY": 6, "DOB": 8, "PIN": 12, "POSTCODE": 10}
LETTERED = frozenset({"SSN", "POSTCODE", "ACCOUNT", "POLICY", "LICENCE", "PIN", "PASSWORD"})
SECRET = frozenset({"PIN", "CVV", "SSN", "CARD"})
SOFT = words(
    """
    is was are it's its it the number numbers digits digit of my your his her our their um uh er uhm erm
    ending ends in with for on and you that to at be would will this here this: : , . - # = so okay ok yes
    yeah well just sure please no goes as says reads like i think it'd that's thats code id me back starts
    starting begins beginning from s hm ' " card account a an one's called currently still now also then
    first last registered
    """
) | FILLERS | {"(", ")", "+", "plus"}  # fmt: skip
NAMING = 7
"""tokens in which "that's my ..." has come to its end"""
CONTINUING = FILLERS | CORRECTIONS | SIGNS | SAID_SIGNS | OH | frozenset(REPEATS) | frozenset(HOMOPHONES)
FAR = 9
"""tokens between a name and its number"""
UNITS = words(
    """
    dollars dollar bucks buck pounds pound quid euros euro cents cent pence percent degrees minutes minute
    mins hours hour hrs days day weeks week months month years year times people persons guests adults
    children kids nights night rooms tickets bags items pieces miles mile km kilometers kilometres kilos kg
    grams meters metres feet inches inch liters litres gallons gigs gig gb mb megs megabytes gigabytes mbps
    watts kilowatt kilowatts kwh volts points calls emails messages steps pages am pm o'clock oclock units
    boxes orders charges payments transactions th rd nd bedrooms bedroom employees users seats bottles
    copies seconds secs yen rupees francs dirhams pesos kronor % € £ passengers customers cars flights
    shares stars reais zloty basis business working more other different a.m p.m st grand million billion
    thousand
    """
)
CURRENCY = words(
    """
    $ £ € ¥ ₹
    """
)
YEARLY = words(
    """
    in since from until till by during of before after for year summer winter spring fall autumn early late
    """
)
CHARGED = words(
    """
    charge charged charging debited billed took taken credited refunded put paid pay transferred
    """
)
EXPIRING = words(
    """
    contract lease warranty subscription offer policy coupon voucher membership insurance trial promo
    promotion deal guarantee plan rental ticket points discount session link visa licence license agreement
    cover certificate
    """
)
UK_POSTCODE = re.compile(r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}")
CANADIAN = re.compile(r"[a-z]\d[a-z]\d[a-z]\d")
NI = re.compile(r"[a-z]{2}\d{6}[a-d]")
IBAN = re.compile(r"[a-z]{2}\d{2}[a-z\d]{11,30}")
NAMED_LATER = words(
    """
    is was that's thats are as for being
    """
)


def type_of(run: Run, tokens: list[Token], labels: list[Label], asked: Question) -> str | None:
    """The type of personal data that `run` is; None where it may be shown."""
    size = len(run.digits)
    if size < 2 and len(run.code) < 5:
        return None
    own = _own(run, tokens, labels)
    if _is_quantity(run, tokens, own):
        return None
    if own and own.type == HARMLESS:
        return "CARD" if 13 <= size <= 19 and run.digits[0] in "23456" and luhn(run.digits) else None
    if own and (named := _fitting(run, own.type)):
        other = named == "EXPIRY" and other_thing(tokens, run.first)
        return None if other or _year(run, tokens, own.type) or _sum(run, tokens, own) else named
    if own and own.type == QUANTITY and size < 9 and run.singles < 4 and not _written_long(run, tokens):
        return None
    if asked.type == HARMLESS or (asked.type == QUANTITY and run.singles < 7):
        return "CARD" if size >= 13 else None
    if named := _fitting(run, asked.type):
        return None if _year(run, tokens, asked.type) else named
    return _by_shape(run, tokens)


def known_harmless(run: Run, tokens: list[Token], labels: list[Label], asked: Question) -> bool:
    """By its own words or by the question a sum, a time, a count, a flight, an order."""
    own = _own(run, tokens, labels)
    if _is_quantity(run, tokens, own):
        return True
    type = own.type if own else asked.type
    return type in (HARMLESS, QUANTITY)


def harmless(run: Run, tokens: list[Token], labels: list[Label], asked: Question) -> bool:
    """No secret, whatever comes next: for words that are still being said."""
    if not _over(run, tokens):
        own = _own(run, tokens, labels)
        type = own.type if own else asked.type
        return type == HARMLESS or (asked.type == QUANTITY and run.singles < 4)
    return type_of(run, tokens, labels, asked) is None


def _over(run: Run, tokens: list[Token]) -> bool:
    """Words follow that can neither continue the run nor name it ("... is my pin")."""
    after = tokens[run.last + 1 : run.last + 1 + NAMING]
    if after and after[0].low in NAMED_LATER:
        return len(after) == NAMING
    return any(token.low not in CONTINUING for token in after)


def other_thing(tokens: list[Token], first: int) -> bool:
    """Not a card expires here, but a contract, an offer, a policy."""
    return any(token.low in EXPIRING for token in tokens[max(first - 8, 0) : first])


def _own(run: Run, tokens: list[Token], labels: list[Label]) -> Label | None:
    """The name that belongs to the run: before it with only small words between, or "... is my pin"."""
    here = until(labels, run.first - 1)
    if here:
        label = labels[here - 1]
        between = tokens[label.last + 1 : run.first]
        if len(between) <= FAR and all(t.low in SOFT or t.case == "U" for t in between):
            return label
    after = tokens[run.last + 1 : run.last + 4]
    if after and after[0].low in NAMED_LATER:
        place = until(labels, run.last)
        if place < len(labels) and labels[place].first <= run.last + 4:
            return labels[place] if labels[place].type not in (HARMLESS, QUANTITY) else None
    return None


def _fitting(run: Run, type: str) -> str | None:
    """`type`, if so many digits can be that."""
    size = len(run.code) if type in LETTERED else len(run.digits)
    if type not in LEAST or size < LEAST[type] or not run.digits:
        return None
    if size > MOST.get(type, 40):
        return "CARD" if size >= 13 else "NUMBER"
    if run.has("scale") and run.singles < 4 and len(run.digits) < 7 and type != "DOB":
        return None
    return type


def _is_quantity(run: Run, tokens: list[Token], own: Label | None) -> bool:
    """A sum, a time, a count: by what stands around it."""
    if len(run.digits) >= 13:
        return False
    before = tokens[run.first - 1].low if run.first else ""
    if before in CURRENCY and len(run.digits) < 10:
        return True
    if _clock_or_decimal(run, tokens):
        return True
    if run.singles >= 7 or (own and own.type in SECRET and run.singles >= 3):
        return False
    after = [token.low for token in tokens[run.last + 1 : run.last + 3]]
    if after and after[0] in UNITS:
        return True
    return (
        len(after) == 2
        and after[0] in ("or", "a", "more", "full", "of")
        and after[1] in UNITS | {"so", "them"}
    )


def _clock_or_decimal(run: Run, tokens: list[Token]) -> bool:
    """10:30, 184.20, 100,000, two point five."""
    if len(run.atoms) == 2 and run.signs[0] == ":" and tokens[run.atoms[1].first].glued:
        return True
    if "point" in run.signs and len(run.atoms) <= 5 and run.signs.count("point") == 1 and len(run.digits) < 7:
        return True
    figures = [tokens[atom.first] for atom in run.atoms]
    if not all(is_figure(token) and token.glued for token in figures[1:]) or not is_figure(figures[0]):
        return False
    if run.signs == ["."] and len(figures[1].low) <= 2:
        return True
    thousands = bool(run.signs) and all(sign == "," for sign in run.signs)
    return thousands and all(len(token.low) == 3 for token in figures[1:]) and len(figures[0].low) <= 3


def _year(run: Run, tokens: list[Token], type: str) -> bool:
    """ "in 2019", "since nineteen ninety": no card for all that one was named before."""
    if type in ("DOB", "EXPIRY") or run.singles or len(run.digits) != 4:
        return False
    before = tokens[run.first - 1].low if run.first else ""
    return run.digits[:2] in ("19", "20") and before in YEARLY


def _sum(run: Run, tokens: list[Token], own: Label) -> bool:
    """ "charged my card forty two fifty"."""
    words = {token.low for token in tokens[max(own.first - 4, 0) : own.first]}
    return (
        own.type in ("CARD", "ACCOUNT")
        and not run.singles
        and len(run.digits) <= 5
        and bool(words & CHARGED)
        and own.last + 1 == run.first
    )


def _written_long(run: Run, tokens: list[Token]) -> bool:
    return any(atom.kind == "written" and len(atom.value) >= 6 for atom in run.atoms)


def _by_shape(run: Run, tokens: list[Token]) -> str | None:
    code, size = run.code, len(run.digits)
    if run.letters and (known := _code(code)):
        return known
    if size >= 13:
        return "CARD"
    single = run.singles + sum(len(a.value) for a in run.atoms if a.kind == "written" and len(a.value) == 1)
    if run.has("scale") and run.singles < 5:
        return None
    written = [atom for atom in run.atoms if atom.kind == "written"]
    if _written_date(run) or (size < 7 and any("and" in sign for sign in run.signs)):
        return None
    if run.first and tokens[run.first - 1].low in MONTHS and size <= 6:
        return None
    if size >= 7 and (single >= 3 or written or not run.has("pair") or size >= 8):
        return {9: "SSN", 8: "ACCOUNT", 12: "ACCOUNT"}.get(size, "PHONE")
    if single >= 4 or (single >= 3 and size >= 5) or _written_long(run, tokens):
        return "NUMBER"
    return "NUMBER" if size >= 6 and len(written) >= 2 and not run.has("pair") else None


def _code(code: str) -> str | None:
    if UK_POSTCODE.fullmatch(code) or CANADIAN.fullmatch(code):
        return "POSTCODE"
    if NI.fullmatch(code):
        return "SSN"
    return "ACCOUNT" if IBAN.fullmatch(code) else None


def _written_date(run: Run) -> bool:
    """01/06/2024, 2024-06-01, 1.6.24: a date of birth only where it is called one."""
    parts = [atom.value for atom in run.atoms]
    if (
        len(parts) != 3
        or any(atom.kind != "written" for atom in run.atoms)
        or run.signs[0] not in tuple("/-.")
    ):
        return False
    day, month, year = parts if len(parts[0]) <= 2 else parts[::-1]
    return len(day) <= 2 and len(month) <= 2 and len(year) in (2, 4)

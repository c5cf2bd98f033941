"""The items of a brief that a caller could be asked for again, and whether a question asks for one. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.core.asking import Clause
from bridge.core.brief.clause import content
from bridge.core.redaction.numeral import DIGITS, OH, ORDINALS, TEENS, TENS
from bridge.core.redaction.phrase import words
from bridge.model.brief import Brief

PROBLEM, NAME, TRIED = "problem", "name", "tried"
WITHHELD = re.compile(r"\[[a-z_ ]+\]|\b(?:\w+ )?withheld\b")
_GIVEN = re.compile(r"^(?P<label>.{3,40}?) asked(?: \d+ times)?, given$")
_HEADS = frozenset({"number", "reference", "code", "id", "ref", "key", "no"})
_KINDS = (
    ("email", re.compile(r"\be-?mail\b")),
    ("phone", re.compile(r"\b(?:phone|mobile|telephone|cell|callback|contact) ?(?:number)?$|\bphone\b")),
    ("date", re.compile(r"\b(?:date|day|when|time)$")),
    ("amount", re.compile(r"\b(?:amount|sum|total|price|cost|fee|refund|charge|bill)$")),
    ("address", re.compile(r"(?<!email )(?<!mail )\b(?:address|location|place|street|property)$")),
    (
        "name",
        re.compile(r"^(?:full |customer |caller |first |last )?(?:name|surname)$|^(?:customer|caller)$"),
    ),
    ("product", re.compile(r"\b(?:product|plan|tariff|package|model|device|item|medicine|medication)$")),
    ("reference", re.compile(rf"\b(?:{'|'.join(sorted(_HEADS))})$")),
)
_PRODUCT = re.compile(
    r"\b(?:product|plan|tariff|package|model|device|item|medicine|medication|tablets?|drug|contract)\b"
)
_ALIKE = (
    {"booking", "reservation", "confirmation"}, {"ticket", "case", "incident"}, {"claim"}, {"policy"},
    {"tracking", "shipment", "parcel", "consignment"}, {"order"}, {"account", "customer"},
    {"license", "licence"},
    {"restart", "reboot", "turn", "power", "reset"}, {"change", "swap", "replace", "exchange"},
)  # fmt: skip
_EVENTS = {
    "purchase": "buy bought purchase order", "flight": "fly flight travel depart",
    "incident": "happen accident", "delivery": "arriv deliver come came need suppos due",
    "check in": "check arriv", "check out": "check leav",
    "return": "return send sent back", "report": "report", "appointment": "appointment", "moving": "mov",
    "transfer": "transfer send sent", "order": "order", "departure": "leav depart fly", "arrival": "arriv",
}  # fmt: skip
_PLAIN = words("is was were the that it this on for did do does be again exactly meant you supposed to and")
_BACK = re.compile(
    r"\b(?:number|one)\b.*\b(?:reach|call(?:ing)? (?:you|about|from)|cut off|contract|ring you)\b"
)
_NOT_NAME = re.compile(
    r"\bname (?:of|tag)\b|\b(?:company|shop|school|doctor|pet|maiden|user|street|middle)(?:'s)? name\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`value` "" where it is not known here, though the agent saw that it had been given."""

    label: str
    kind: str
    value: str = ""

    def holds(self, text: str) -> bool:
        """The value is said in `text`."""
        if not self.value:
            return False
        numbers = figures(self.value)
        if len(numbers) >= 2 or (numbers and self.kind in ("date", "amount")):
            there = figures(text)
            short = numbers.rstrip("0")  # "fourteen hundred" for 1400
            return numbers in there or (len(short) >= 2 and short in there)
        telling = [word for word in content(self.value) if not _PRODUCT.fullmatch(word)]
        said = set(_stems(content(text)))
        hits = sum(stem in said for stem in _stems(telling))
        return bool(telling) and hits >= max(1, round(0.6 * len(telling)))


def items_of(brief: Brief) -> tuple[Item, ...]:
    """What the brief tells, each label once."""
    found: dict[str, Item] = {}
    if brief.why or brief.intent:
        found[PROBLEM] = Item(
            label=PROBLEM, kind=PROBLEM, value=brief.why.text if brief.why else brief.intent or ""
        )
    if brief.caller:
        found[NAME] = Item(label=NAME, kind=NAME, value=brief.caller)
    told = [line.text.partition(":") for line in brief.facts if line.source != "agent"]
    pairs = [(label, value) for label, colon, value in told if colon] + list((brief.crm or {}).items())
    pairs += [(match["label"], "") for line in brief.tried if (match := _GIVEN.match(line.text))]
    for label, value in pairs:
        name = re.sub(r"[_\-]+", " ", label).strip().lower()
        known = "" if WITHHELD.search(value) else value.strip()
        found.setdefault(name, Item(label=name, kind=_kind(name), value=known))
    for number, line in enumerate(line.text for line in brief.tried if not _GIVEN.match(line.text)):
        found[f"{TRIED} {number}"] = Item(label=TRIED, kind=TRIED, value=line)
    return tuple(found.values())


def _kind(label: str) -> str:
    return next((kind for kind, form in _KINDS if form.search(label)), "other")


def asked_for(clause: Clause, items: Sequence[Item]) -> tuple[Item, ...]:
    """Those of `items` that the clause asks the caller to say."""
    if clause.new and "problem" not in clause.kinds:
        return ()
    return tuple(
        item
        for item in items
        if (item.kind == TRIED or not item.holds(clause.text)) and _asks(clause, item, items)
    )


def _asks(clause: Clause, item: Item, items: Sequence[Item]) -> bool:
    match item.kind:
        case "problem":
            return "problem" in clause.kinds
        case "tried":
            return "tried" in clause.kinds and _same_step(clause.text, item.value)
        case "name":
            if "name" in clause.kinds:
                return True
            named = re.search(r"\b(?:name|surname)\b", clause.what)
            return bool(named) and not _NOT_NAME.search(clause.text)
        case "date":
            return _asks_date(clause, item, items)
        case "amount":
            return "amount" in clause.kinds
        case "address":
            return "address" in clause.kinds or bool(re.search(r"(?<!mail )\baddress\b", clause.what))
        case "email":
            return bool(re.search(r"\be-?mail\b(?! (?:say|come|arrive))", clause.what))
        case "phone":
            named = re.search(r"\b(?:phone|mobile|telephone|cell|contact|callback)\b", clause.what)
            return bool(named or (clause.what and _BACK.search(clause.text)))
        case "product":
            return bool(_PRODUCT.search(clause.what)) or _names(clause.what, item.label)
        case "reference":
            return _asks_reference(clause.what, item, items)
    return _names(clause.what, item.label)


def _asks_reference(what: str, item: Item, items: Sequence[Item]) -> bool:
    told = what.split()
    wanted = _widened(set(item.label.split()) - _HEADS)
    if wanted & set(told):
        before = next((told[at - 1] for at, word in enumerate(told) if at and word in wanted), "")
        headed = bool(_HEADS & set(told)) or item.label.split()[0] in told[:3] or len(told) <= 5
        return headed and before not in ("purchase", "return", "delivery")
    alone = sum(other.kind == "reference" for other in items) == 1
    generic = re.match(
        r"(?:me |us )?(?:the|your|an?|any|that)? ?(?:reference|ref)(?: number)?\b(?! of\b)", what
    )
    return alone and bool(generic)


def _asks_date(clause: Clause, item: Item, items: Sequence[Item]) -> bool:
    if "date" not in clause.kinds:
        return item.label.endswith("date") and _names(clause.what, item.label)
    label = item.label.removesuffix(" date").removesuffix(" day")
    events = [*_EVENTS.get(label, "").split(), *(word[:5] for word in label.split() if word != "date")]
    rest = re.sub(r"^(?:when(?:'s)?|(?:on )?(?:what|which) (?:day|date))", "", clause.text).split()
    if any(word.startswith(event) for word in rest for event in events):
        return True
    only = sum(other.kind == "date" for other in items) == 1
    return only and all(word in _PLAIN for word in rest)


def _same_step(text: str, step: str) -> bool:
    """Is it the step that was taken, or an open question for all of them?"""
    if re.match(
        r"what (?:have|did) you (?:already )?(?:tr(?:y|ied)|done?)\b|have you tried (?:anything|something)",
        text,
    ):
        return True
    taken = set(_stems(content(step)))
    asked = _stems(content(re.sub(r"\boff and on\b", "restart", text)))
    return len(taken & _widened_stems(asked)) >= min(2, len(taken))


def _names(what: str, label: str) -> bool:
    near = set(what.split()[:9])
    return bool(what) and all(word in near for word in label.split() if word not in ("the", "of"))


def _widened(words: set[str]) -> set[str]:
    return words.union(*(group for group in _ALIKE if group & words))


def _widened_stems(stems: Sequence[str]) -> set[str]:
    groups = [{_stem(word) for word in group} for group in _ALIKE]
    return set(stems).union(*(group for group in groups if group & set(stems)))


def _stems(words: Sequence[str]) -> list[str]:
    return [_stem(word) for word in words]


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            bare = word.removesuffix(ending)
            return (bare[:-1] if bare[-1] == bare[-2] else bare).rstrip("e")[:7]
    return word.rstrip("e")[:7]


def figures(text: str) -> str:
    """The digits of a text, spoken ones too, with nothing between: "four four one two oh" -> "44120"."""
    found: list[str] = []
    times = 1
    for word in re.findall(r"[^\W_]+", text.lower()):
        bare = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word)
        if word == "hundred" and not (found and found[-1]):
            found.append("1")
            continue
        figure = DIGITS.get(word) or TEENS.get(word) or ORDINALS.get(word) or ("0" if word in OH else "")
        if bare.isdigit():
            figure = bare
        elif word in TENS:
            figure = TENS[word] + "0"
        elif re.fullmatch(r"(?=.*\d)\w+", word):
            figure = re.sub(r"\D", "", word)
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
            continue
        if figure and found and found[-1] in [f"{tens}0" for tens in TENS.values()] and len(figure) == 1:
            found[-1] = found[-1][0] + figure
        elif figure:
            found.append(figure * times)
        times = 1
    return "".join(found)

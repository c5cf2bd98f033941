"""Amounts of money and percentages."""

import re

from asr.itn.words import SMALL, any_of

_NUMBER = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|{any_of('one', 'two', 'three')})"
_START = r"(?<![\w$€£.,:/-])"
_DOLLARS = re.compile(
    rf"{_START}({_NUMBER})(?:[ -](thousand|million|billion))?[ -](dollars?|bucks|euros?)\b"
    rf"(?:,? (?:and )?({_NUMBER}) cents?\b)?",
    re.I,
)
_CENTS_ON = re.compile(rf"([$€]\d+),? (?:and )?({_NUMBER}) cents?\b", re.I)
_CENTS = re.compile(rf"{_START}(\d{{1,2}}) cents?\b", re.I)
_POUNDS = re.compile(rf"{_START}({_NUMBER}) pounds?,? (?:and )?({_NUMBER}) (?:pence|p)\b", re.I)
_COMMAS = re.compile(r"[$€£]\d{1,3}(?:,\d{3})+")
_PERCENT = re.compile(rf"{_START}({_NUMBER}) ?(?:percent|per cent|%)(?!\w)", re.I)


def write_money(text: str) -> str:
    """ "45 dollars and 20 cents" is $45.20. Pounds alone may be a weight and stay."""
    text = _COMMAS.sub(lambda found: found.group().replace(",", ""), text)
    text = _DOLLARS.sub(_dollars, text)
    text = _CENTS_ON.sub(lambda found: f"{found[1]}{_cents(found[2])}", text)
    text = _CENTS.sub(lambda found: f"$0{_cents(found[1])}", text)
    text = _POUNDS.sub(lambda found: f"£{_plain(found[1])}{_cents(found[2])}", text)
    return _PERCENT.sub(lambda found: f"{_plain(found[1])}%", text)


def _dollars(found: re.Match[str]) -> str:
    sign = "€" if found[3].lower().startswith("euro") else "$"
    amount = _plain(found[1])
    if found[2]:
        return f"{sign}{amount} {found[2].lower()}" + (f" and {found[4]} cents" if found[4] else "")
    if re.search(r"\.\d$", amount):
        amount += "0"
    return f"{sign}{amount}{_cents(found[4]) if found[4] and '.' not in amount else ''}"


def _plain(number: str) -> str:
    return SMALL.get(number.lower(), number.replace(",", ""))


def _cents(number: str) -> str:
    return f".{_plain(number).zfill(2)}"

"""Dates and years: "the third of march twenty twenty six" is March 3, 2026."""

import re
from typing import Final

from text_to_num import alpha2digit

from asr.itn.words import ORDINALS, TEENS, TENS, UNITS, any_of

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_MONTH = any_of(*_MONTHS)
_SMALL = {word: str(value) for value, word in enumerate(ORDINALS[:3], 1)}
_DAY = rf"(\d{{1,2}}(?:st|nd|rd|th)|{any_of(*_SMALL)})"
_BEFORE = r"(?:on|by|since|until|till|from|before|after|due|of|to|through|between|and|for)"
_DAY_OF_MONTH = re.compile(rf"(?<!\w)(?:the )?{_DAY} (?:of )?({_MONTH})\b", re.I)
_MONTH_DAY = re.compile(rf"(?<!\w)({_MONTH}) (?:the )?(?:{_DAY}|(\d{{1,2}}))(?!\w)(?![.:]\d)", re.I)
_MAY = re.compile(rf"\b{_BEFORE} $", re.I)
_YEAR_AFTER = re.compile(rf"\b({_MONTH} \d{{1,2}}),? (?:of )?((?:19|20)\d\d)(?![\w.:])")
_TWO = rf"(?:{any_of(*TENS)}(?:[ -]{any_of(*UNITS[1:])})?|{any_of(*TEENS)}|oh[ -]{any_of(*UNITS[1:])})"
_UNIT = r"(?:dollar|cent|buck|euro|percent|hundred|thousand|million|am\b|pm\b)"
_SPOKEN_YEAR = re.compile(
    rf"(?<![\w'-])(nineteen|twenty)[ -]({_TWO})\b(?![ -](?:{any_of(*UNITS, *TEENS, *TENS)}\b|{_UNIT}))",
    re.I,
)


def write_dates(text: str) -> str:
    """May is a month only where a day is named "of" it or a word like "on" goes before it."""
    text = _DAY_OF_MONTH.sub(_day_of_month, text)
    text = _MONTH_DAY.sub(lambda found: _month_day(found, text), text)
    return _YEAR_AFTER.sub(r"\1, \2", text)


def write_years(text: str) -> str:
    """Before cardinals are written: "nineteen eighty four" is no "19 84"."""
    return _SPOKEN_YEAR.sub(_year, text)


def _day(text: str) -> str:
    return _SMALL.get(text.lower()) or re.sub(r"\D", "", text)


def _day_of_month(found: re.Match[str]) -> str:
    day = _day(found[1])
    return f"{found[2].capitalize()} {day}" if 1 <= int(day) <= 31 else found.group()


def _month_day(found: re.Match[str], text: str) -> str:
    if found[1].lower() == "may" and not _MAY.search(text[: found.start()]):
        return found.group()  # "you may first check"
    day = _day(found[2] or found[3])
    return f"{found[1].capitalize()} {int(day)}" if 1 <= int(day) <= 31 else found.group()


def _year(found: re.Match[str]) -> str:
    century = "19" if found[1].lower() == "nineteen" else "20"
    rest = re.sub(r"^oh[ -]", "zero ", found[2], flags=re.I)
    return century + str(alpha2digit(rest, "en", 0)).replace(" ", "").zfill(2)

"""Times of day: "half past ten", "ten thirty am" and "10.30 a.m." are 10:30."""

import re
from typing import Final

from asr.itn.words import SMALL, any_of

_HOUR = rf"(1[0-2]|0?[1-9]|{any_of('one', 'two', 'three')})"
_START = r"(?<![\w$€£.,:/-])"
_HALF_DAY = r"([ap])\.? ?m(?:\.(?= +[a-z])|\b)"
"""the dot that ends a sentence stays"""
_COUNTED = r"(?: (?:\d|dollar|cent|buck|euro|pound|percent|per |minutes|hours|days|weeks|times|people))"
_WITH_HALF_DAY = re.compile(rf"{_START}{_HOUR}(?:[:. ]?([0-5]\d)| oh (\d))? ?{_HALF_DAY}", re.I)
_PAST = re.compile(rf"(?<!\w)(half|(?:a )?quarter) (past|to|after) {_HOUR}(?![\w:]|[.,]\d)", re.I)
_MINUTES_PAST = re.compile(
    rf"(?<!\w)((?:at|it['’]s|it is|was) )(5|10|20|25) (past|to|after) {_HOUR}(?![\w:%]|[.,]\d|{_COUNTED})",
    re.I,
)
_OCLOCK = re.compile(rf"{_START}{_HOUR} o['’ ]?clock\b", re.I)
_AT = re.compile(
    rf"(?<!\w)((?:at|around|about|by|until|till|before|after) ){_HOUR} ([0-5]\d)"
    rf"(?![\w%:]|[.,-]\d|{_COUNTED})",
    re.I,
)
_MINUTES: Final = {"half": 30, "quarter": 15, "a quarter": 15}


def write_times(text: str) -> str:
    text = _PAST.sub(_past, text)
    text = _MINUTES_PAST.sub(lambda found: found[1] + _clock(int(found[2]), found[3], found[4]), text)
    text = _OCLOCK.sub(lambda found: f"{_hour(found[1])}:00", text)
    text = _AT.sub(lambda found: f"{found[1]}{_hour(found[2])}:{found[3]}", text)
    return _WITH_HALF_DAY.sub(_half_day, text)


def _hour(text: str) -> int:
    return int(SMALL.get(text.lower(), text))


def _past(found: re.Match[str]) -> str:
    if found[1].lower() == "half" and found[2].lower() == "to":
        return found.group()
    return _clock(_MINUTES[found[1].lower()], found[2], found[3])


def _clock(minutes: int, way: str, hour: str) -> str:
    if way.lower() == "to":
        return f"{(_hour(hour) - 2) % 12 + 1}:{60 - minutes:02}"
    return f"{_hour(hour)}:{minutes:02}"


def _half_day(found: re.Match[str]) -> str:
    return f"{_hour(found[1])}:{int(found[2] or found[3] or 0):02} {found[4].lower()}m"

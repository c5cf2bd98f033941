"""Runs of digits: telephone, card and order numbers, spoken one by one or written in groups."""

import re
from typing import Final

from asr.itn.words import DIGITS, SCALES, TEENS, TENS, any_of

_TIMES: Final = {"double": 2, "triple": 3}
_ONE = rf"(?:(?:double|triple)[ -])?(?:{any_of(*DIGITS)}\b|\d(?!\d))"
_RUN = re.compile(rf"(?<![\w$€£'])(?<!\d[.,:/-]){_ONE}(?:(?:, ?|\. | |-){_ONE})*(?![\w%'])(?![.:/]\d)", re.I)
_TOKEN = re.compile(rf"(?:(double|triple)[ -])?({any_of(*DIGITS)}|\d)", re.I)
_BEFORE = re.compile(rf"\b{any_of(*TENS, *SCALES, 'point')}(?:[ -]| and )$", re.I)
_AFTER = re.compile(rf"[ -](?:{any_of(*SCALES, *TEENS, *TENS)}|point)\b", re.I)
_LEAST, _LEAST_LISTED = 3, 4
"""digits that make a run; "one, two, three" may count things"""

_GROUP = r"(?:\d{1,4}|oh?)"
_GROUPS = re.compile(
    rf"(?<![\w$€£%.,:/+-])(?:\+?\d{{1,4}}|\(\d{{3}}\))(?:[ .-]\(?{_GROUP}\)?)*[ .-]?\d{{1,4}}"
    r"(?![\w%'])(?![.,:/-]\d)",
    re.I,
)
_DATE = re.compile(
    r"\d{4}[.-]\d{1,2}[.-]\d{1,2}|\d{1,2}[.-]\d{1,2}[.-]\d{2,4}|(?:19|20)\d\d[ -](?:19|20)\d\d"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
)
"""or a range of years, or an IP address"""
_UNIT = re.compile(r" ?(?:dollars?|cents?|bucks|euros?|pounds?|percent|per cent|am|pm|a\.m|p\.m|%)\b", re.I)
_LEAST_GROUPED, _MOST = 7, 19


def join_spoken(text: str) -> str:
    """ "four one two, double five" is 41255; "double five" alone is 55."""
    return _RUN.sub(lambda found: _join(found, text), text)


def _join(found: re.Match[str], text: str) -> str:
    run = found.group()
    tokens = list(_TOKEN.finditer(run))
    before, after = text[: found.start()], text[found.end() :]
    if tokens and (_BEFORE.search(before) or _interjected(tokens[0], run)):
        tokens = tokens[1:]  # twenty ONE two three; oh, four one two
    if tokens and _AFTER.match(after):
        tokens = tokens[:-1]  # ONE hundred
    while tokens and tokens[-1].group().lower() in ("oh", "o"):
        tokens = tokens[:-1]  # one two three, OH no
    if not tokens or not _is_number(tokens, run):
        return run
    digits = "".join(DIGITS.get(t[2].lower(), t[2]) * _TIMES.get((t[1] or "").lower(), 1) for t in tokens)
    return run[: tokens[0].start()] + digits + run[tokens[-1].end() :]


def _interjected(token: re.Match[str], run: str) -> bool:
    alone = token.group().lower()
    return alone == "o" or (alone == "oh" and run[token.end() :].startswith(","))


def _is_number(tokens: list[re.Match[str]], run: str) -> bool:
    if len(tokens) == 1:
        return bool(tokens[0][1]) and DIGITS.get(tokens[0][2].lower(), tokens[0][2]) not in "01"
    if tokens[0][1] or tokens[1][1]:
        return True
    listed = run[tokens[0].start() : tokens[-1].end()].count(",") >= len(tokens) - 1
    return len(tokens) >= (_LEAST_LISTED if listed else _LEAST)


def join_groups(text: str) -> str:
    """ "412-555-0198" and "4 12 5 55 oh 1 98" are 4125550198. Dates, years and amounts are not dialled."""
    return _GROUPS.sub(lambda found: _join_groups(found, text), text)


def _join_groups(found: re.Match[str], text: str) -> str:
    written = found.group()
    groups = re.findall(r"\d+|oh?", written, re.I)
    digits = "".join(group if group.isdigit() else "0" for group in groups)
    dialled = len(groups) >= 3 or (len(groups) == 2 and "-" in written)
    if not dialled or not _LEAST_GROUPED <= len(digits) <= _MOST:
        return written
    if _DATE.fullmatch(written) or _UNIT.match(text, found.end()):
        return written
    return ("+" if written.startswith("+") else "") + digits

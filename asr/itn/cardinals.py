"""Cardinals and ordinals, by text2num, which is asked about the words of numbers only.

Left to itself it writes "half a million" as "half a 1000000" and "thousands" as "1000".
"""

import re
from collections.abc import Callable
from typing import Final

from text_to_num import alpha2digit

from asr.itn.words import ORDINALS, SCALES, TEENS, TENS, UNITS, any_of

LANGUAGES: Final = frozenset({"fr", "es", "pt", "de", "nl", "da", "it"})

_CARDINAL = any_of(*UNITS, *TEENS, *TENS)
_SCALE = any_of(*SCALES)
_ORDINAL = any_of(*ORDINALS)
_SPAN = re.compile(
    rf"(?<![\w'-])(?:(?<!half )a (?={_SCALE}\b)|{_CARDINAL}\b|(?<=the ){any_of(*ORDINALS[3:])}\b)"
    rf"(?:(?: and | point | |-)?\b(?:{_CARDINAL}|{_SCALE}|{_ORDINAL})\b)*(?![\w'-])",
    re.I,
)
_FRACTION = re.compile(rf"\b{any_of(*UNITS, *TEENS)}[ -]{_ORDINAL}$", re.I)
_SECONDS = re.compile(r"(?<=\w) second$", re.I)
_EACH = re.compile(r"\b(?:a|every) $", re.I)
"""a thirty second delay is no thirty-second delay"""


def write_cardinals(text: str) -> str:
    """Isolated numbers up to three stay words: "one of them" is no "1 of them"."""
    return _SPAN.sub(lambda found: _write(found, text), text)


def _write(found: re.Match[str], text: str) -> str:
    span = found.group()
    if _FRACTION.search(span):
        return span
    if _EACH.search(text[: found.start()]) and _SECONDS.search(span):
        return f"{_convert(span[: -len(' second')])} second"
    return _convert(span)


def _convert(span: str) -> str:
    counted = re.sub(r"^a (?=\w)", "one ", span, flags=re.I)
    return str(alpha2digit(counted, "en"))


def foreign(language: str) -> Callable[[str], str]:
    """The library's own conversion."""
    return lambda text: str(alpha2digit(text, language))

"""One form for what is written in several: words as they are compared, numbers digit by digit. Pure.

"$49", "forty nine dollars" and "49 dollars" are the same words said, and so are "555-0146" and "five five
five zero one four six". Engines differ in how they write; that is not an error of recognition.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Mark = TypeVar("Mark")

_SMALL: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_ROUND: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS: Final = {word: value for value, word in enumerate(_SMALL)}
_TENS: Final = {word: 10 * value for value, word in enumerate(_ROUND, 2)}
_SCALES: Final = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_RANKS: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth", "twentieth",
)  # fmt: skip
_ORDINALS: Final = {word: value for value, word in enumerate(_RANKS, 1)} | {"thirtieth": 30}
_SAME: Final = {
    "ok": "okay", "mr": "mister", "mrs": "missus", "dr": "doctor", "apologised": "apologized",
    "cancelled": "canceled", "cancelling": "canceling", "colour": "color", "centre": "center",
    "can't": "can not", "cannot": "can not", "won't": "will not", "e-mail": "email",
}  # fmt: skip
_SHORT: Final = {"n't": "not", "'m": "am", "'re": "are", "'ll": "will", "'ve": "have"}
_SIGNS: Final = (
    (re.compile(r"(?<=\d),(?=\d{3})"), ""),
    (re.compile(r"^([a-z])\.(?:([a-z])\.?)$"), r"\1\2"),
    (re.compile(r"\$(\d+)\.(\d\d)\b"), r"\1 dollars \2 cents"),
    (re.compile(r"\$(\d+)"), r"\1 dollars"),
    (re.compile(r"%"), " percent "),
    (re.compile(r"(?<=\d)(?=(?!st\b|nd\b|rd\b|th\b)[a-z])"), " "),
    (re.compile(r"[^a-z0-9' ]+"), " "),
)


def canonical(text: str) -> list[str]:
    """The words of `text` in the form they are compared in."""
    return [word for word, _ in canonical_words((word, None) for word in text.split())]


def canonical_words(words: Iterable[tuple[str, Mark]]) -> list[tuple[str, Mark]]:
    """The same for words that carry something (an end): each part gets what the word it ends with has."""
    return _numbers([(part, mark) for word, mark in words for part in _parts(word)])


def _parts(word: str) -> list[str]:
    word = word.lower().replace("’", "'").strip("'\"“”‘")
    word = _SAME.get(word.rstrip(".,!?"), word)
    if "@" in word:
        word = word.rstrip(".,!?").replace("@", " at ").replace(".", " dot ")
    for sign, plain in _SIGNS:
        word = sign.sub(plain, word)
    return [short for part in word.split() for short in _full(_SAME.get(part, part))]


def _full(word: str) -> list[str]:
    for short, full in _SHORT.items():
        if word.endswith(short) and len(word) > len(short):
            return [word.removesuffix(short), full]
    return word.strip("'").split()


@dataclass(slots=True)
class _Number(Generic[Mark]):
    """A number that is being said. `room`: what may still be added must be smaller than this."""

    mark: Mark
    total: int = 0
    part: int = 0
    room: int = 0
    figures: str = ""
    """as written, for a number in figures: leading noughts stay"""

    def digits(self) -> list[tuple[str, Mark]]:
        return [(digit, self.mark) for digit in self.figures or str(self.total + self.part)]


def _numbers(words: Sequence[tuple[str, Mark]]) -> list[tuple[str, Mark]]:
    found: list[tuple[str, Mark]] = []
    number: _Number[Mark] | None = None
    for index, (word, mark) in enumerate(words):
        following = words[index + 1][0] if index + 1 < len(words) else ""
        if number is not None and word == "and" and number.room and _smaller(following, number.room):
            continue
        if word == "a" and following in _SCALES:
            continue
        ordinal = _ORDINALS.get(word)
        if ordinal is not None:
            if number is not None and ordinal < number.room and number.room == 10:
                ordinal += number.part
                number = None
            found += [] if number is None else number.digits()
            number = None
            found.append((_ordinal(ordinal), mark))
            continue
        said = _said(word, number, following, mark)
        if said is not number and number is not None:
            found += number.digits()
        number = said
        if number is None:
            found.append((word, mark))
    return found + ([] if number is None else number.digits())


def _said(word: str, number: _Number[Mark] | None, following: str, mark: Mark) -> _Number[Mark] | None:
    """The number that `word` goes on with or begins; None when it is no number."""
    if word in ("oh", "o") and (number is not None or _smaller(following, 10)):
        return _Number(mark)
    if word in _SCALES:
        return _scaled(_SCALES[word], number, mark)
    if word.isdigit() and not (number is not None and int(word) < number.room):
        return _Number(mark, part=int(word), figures=word)
    value = int(word) if word.isdigit() else _UNITS.get(word, _TENS.get(word))
    if value is None:
        return None
    room = 10 if word in _TENS else 0
    if number is not None and value < number.room and value:
        number.part, number.room, number.mark = number.part + value, room, mark
        return number
    return _Number(mark, part=value, room=room)


def _scaled(scale: int, number: _Number[Mark] | None, mark: Mark) -> _Number[Mark]:
    if number is None or not number.part:
        return _Number(mark, part=scale, room=scale) if scale == 100 else _Number(mark, scale, room=scale)
    number.figures, number.mark, number.room = "", mark, scale
    number.part *= scale
    if scale > 100:
        number.total, number.part = number.total + number.part, 0
    return number


def _smaller(word: str, room: int) -> bool:
    value = int(word) if word.isdigit() else _UNITS.get(word, _TENS.get(word))
    return value is not None and value < room


def _ordinal(value: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(value % 10 if value // 10 != 1 else 0, "th")
    return f"{value}{ending}"

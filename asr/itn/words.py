"""The English words of numbers."""

from typing import Final

UNITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS: Final = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES: Final = ("hundred", "thousand", "million", "billion")
ORDINALS: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth", "twentieth", "thirtieth", "fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth",
    "ninetieth", "hundredth", "thousandth",
)  # fmt: skip
SMALL: Final = {"a": "1", "one": "1", "two": "2", "three": "3"}
"""counts that are left as words, unless a unit follows that is always written with a number"""

DIGITS: Final = {word: str(value) for value, word in enumerate(UNITS)} | {"oh": "0", "o": "0", "niner": "9"}


def any_of(*words: str) -> str:
    """A pattern, longest first, so that sixteen is not six."""
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"

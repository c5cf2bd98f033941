"""Words, figures and signs of a text, each with its place."""

import re
import unicodedata
from typing import NamedTuple

TOKEN = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*|\S")


class Token(NamedTuple):
    low: str
    """lower case, typographic apostrophes made plain, any script's decimal digits made 0-9"""
    start: int
    end: int
    glued: bool
    """nothing between it and the token before"""
    case: str
    """U for UPPER, C for Capital, else empty: speech has none, typed text may"""


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    end = -1
    for match in TOKEN.finditer(text):
        word = match[0]
        low = _figures(word) if word[0].isdecimal() else word.lower().replace("’", "'")
        case = "" if not word[0].isupper() else "U" if word.isupper() and len(word) > 1 else "C"
        found.append(Token(low, match.start(), match.end(), match.start() == end, case))
        end = match.end()
    return found


def _figures(word: str) -> str:
    return word if word.isascii() else "".join(str(unicodedata.decimal(sign)) for sign in word)


def is_figure(token: Token) -> bool:
    return "0" <= token.low[0] <= "9"


def is_word(token: Token) -> bool:
    return token.low[0].isalpha()

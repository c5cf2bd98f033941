"""Spelled letters: names, postcodes and booking codes said letter by letter."""

import re

_AS_IN = re.compile(r"(?<![\w'])([a-z]),? (as in|for|like) ([a-z]{3,})\b", re.I)
_ONE = r"(?:[A-Za-z]|\d{1,6})"
_RUN = re.compile(rf"(?<![\w'.$€£-]){_ONE}(?:(?:, ?| |-){_ONE})+(?![\w'%])(?![.:-]\w)")
_TOKEN = re.compile(_ONE)
_WORDS = frozenset("aiAI")
"""letters that are words themselves"""
_LEAST = 3


def join_letters(text: str) -> str:
    """ "B as in Bravo, C, D" is BCD, "s m i t h" SMITH, "A B 1 2" AB12."""
    return _RUN.sub(lambda found: _join(found.group(), text[found.end() :]), _AS_IN.sub(_letter, text))


def _letter(found: re.Match[str]) -> str:
    letter, link, word = found.groups()
    loose = link.lower() != "as in" and letter in _WORDS  # "I for instance", "I like ice"
    return found.group() if loose or word[0].lower() != letter.lower() else letter.upper()


def _join(run: str, after: str) -> str:
    tokens = list(_TOKEN.finditer(run))
    while tokens and tokens[0].group() == "a" and len(tokens) > 1 and not tokens[1].group().islower():
        tokens = tokens[1:]  # an article
    if tokens and tokens[-1].group() in _WORDS and re.match(r" [a-z]", after):
        tokens = tokens[:-1]  # "B C D I think"
    letters = [token.group() for token in tokens if token.group().isalpha()]
    spelled = len(letters) >= 2 and len({letter.lower() for letter in letters}) > 1 and set(letters) - _WORDS
    if len(tokens) < _LEAST or not spelled:
        return run
    joined = "".join(token.group() for token in tokens).upper()
    return run[: tokens[0].start()] + joined + run[tokens[-1].end() :]

"""Sentence templates: `[please] (speak|talk) (to|with) <person>`, made into one regular expression.

The notation and its parser are hassil's (Home Assistant's intent templates): `[optional]`, `(this|that)`,
`<named part>`, and in braces what is open:

    {start} {end}   the clause begins, ends here
    {word}          any one word      {gap}  up to three words      {far}  up to eight
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

WORD = r"[^ ]+ "
OPEN = {"start": r"^", "end": r"$", "word": WORD, "gap": f"(?:{WORD}){{0,3}}", "far": f"(?:{WORD}){{0,8}}"}
DEPTH = 12


class TemplateError(ValueError):
    """The message names what is wrong in which template."""


def compiled(templates: Iterable[str], words: Mapping[str, str]) -> re.Pattern[str]:
    """Matches in text with single spaces **and one after the last word**; begins and ends at word bounds."""
    return _compiled(tuple(templates), tuple(words.items()))


@lru_cache(maxsize=4096)
def _compiled(templates: tuple[str, ...], parts: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """The shipped rules take over a second, and are wanted by the check and by who listens."""
    words = dict(parts)
    return re.compile(
        "(?:^|(?<= ))(?:" + "|".join(_regex(template, words, 0) for template in templates) + ")"
    )


@lru_cache(maxsize=1024)
def _parsed(template: str) -> Sentence:
    """A named part stands in many templates: parsed once, it halves what a grammar costs at the start."""
    return parse_sentence(template)


def _regex(template: str, words: Mapping[str, str], depth: int) -> str:
    if depth > DEPTH:
        raise TemplateError(f"'{template}': named parts name each other")
    try:
        parsed = _parsed(template)
    except (ParseError, ValueError, IndexError) as error:
        raise TemplateError(f"'{template}': {error}") from None
    return _expression(parsed.expression, words, depth)


def _expression(part: Expression, words: Mapping[str, str], depth: int) -> str:
    match part:
        case TextChunk():
            return "".join(re.escape(word) + " " for word in part.original_text.lower().split())
        case ListReference():
            if part.list_name not in OPEN:
                raise TemplateError(f"{{{part.list_name}}} is none of {', '.join(OPEN)}")
            return OPEN[part.list_name]
        case RuleReference():
            if part.rule_name not in words:
                raise TemplateError(f"<{part.rule_name}> is not defined under 'words'")
            return f"(?:{_regex(words[part.rule_name], words, depth + 1)})"
        case Alternative():
            return f"(?:{'|'.join(_expression(item, words, depth) for item in part.items)})"
        case Group():
            return "".join(_expression(item, words, depth) for item in part.items)
    raise TemplateError(f"{type(part).__name__} cannot be used here")

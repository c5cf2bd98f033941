"""Passwords, memorable words and answers to security questions, where they are named in the same breath."""

from bridge.core.redaction.ordinary import ORDINARY
from bridge.core.redaction.phrase import words
from bridge.core.redaction.span import Span
from bridge.core.redaction.token import Token, is_word

NAMES = """
    password; pass word; passphrase; pass phrase; memorable word; memorable place; memorable name; memorable
    answer; memorable information; secret word; secret answer; secret phrase; security word; security
    answer; security phrase; safe word; safeword; code word; codeword; security question; secret question;
    passcode; hint; first pet; first pet's name; pet's name; pets name; name of my first pet; name of my
    pet; first dog; first cat; first school; primary school; high school; elementary school; favorite
    teacher; favourite teacher; first teacher; first car; favorite color; favourite colour; favorite food;
    favourite food; favorite team; favourite team; favorite movie; favourite film; best friend; childhood
    friend; place of birth; birthplace; maiden name; mother's maiden name; mothers maiden name; passwords;
    username; user name; login; wifi password; street i grew up on; city i was born in; town i was born in;
    i was born in; i grew up in; i grew up on; wi-fi password; wi fi password; favorite book; favourite
    book; favorite place; favourite place; nickname
"""
BY_FIRST: dict[str, list[tuple[str, ...]]] = {}
for _phrase in NAMES.split(";"):
    _name = tuple(_phrase.split())
    BY_FIRST.setdefault(_name[0], []).append(_name)
TYPES = {
    "maiden name": "NAME",
    "mother's maiden name": "NAME",
    "mothers maiden name": "NAME",
    "username": "ACCOUNT",
    "user name": "ACCOUNT",
}
COPULA = words(
    """
    is was it's its that's = : called named were be
    """
)
SMALL = words(
    """
    um uh er erm just like , the ' " so well i think it's its name my called
    """
)
TALK = words(
    """
    wrong not incorrect expired invalid reset locked being working still always never too to for on in at
    what when where why how changed change and but or because doesn't didn't isn't wasn't won't can't don't
    does did has had have please again gone lost forgotten unknown compromised stolen hacked saved secure
    safe weak strong required correct right fine ok okay there here that this you your it if with about by
    from of same different unable supposed ready set sent blocked disabled no yes he she they we a an really
    very so already now complicated asking page link email screen field section manager protected update
    request over up out off down back go
    """
)
ENDS = words(
    """
    and but please because so thanks thank can could i'm i've ok okay that's which when if or you with
    for to
    """
)
CLAUSE = 7
CLAUSE_WORDS = words(
    """
    i we set use used chose picked have had gave you on for the my our account card online up it banking
    that with at is was
    """
)
MOST = 6


def secrets(tokens: list[Token]) -> list[Span]:
    found: list[Span] = []
    words = [token.low for token in tokens]
    done = -1
    for at, word in enumerate(words):
        listed = BY_FIRST.get(word) or BY_FIRST.get(word.removesuffix("'s"))
        if at <= done or not listed:
            continue
        fitting = [name for name in listed if _reads(words, at, name)]
        if not fitting:
            continue
        name = max(fitting, key=len)
        copula = words[at + len(name) - 1] != name[-1] or name[-1] in ("in", "on")
        stretch = _value(tokens, at + len(name), copula=copula)
        if stretch:
            type = TYPES.get(" ".join(name), "PASSWORD")
            found.append(Span(tokens[stretch[0]].start, tokens[stretch[1]].end, type))
            done = stretch[1]
    return found


def _reads(words: list[str], at: int, name: tuple[str, ...]) -> bool:
    """The words of `name` stand at `at`, the last one perhaps with an 's."""
    said = words[at : at + len(name)]
    return (
        len(said) == len(name)
        and said[:-1] == list(name[:-1])
        and name[-1] in (said[-1], said[-1].removesuffix("'s"))
    )


def _past_clause(tokens: list[Token], at: int) -> int:
    """ "the password i set up for it was ..." """
    for place in range(at, min(at + CLAUSE, len(tokens))):
        if place > at and tokens[place].low in ("is", "was"):
            return place
        if tokens[place].low not in CLAUSE_WORDS:
            break
    return at


def _value(tokens: list[Token], at: int, *, copula: bool) -> tuple[int, int] | None:
    """First and last token of the secret behind its name; None where people only talk about it."""
    at = _past_clause(tokens, at)
    while at < len(tokens) and (tokens[at].low in COPULA or (copula and tokens[at].low in SMALL)):
        copula = copula or tokens[at].low in COPULA
        at += 1
    while at < len(tokens) and not copula and tokens[at].low in ("um", "uh", "er", ","):
        at += 1
    if at >= len(tokens) or not tokens[at].low[0].isalnum():
        return None
    low = tokens[at].low
    unusual = at + 1 < len(tokens) and is_word(tokens[at + 1]) and tokens[at + 1].low not in ORDINARY
    if low in TALK and not (copula and unusual):
        return None
    if not copula and (low in ORDINARY or low.endswith("ing")):
        return None
    last = at
    for place in range(at + 1, min(at + MOST, len(tokens))):
        low = tokens[place].low
        if (
            low in ENDS
            or (low in ".,;?!" and not tokens[place].glued)
            or (low in ".,;?!" and place + 1 < len(tokens) and not tokens[place + 1].glued)
        ):
            break
        last = place
    return at, last

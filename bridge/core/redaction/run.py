"""Runs: digits and letters said or written one after another, with all that stands between them.

One pass over the tokens; each step looks a bounded number of tokens ahead.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.core.redaction.numeral import (
    CORRECTIONS,
    DIGITS,
    FILLERS,
    HOMOPHONES,
    LETTER_NAMES,
    NATO,
    OH,
    REPEATS,
    SAID_SIGNS,
    SCALES,
    SIGNS,
    TEENS,
    TENS,
    TURNS,
)
from bridge.core.redaction.phrase import words
from bridge.core.redaction.token import Token, is_figure, is_word

BETWEEN = 5
"""so many tokens that are no digits may stand between two that are"""


ENDINGS = words(
    """
    th st nd rd am pm gb mb tb kg km mm cm ml mph kb hz usd eur gbp
    """
)
"""written against figures, and no letters of a code"""
SIGHS = words("my no god well wait i i'm it's dear sorry come")


class Atom(NamedTuple):
    """One said or written piece. kind: digit, pair (twelve, forty one), written, scale, letter."""

    first: int
    last: int
    value: str
    kind: str


@dataclass(slots=True)
class Run:
    """Atoms that belong together. Token indexes are inclusive."""

    atoms: list[Atom] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    """what stood between, as one string a gap"""

    @property
    def first(self) -> int:
        return self.atoms[0].first

    @property
    def last(self) -> int:
        return self.atoms[-1].last

    @property
    def digits(self) -> str:
        return "".join(atom.value for atom in self.atoms if atom.kind != "letter")

    @property
    def numeric(self) -> bool:
        return any(atom.kind != "letter" for atom in self.atoms)

    @property
    def code(self) -> str:
        return "".join(atom.value for atom in self.atoms)

    @property
    def letters(self) -> int:
        return sum(len(atom.value) for atom in self.atoms if atom.kind == "letter")

    @property
    def singles(self) -> int:
        """digits that were said one by one"""
        return sum(len(atom.value) for atom in self.atoms if atom.kind == "digit")

    def has(self, kind: str) -> bool:
        return any(atom.kind == kind for atom in self.atoms)


def runs(tokens: list[Token]) -> list[Run]:
    found: list[Run] = []
    at = 0
    while at < len(tokens):
        atom = _atom(tokens, at, None)
        if atom is None:
            at += 1
            continue
        run = Run([atom])
        while step := _following(tokens, run):
            gap, atom = step
            run.signs.append(gap)
            run.atoms.append(atom)
        at = run.last + 1
        if len(run.atoms) > 1 or run.digits:
            found.append(run)
    return found


def _following(tokens: list[Token], run: Run) -> tuple[str, Atom] | None:
    """What stands between, and the next atom; None where the run ends."""
    before = run.atoms[-1]
    at = before.last + 1
    skipped: list[str] = []
    talk = 0
    while at < len(tokens) and len(skipped) <= BETWEEN:
        atom = _atom(tokens, at, before if not talk else None)
        if atom and _joins(tokens, run, atom, skipped, talk):
            return " ".join(skipped), atom
        low = tokens[at].low
        if low not in SIGNS and low not in SAID_SIGNS:
            if low not in FILLERS and low not in CORRECTIONS and low not in OH:
                return None
            talk += 1
        skipped.append(low)
        at += 1
    return None


def _joins(tokens: list[Token], run: Run, atom: Atom, skipped: list[str], talk: int) -> bool:
    before = run.atoms[-1]
    turns = bool(TURNS.intersection(skipped))
    if atom.kind == "letter" and talk:
        return False
    if not turns and any(word in CORRECTIONS and word not in FILLERS for word in skipped):
        return False
    if "and" in skipped or "then" in skipped:
        return {before.kind, atom.kind} <= {"digit", "written"} or before.kind == "scale"
    if talk and (before.kind == "letter" or not run.numeric):
        return False
    if before.kind == "letter" and len(run.atoms) == 1 and skipped and before.value in "ai":
        return False
    return not (before.kind == "scale" and atom.kind == "written")


def _atom(tokens: list[Token], at: int, before: Atom | None) -> Atom | None:
    """`before` is the atom that goes directly before, or None."""
    token = tokens[at]
    low = token.low
    if is_figure(token):
        return Atom(at, at, low, "written")
    if not is_word(token):
        return None
    if low in DIGITS:
        return Atom(at, at, DIGITS[low], "digit")
    if low in TEENS:
        return Atom(at, at, TEENS[low], "pair")
    if low in TENS:
        return _tens(tokens, at)
    if low in SCALES:
        return Atom(at, at, SCALES[low], "scale") if before and before.kind != "letter" else None
    if low in REPEATS:
        return _repeated(tokens, at)
    if low == "o" and _between_letters(tokens, at, before):
        return Atom(at, at, "o", "letter")
    if low in OH and (_digit_at(tokens, _past_sign(tokens, at + 1)) or (before and not _sighed(tokens, at))):
        return Atom(at, at, "0", "digit")
    if low in HOMOPHONES and before and before.kind == "digit" and _sure(tokens, at):
        return Atom(at, at, HOMOPHONES[low], "digit")
    return _letter(tokens, at, before)


def _between_letters(tokens: list[Token], at: int, before: Atom | None) -> bool:
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    letter = len(after) == 1 and after.isalpha() and after != "o"
    spelled = before is not None and before.kind == "letter"
    return (spelled and (letter or not _digit_at(tokens, at + 1))) or (letter and before is None)


def _sighed(tokens: list[Token], at: int) -> bool:
    """ "oh my god" and the like, behind a number."""
    return at + 1 < len(tokens) and tokens[at + 1].low in SIGHS


def _sure(tokens: list[Token], at: int) -> bool:
    """A homophone has a digit on its other side as well, or it ends a row of digits."""
    if _digit_at(tokens, at + 1):
        return _digit_at(tokens, at - 2) or _digit_at(tokens, at + 2)
    return at + 1 == len(tokens) and at > 2 and all(_digit_at(tokens, at - back) for back in (1, 2, 3))


def _digit_at(tokens: list[Token], at: int) -> bool:
    if not 0 <= at < len(tokens):
        return False
    token = tokens[at]
    low = token.low
    return is_figure(token) or low in DIGITS or low in OH or low in TENS or low in TEENS or low in REPEATS


def _past_sign(tokens: list[Token], at: int) -> int:
    return at + 1 if at < len(tokens) and tokens[at].low in SIGNS else at


def _tens(tokens: list[Token], at: int) -> Atom:
    ten = TENS[tokens[at].low]
    after = at + 1
    if after < len(tokens) and tokens[after].low == "-" and tokens[after].glued:
        after += 1
    if after < len(tokens):
        unit = DIGITS.get(tokens[after].low, "")
        if len(unit) == 1 and unit != "0":
            return Atom(at, after, ten + unit, "pair")
    return Atom(at, at, f"{ten}0", "pair")


def _repeated(tokens: list[Token], at: int) -> Atom | None:
    times = REPEATS[tokens[at].low]
    after = at + 1
    if after < len(tokens) and tokens[after].low == "-":
        after += 1
    if after >= len(tokens):
        return None
    low = tokens[after].low
    if low in REPEATS:  # "double double two" is heard
        return None
    digit = "0" if low in OH else DIGITS.get(low, low if is_figure(tokens[after]) and len(low) <= 2 else "")
    if digit:
        return Atom(at, after, (digit[:1] if len(digit) == 2 and low in DIGITS else digit) * times, "digit")
    if len(low) == 1 and low.isalpha():
        return Atom(at, after, low * times, "letter")
    return None


def _letter(tokens: list[Token], at: int, before: Atom | None) -> Atom | None:
    """A letter said ("b", "b as in boy", bravo), or letters written against digits as in "BA247"."""
    low = tokens[at].low
    beside = before is not None or _code_at(tokens, at + 1)
    if len(low) == 1 and low.isascii():
        last = _as_in(tokens, at)
        if last > at:
            return Atom(at, last, low, "letter")
        if low in "ai":
            ends = at + 1 == len(tokens) or not is_word(tokens[at + 1])
            beside = _code_at(tokens, at + 1) or (before is not None and ends)
        return Atom(at, at, low, "letter") if beside else None
    if low in ENDINGS and at and is_figure(tokens[at - 1]):
        return None
    if _upper_code(tokens, at):
        return Atom(at, at, low, "letter")
    glued_after = at + 1 < len(tokens) and is_figure(tokens[at + 1]) and tokens[at + 1].glued
    glued_before = at > 0 and is_figure(tokens[at - 1]) and tokens[at].glued
    if (glued_after or glued_before) and len(low) <= 6 and low.isascii():
        return Atom(at, at, low, "letter")
    if low in NATO and beside and not (low == "november" and before is None):
        return Atom(at, at, NATO[low], "letter")
    if low in LETTER_NAMES and before is not None and _code_at(tokens, at + 1):
        return Atom(at, at, LETTER_NAMES[low], "letter")
    return None


def _upper_code(tokens: list[Token], at: int) -> bool:
    """Capitals beside figures, as in an IBAN: NWBK 6016."""
    beside = [tokens[place] for place in (at - 1, at + 1) if 0 <= place < len(tokens)]
    return tokens[at].case == "U" and len(tokens[at].low) <= 4 and any(is_figure(token) for token in beside)


def _as_in(tokens: list[Token], at: int) -> int:
    """The last token of "b as in boy", "b for boy", "b like boy"; `at` for a letter alone."""
    after = at + 1
    if after < len(tokens) and tokens[after].low == "as":
        after += 1
    words = tokens[after : after + 2]
    if len(words) == 2 and words[0].low in ("in", "for", "like") and words[1].low.startswith(tokens[at].low):
        return after + 1
    return at


def _code_at(tokens: list[Token], at: int) -> bool:
    if not 0 <= at < len(tokens):
        return False
    low = tokens[at].low
    return _digit_at(tokens, at) or low in NATO or (len(low) == 1 and low.isalpha() and low.isascii())

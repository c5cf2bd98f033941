"""The talk with a waiting caller about being called back. Pure: keys and words in, what is said out."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bridge.core.cues.consent import Consent, consent
from bridge.core.said import said
from bridge.model.queueing import CallbackRules

SHORTEST: Final = 5
LONGEST: Final = 15
"""digits of a number (ITU-T E.164)"""
MISTAKES: Final = 3
ASKS: Final = re.compile(r"\b(?:call|ring|phone) (?:me )?back\b|\bcallback\b")

NOT: Final = re.compile(r"\b(?:don't|do not|not|never|no need)\b.*\b(?:call|ring|phone|callback)\b")


class Say(StrEnum):
    """What is said to the caller next."""

    CONFIRM = "confirm"
    """that number; 1 confirms"""
    KEY_IN = "key_in"
    """the number, then the hash key"""
    NOT_POSSIBLE = "not_possible"
    """stay on the line"""
    TAKEN = "taken"


class _Phase(StrEnum):
    QUIET = "quiet"
    OFFERED = "offered"
    CONFIRMING = "confirming"
    KEYING = "keying"


def dialable(number: str, prefixes: tuple[str, ...] = ()) -> str:
    """The number as it can be dialled, digits and a + before them; "" when it cannot or may not be."""
    plain = re.sub(r"[\s().\-/]", "", number)
    if not re.fullmatch(rf"\+?\d{{{SHORTEST},{LONGEST}}}", plain):
        return ""
    return plain if not prefixes or plain.startswith(prefixes) else ""


@dataclass(slots=True)
class CallbackTalk:
    """`number` is the caller's own, where it is known, until another one is keyed in."""

    rules: CallbackRules
    number: str
    _phase: _Phase = _Phase.QUIET
    _typed: str = ""
    _mistakes: int = 0

    def __post_init__(self) -> None:
        self.number = dialable(self.number, self.rules.prefixes)

    @property
    def busy(self) -> bool:
        """An answer is waited for: nothing else is announced."""
        return self._phase in (_Phase.CONFIRMING, _Phase.KEYING)

    def offer(self) -> None:
        if self._phase is _Phase.QUIET and self._mistakes < MISTAKES:
            self._phase = _Phase.OFFERED

    def key(self, digit: str) -> Say | None:
        match self._phase:
            case _Phase.OFFERED if digit == self.rules.key:
                return self._accepted()
            case _Phase.CONFIRMING if digit == "1":
                return Say.TAKEN
            case _Phase.CONFIRMING if digit == "2":
                return self._ask()
            case _Phase.KEYING if digit == "#":
                return self._typed_in()
            case _Phase.KEYING if digit == "*":
                return self._ask()
            case _Phase.KEYING if digit.isdigit():
                self._typed = (self._typed + digit)[: LONGEST + 1]
        return None

    def hear(self, text: str) -> Say | None:
        """The caller's words: a yes to the offer or the number, or another way to ask for it."""
        words, answer = said(text).text, consent(text)
        if NOT.search(words):
            answer = Consent.NO
        if self._phase is _Phase.OFFERED and (answer is Consent.YES or ASKS.search(words)):
            return self._accepted() if answer is not Consent.NO else None
        if self._phase is _Phase.CONFIRMING and answer is not Consent.UNCLEAR:
            return Say.TAKEN if answer is Consent.YES else self._ask()
        return None

    def give_up(self) -> None:
        """No answer came, or somebody is free: the caller simply waits."""
        self._phase = _Phase.QUIET

    def _accepted(self) -> Say:
        if not self.number:
            return self._ask()
        self._phase = _Phase.CONFIRMING
        return Say.CONFIRM

    def _ask(self) -> Say:
        self._phase, self._typed = _Phase.KEYING, ""
        return Say.KEY_IN

    def _typed_in(self) -> Say:
        number = dialable(self._typed, self.rules.prefixes)
        if number:
            self.number, self._phase = number, _Phase.CONFIRMING
            return Say.CONFIRM
        self._mistakes += 1
        if self._mistakes < MISTAKES:
            return self._ask()
        self._phase = _Phase.QUIET
        return Say.NOT_POSSIBLE

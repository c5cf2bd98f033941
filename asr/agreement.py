"""Local agreement: words two successive hypotheses begin with are not likely to change. Pure."""

import re
from collections.abc import Sequence

_NOT_SPOKEN = re.compile(r"[^\w']+")


def spoken(word: str) -> str:
    """The word without case and punctuation, which flicker from one hypothesis to the next."""
    return _NOT_SPOKEN.sub("", word.casefold())


def common_prefix(left: Sequence[str], right: Sequence[str]) -> int:
    """How many words the two begin with in common, as spoken."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if spoken(one) != spoken(other):
            break
        count += 1
    return count


class LocalAgreement:
    """For one utterance. `update` says how many words of the new hypothesis are stable."""

    def __init__(self) -> None:
        self._last: tuple[str, ...] = ()

    def update(self, words: Sequence[str]) -> int:
        stable = common_prefix(self._last, words)
        self._last = tuple(words)
        return stable

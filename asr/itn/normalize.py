"""A sentence as heard, with its numbers written: "four one two oh" is 4120, "ten thirty am" is 10:30 am.

English; the languages the library knows get its plain numbers, others nothing. Ordinary words stay.
"""

from collections.abc import Callable
from typing import Final

from asr.itn.cardinals import LANGUAGES, foreign, write_cardinals
from asr.itn.dates import write_dates, write_years
from asr.itn.digits import join_groups, join_spoken
from asr.itn.letters import join_letters
from asr.itn.money import write_money
from asr.itn.times import write_times

Stage = Callable[[str], str]

_ENGLISH: Final[tuple[Stage, ...]] = (
    join_spoken, write_years, write_cardinals, write_dates, write_times, write_money, join_groups,
    join_letters,
)  # fmt: skip
_MOST_PASSES: Final = 6


def normalize(text: str, language: str = "en") -> str:
    """Idempotent: the stages are repeated until nothing changes any more."""
    if language == "en":
        stages = _ENGLISH
    elif language in LANGUAGES:
        stages = (foreign(language),)
    else:
        return text
    written = text
    for _ in range(_MOST_PASSES):
        before = written
        for stage in stages:
            written = stage(written)
        if written == before:
            return written
    return text  # it never came to rest, which no sentence does: leave it as it was heard

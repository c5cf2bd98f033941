"""The loop cutter. A Whisper decoder given a short window says the same thing again and again.

Without it the trimmed window has 100 % WER, nearly all of it insertions (measured). Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from asr.agreement import spoken

MAX_UNIT = 24
"""words in the longest repeated unit looked for"""
_LETTERS_PER_S = 17.0
"""of the audio with its pauses; people speak 12 to 15: what would be faster was not all said"""
_INSIDE_WORD = re.compile(r"(.{2,12}?)\1{3,}|(.)\2{11,}")


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    unit: int
    """words in the unit"""
    repeats: int

    @property
    def end(self) -> int:
        return self.start + self.unit * self.repeats


def cut_loops(words: Sequence[str], seconds: float, *, ran_out: bool = False) -> tuple[int, ...]:
    """Indices of the words to keep, for `words` heard in `seconds` of audio. Keeps order; idempotent.

    People do repeat themselves ("no no no", "agent, agent"): two of anything, and four of one word, stand
    unless there was no time to say them. `ran_out`: the decoder ended at its length limit, not by itself,
    so that last words which repeat earlier ones are a loop.
    """
    keys = [spoken(word) for word in words]
    kept = tuple(range(len(words) - (_begun_again(keys) if ran_out else 0)))
    while True:
        run = _first_loop([keys[index] for index in kept], seconds)
        if run is None:
            return kept
        unit = [keys[index] for index in kept[run.start : run.start + run.unit]]
        after = kept[run.end :]
        if [keys[index] for index in after] == unit[: len(after)]:
            after = ()  # the loop ran into the length limit in mid-unit
        kept = kept[: run.start + run.unit] + after


def _begun_again(keys: Sequence[str]) -> int:
    """How many words at the end say again what was said before: once, or from the very beginning."""
    for count in range(len(keys) // 2, 0, -1):
        first = len(keys) - count
        for start in range(first - count, -1, -1):
            if list(keys[start : start + count]) == list(keys[first:]) and (count > 1 or start == 0):
                return count
    return 0


def cut_inside(word: str) -> str:
    """A single token run that loops ("412-412-412-412-412"), cut to one unit; other words as they are."""
    return _INSIDE_WORD.sub(lambda found: found.group(1) or found.group(2), word)


def _first_loop(keys: Sequence[str], seconds: float) -> _Run | None:
    hurried = sum(len(key) + 1 for key in keys) > _LETTERS_PER_S * seconds
    for start in range(len(keys)):
        for unit in range(1, min(MAX_UNIT, (len(keys) - start) // 2) + 1):
            run = _Run(start, unit, _repeats(keys, start, unit))
            if run.repeats > _allowed(unit, hurried):
                return run
    return None


def _repeats(keys: Sequence[str], start: int, unit: int) -> int:
    first = list(keys[start : start + unit])
    count = 1
    while list(keys[start + count * unit : start + (count + 1) * unit]) == first:
        count += 1
    return count


def _allowed(unit: int, hurried: bool) -> int:
    if hurried:
        return 1
    return 4 if unit == 1 else 2

"""Scoring: when each reference word was first right, when it stayed right, and when its turn was told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bridge.bench.errors import WordErrors, total, word_errors
from bridge.bench.spoken import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A reference word. `at`: its last sample left the caller (monotonic). `last`: the turn ends with it."""

    text: str
    at: float
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A hypothesis as it reached main. Partials carry the recognizer's utterance number."""

    at: float
    kind: Literal["partial", "final"]
    text: str
    utterance: int = -1


@dataclass(slots=True)
class Scores:
    """All times in ms after the word's last sample was sent; negative where it was guessed before."""

    word: list[float] = field(default_factory=list)
    stable: list[float] = field(default_factory=list)
    turn: list[float] = field(default_factory=list)
    final: list[float] = field(default_factory=list)
    errors: WordErrors = field(default_factory=WordErrors)

    def add(self, other: "Scores") -> None:
        for name in ("word", "stable", "turn", "final"):
            getattr(self, name).extend(getattr(other, name))
        self.errors = total([self.errors, other.errors])

    @property
    def coverage(self) -> float:
        """The share of the reference words that were right in the end."""
        return len(self.word) / self.errors.words if self.errors.words else 0.0


@dataclass(slots=True)
class _Turn:
    """A final and the partials that led to it."""

    final: Heard
    partials: list[Heard]
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = canonical(self.final.text)

    def first_right(self) -> list[float]:
        """For each word of the final: when a hypothesis first had it."""
        return self._when(self.partials)

    def stays_right(self) -> list[float]:
        """For each word: since when every hypothesis had it."""
        times = [self.final.at] * len(self.words)
        for index in range(len(self.words)):
            for partial in reversed(self.partials):
                if index not in _common(self.words, canonical(partial.text)):
                    break
                times[index] = partial.at
        return times

    def _when(self, hypotheses: Sequence[Heard]) -> list[float]:
        times = [self.final.at] * len(self.words)
        for one in reversed(hypotheses):
            for index in _common(self.words, canonical(one.text)):
                times[index] = one.at
        return times

    def text_at(self) -> float:
        """When the whole text of the turn first stood there."""
        whole = (one.at for one in self.partials if canonical(one.text) == self.words)
        return next(whole, self.final.at)


def score(said: Sequence[Said], heard: Sequence[Heard]) -> Scores:
    """One stream. Only words that are right in the final text have a latency; the rest lowers coverage."""
    turns = _turns(heard)
    told = [word for turn in turns for word in turn.words]
    scores = Scores(errors=word_errors([word.text for word in said], told))
    first = [at for turn in turns for at in turn.first_right()]
    stays = [at for turn in turns for at in turn.stays_right()]
    ends = [turn for turn in turns for _ in turn.words]
    pairs = _pairs([word.text for word in said], told)
    for number, word in enumerate(said):
        place = pairs.get(number)
        if place is None:
            continue
        scores.word.append((first[place] - word.at) * 1e3)
        scores.stable.append((stays[place] - word.at) * 1e3)
        if word.last:
            scores.turn.append((ends[place].text_at() - word.at) * 1e3)
            scores.final.append((ends[place].final.at - word.at) * 1e3)
    return scores


def _turns(heard: Sequence[Heard]) -> list[_Turn]:
    """Partials belong to the next final, unless a later utterance had begun by then without one."""
    turns: list[_Turn] = []
    waiting: list[Heard] = []
    for one in sorted(heard, key=lambda h: h.at):
        if one.kind == "partial":
            waiting.append(one)
            continue
        number = waiting[-1].utterance if waiting else -1
        turns.append(_Turn(one, [p for p in waiting if p.utterance == number]))
        waiting = []
    return turns


def _common(reference: Sequence[str], heard: Sequence[str]) -> set[int]:
    return set(_pairs(reference, heard))


def _pairs(reference: Sequence[str], heard: Sequence[str]) -> dict[int, int]:
    """Equal words of a cheapest alignment: index in `reference` -> index in `heard`."""
    rows, columns = len(reference), len(heard)
    cost = [[row + column if not row or not column else 0 for column in range(columns + 1)] for row in
            range(rows + 1)]  # fmt: skip
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            swap = cost[row - 1][column - 1] + (reference[row - 1] != heard[column - 1])
            cost[row][column] = min(swap, cost[row - 1][column] + 1, cost[row][column - 1] + 1)
    pairs: dict[int, int] = {}
    row, column = rows, columns
    while row and column:
        same = reference[row - 1] == heard[column - 1]
        if cost[row][column] == cost[row - 1][column - 1] + (not same):
            row, column = row - 1, column - 1
            if same:
                pairs[row] = column
        elif cost[row][column] == cost[row - 1][column] + 1:
            row -= 1
        else:
            column -= 1
    return pairs

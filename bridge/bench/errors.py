"""Word errors of many clips by kind, and whether one way of decoding has more of them than another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import jiwer
import numpy as np

SEED: Final = 20_261
RESAMPLES: Final = 4_000
UPPER: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class WordErrors:
    words: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def errors(self) -> int:
        return self.substitutions + self.deletions + self.insertions

    @property
    def wer(self) -> float | None:
        return self.errors / self.words if self.words else None

    def told(self) -> dict[str, Any]:
        """Shares of the reference words."""
        shares = {
            name: round(getattr(self, name) / self.words, 4) if self.words else None
            for name in ("substitutions", "deletions", "insertions")
        }
        return {"wer": None if self.wer is None else round(self.wer, 4), **shares, "words": self.words}


def word_errors(reference: Sequence[str], told: Sequence[str]) -> WordErrors:
    """Of canonical words, by the cheapest alignment."""
    if not reference:
        return WordErrors(insertions=len(told))
    counted = jiwer.process_words(" ".join(reference), " ".join(told))
    return WordErrors(
        words=len(reference),
        substitutions=counted.substitutions,
        deletions=counted.deletions,
        insertions=counted.insertions,
    )


def total(counted: Sequence[WordErrors]) -> WordErrors:
    return WordErrors(
        words=sum(one.words for one in counted),
        substitutions=sum(one.substitutions for one in counted),
        deletions=sum(one.deletions for one in counted),
        insertions=sum(one.insertions for one in counted),
    )


def difference(ours: Sequence[WordErrors], theirs: Sequence[WordErrors]) -> dict[str, float]:
    """WER of `ours` less that of `theirs` on the same clips, in points, and its upper 95 % bound.

    One-sided paired bootstrap over clips, seeded.
    """
    words = np.array([one.words for one in ours], np.float64)
    more = np.array([one.errors - other.errors for one, other in zip(ours, theirs, strict=True)], np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(words), (RESAMPLES, len(words)))
    points = 100 * more[drawn].sum(axis=1) / words[drawn].sum(axis=1)
    return {
        "points": round(float(100 * more.sum() / words.sum()), 2),
        "upper_95": round(float(np.quantile(points, UPPER)), 2),
    }

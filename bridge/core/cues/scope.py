"""Out of scope: nothing like it is among the deployment's own examples.

Likeness is the cosine of TF-IDF vectors of words and of three to five letters in a row (robust against what
recognizers do to words), or of whatever `embed` makes of a text. How near is near enough is read off the
examples themselves: how far each lies from its nearest neighbour.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bridge.core.cues.content import content
from bridge.core.said import said

Vector = NDArray[np.float64]
Embed = Callable[[str], Sequence[float]]
LEAST_EXAMPLES = 5
LEAST_WORDS = 2
"""content words without which a turn is an answer or small talk, not a request"""
LOOSE = 0.6
"""share of the examples' own nearness that a turn must reach"""


class Scope:
    """Fewer than five examples say nothing: then every turn is in scope."""

    def __init__(self, examples: Sequence[str], embed: Embed | None = None) -> None:
        texts = list(dict.fromkeys(said(text).text for text in examples))
        self._vectors = _Embedded(embed) if embed else _Letters(texts)
        self._known = np.array([self._vectors.of(text) for text in texts])
        self._enough = len(texts) >= LEAST_EXAMPLES
        self.least = LOOSE * self._own_nearness() if self._enough else 0.0

    def nearness(self, text: str) -> float:
        """Cosine with the nearest example."""
        if not self._enough:
            return 1.0
        return float(np.max(self._known @ self._vectors.of(said(text).text)))

    def judges(self, text: str) -> bool:
        """Is there enough to judge by, in the examples and in the turn?"""
        return self._enough and len(content(text)) >= LEAST_WORDS

    def outside(self, text: str) -> float:
        """0 inside or no request at all; else 0.5 to 0.75: one such turn is never reason enough to act."""
        if not self.judges(text):
            return 0.0
        near = self.nearness(text)
        if near >= self.least:
            return 0.0
        return round(0.5 + 0.25 * (1.0 - near / self.least), 3) if self.least > 0 else 0.0

    def _own_nearness(self) -> float:
        alike = self._known @ self._known.T
        np.fill_diagonal(alike, -1.0)
        return float(np.median(np.max(alike, axis=1)))


class _Embedded:
    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def of(self, text: str) -> Vector:
        return _unit(np.asarray(self._embed(text), dtype=np.float64))


class _Letters:
    def __init__(self, texts: Sequence[str]) -> None:
        seen = Counter(part for text in texts for part in set(_parts(text)))
        self._index = {part: place for place, part in enumerate(seen)}
        counts = np.array(list(seen.values()), dtype=np.float64)
        self._idf = np.log((1.0 + len(texts)) / (1.0 + counts)) + 1.0
        self._unseen = float(np.log(1.0 + len(texts)) + 1.0)

    def of(self, text: str) -> Vector:
        """Parts that no example has lengthen the vector, so a text full of new words is near to nothing."""
        vector = np.zeros(len(self._index) + 1)
        for part, times in Counter(_parts(text)).items():
            place = self._index.get(part)
            if place is None:
                vector[-1] += self._unseen**2
            else:
                vector[place] = (1.0 + np.log(times)) * self._idf[place]
        vector[-1] = vector[-1] ** 0.5
        unit = _unit(vector)
        unit[-1] = 0.0
        return unit


def _parts(text: str) -> Iterator[str]:
    for word in text.split():
        yield f"={word}"
        padded = f"<{word}>"
        for size in (3, 4, 5):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]


def _unit(vector: Vector) -> Vector:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector

"""Which passages answer a question: BM25 over stemmed words, and likeness of meaning where installed."""

import re
import sqlite3
from pathlib import Path
from typing import Final

import numpy as np

from bridge.adapters.knowledge.meaning import Meaning, Vector
from bridge.adapters.knowledge.shelf import vectors

HEADING: Final = 2.0
"""a word in a heading counts as so many in the text"""
CANDIDATES: Final = 50
OF_HEADING: Final = 0.3
"""share of the heading's likeness in a passage's"""
OF_WORDS: Final = 0.006
"""what a point of BM25 adds to likeness: words as rare as an error number win, common ones hardly count"""
MOST_WORDS: Final = 0.1
FAR: Final = 0.15
"""a passage less alike answers nothing, unless its words are there"""

FILLERS: Final = frozenset(Path(__file__).with_name("fillers.txt").read_text().split())
"""said with every question, in English"""


def query_of(question: str) -> str:
    """As FTS5 wants it; "" when nothing but fillers was said."""
    words = re.findall(r"[\w']+", question.lower())
    telling = [word for word in words if word not in FILLERS and len(word) > 1]
    return " OR ".join(f'"{word}"' for word in dict.fromkeys(telling))


def by_words(db: sqlite3.Connection, question: str, limit: int) -> list[tuple[int, float]]:
    """(passage, BM25), best first."""
    if not (query := query_of(question)):
        return []
    rows = db.execute(
        "select rowid, -bm25(words, ?, 1.0) from words where words match ? order by 2 desc limit ?",
        (HEADING, query, limit),
    )
    return [(id, score) for id, score in rows]


class Ranking:
    """Passages of one database; `refresh` when it has changed."""

    def __init__(self, db: sqlite3.Connection, meaning: Meaning | None) -> None:
        self._db, self._meaning = db, meaning
        self._ids: list[int] = []
        self._places: dict[int, int] = {}
        self._blend: Vector = np.zeros((0, 0), dtype=np.float32)
        self._version = -1

    def refresh(self) -> None:
        """Takes the vectors in again, if another connection has written."""
        version = self._db.execute("pragma data_version").fetchone()[0]
        if version == self._version or self._meaning is None:
            return
        self._version = version
        self._ids, meant, headed = vectors(self._db)
        self._blend = (1 - OF_HEADING) * meant + OF_HEADING * headed
        self._places = {id: place for place, id in enumerate(self._ids)}

    def best(self, question: str, limit: int) -> list[tuple[int, float]]:
        """(passage, score), best first; none where nothing is near."""
        words = by_words(self._db, question, CANDIDATES)
        if self._meaning is None or not self._ids:
            return words[:limit]
        # not `@`: BLAS would wake threads for it, and a busy machine makes them wait for each other
        likeness = np.einsum("ij,j->i", self._blend, self._meaning.of(question))
        near = np.argpartition(-likeness, min(CANDIDATES, len(likeness) - 1))[:CANDIDATES]
        scores = {self._ids[place]: float(likeness[place]) for place in near if likeness[place] >= FAR}
        for id, points in words:
            alike = scores.get(id) or self._alike(id, likeness)
            scores[id] = alike + min(MOST_WORDS, OF_WORDS * points)
        return sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:limit]

    def _alike(self, id: int, likeness: Vector) -> float:
        place = self._places.get(id)
        return float(likeness[place]) if place is not None else 0.0

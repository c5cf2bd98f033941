"""How well and how fast a knowledge search finds: recall on questions with a known answer, and its time."""

import json
import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bridge.adapters.knowledge import shelf
from bridge.adapters.knowledge.library import Library, timed
from bridge.adapters.knowledge.meaning import WIDTH, Meaning
from bridge.adapters.knowledge.shelf import KnowledgeError

FULL = 10_000
"""passages that the time is measured over"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    question: str
    file: str
    heading: str


def read_questions(file: Path) -> list[Asked]:
    """JSON Lines {question, file, heading}. Raises `KnowledgeError`."""
    rows: list[Asked] = []
    number = 0
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            number += 1
            row = json.loads(line)
            rows.append(Asked(question=row["question"], file=row["file"], heading=row["heading"]))
    except OSError as error:
        raise KnowledgeError("file", f"{file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        cause = f"{file}:{number}: {error!r}"
        raise KnowledgeError(
            "file", f"{cause}. Cure: one JSON object a line: question, file, heading."
        ) from None
    return rows


def bench(folder: Path, questions: list[Asked], model: Path | None, passages: int = FULL) -> dict[str, Any]:
    """Recall beside plain BM25, each deployment with its own handbook and all of them together; then the time
    of a search over `passages` passages. A handbook is what stands first in `file`: a file, or a folder."""
    meaning = Meaning(model) if model else None
    with TemporaryDirectory(prefix="knowledge-") as scratch:
        whole = _shelf(Path(scratch) / "all.db", folder, meaning)
        own = _own(Path(scratch), folder, questions, meaning)
        with shelf.opened(whole) as db:
            count = sum(one.passages for one in shelf.folders(db))
        figures: dict[str, Any] = {"passages": count, "questions": len(questions)}
        for name, weights in (("bm25", None), ("meaning", model)):
            if name == "bm25" or weights:
                figures[name] = _recall(whole, weights, questions, "all") | _mean(
                    [_recall(file, weights, asked, "own") for file, asked in own],
                    [len(asked) for _, asked in own],
                )
        fill(whole, passages)
        figures["search_ms"] = {**_times(whole, model, questions), "passages": passages}
    return figures


def _shelf(file: Path, folder: Path, meaning: Meaning | None) -> Path:
    with shelf.opened(file) as db:
        shelf.add(db, folder, meaning)
    return file


def _own(
    scratch: Path, folder: Path, questions: list[Asked], meaning: Meaning | None
) -> list[tuple[Path, list[Asked]]]:
    """A shelf for each handbook, with the questions that it answers."""
    found = []
    for name in sorted({one.file.split("/")[0] for one in questions}):
        handbook, source = scratch / f"own-{name}", folder / name
        handbook.mkdir()
        (handbook / name).symlink_to(source.resolve())
        asked = [one for one in questions if one.file.split("/")[0] == name]
        found.append((_shelf(scratch / f"{name}.db", handbook, meaning), asked))
    return found


def _recall(file: Path, model: Path | None, questions: list[Asked], name: str) -> dict[str, float]:
    library = Library(file, model)
    try:
        places = [_place(library, one) for one in questions]
    finally:
        library.close_now()
    return {
        f"recall_at_{depth}_{name}": sum(place < depth for place in places) / max(1, len(places))
        for depth in (1, 3, 10)
    }


def _mean(rows: list[dict[str, float]], weights: list[int]) -> dict[str, float]:
    return {
        key: round(
            sum(row[key] * weight for row, weight in zip(rows, weights, strict=True)) / sum(weights), 4
        )
        for key in rows[0]
    }


def _place(library: Library, asked: Asked) -> int:
    """Where the right passage came; 10,000 = not at all."""
    found = [one.passage for one in library.search_now(asked.question, 10)]
    right = (asked.file, asked.heading)
    return next((n for n, one in enumerate(found) if (one.document, one.heading) == right), 10_000)


def fill(file: Path, passages: int) -> None:
    """With copies whose sentences are shuffled and whose vectors are shaken, until there are so many."""
    chance = random.Random(7)
    with shelf.opened(file) as db, db:
        rows = db.execute("select document, path, text, link, meant, headed from passages").fetchall()
        for number in range(max(0, passages - len(rows))):
            document, path, text, link, meant, headed = rows[number % len(rows)]
            sentences = [*text.split(". "), *chance.choice(rows)[2].split(". ")[:1]]
            chance.shuffle(sentences)
            id = db.execute(
                "insert into passages (document, path, text, link, meant, headed) values (?, ?, ?, ?, ?, ?)",
                (document, path, ". ".join(sentences), link, _shaken(meant, number), _shaken(headed, number)),
            ).lastrowid
            db.execute(
                "insert into words (rowid, heading, text) values (?, ?, ?)", (id, path, ". ".join(sentences))
            )


def _shaken(blob: bytes | None, seed: int) -> bytes | None:
    if blob is None:
        return None
    vector = np.frombuffer(blob, dtype=np.float16).astype(np.float32)
    shaken = vector + np.random.default_rng(seed).normal(0, 0.03, WIDTH).astype(np.float32)
    return (shaken / np.linalg.norm(shaken)).astype(np.float16).tobytes()


def _times(file: Path, model: Path | None, questions: list[Asked]) -> dict[str, float]:
    library = Library(file, model)
    asked = [one.question for _ in range(3) for one in questions]
    try:
        library.search_now("warm up", 3)
        times = sorted(timed(partial(library.search_now, question, 3)) for question in asked)
    finally:
        library.close_now()
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: _at(times, share) for name, share in shares.items()} | {"n": len(times)}


def _at(ordered: list[float], share: float) -> float:
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 2)

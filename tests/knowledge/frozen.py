"""The frozen handbooks and questions, read without any of our search."""

import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

FROZEN = Path(__file__).parents[1] / "data" / "eval" / "knowledge"
STOP = frozenset((FROZEN / "stop.txt").read_text().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: str
    question: str
    file: str
    heading: str


def questions(half: str) -> list[Question]:
    with (FROZEN / f"{half}.jsonl").open(encoding="utf-8") as lines:
        return [Question(**json.loads(line)) for line in lines]


def passages() -> dict[tuple[str, str], str]:
    """(file, heading) -> section, heading and paragraph."""
    found: dict[tuple[str, str], str] = {}
    for file in sorted((FROZEN / "passages").glob("*.md")):
        section = heading = ""
        for line in file.read_text().splitlines():
            if line.startswith("### "):
                heading = line[4:]
                found[file.name, heading] = f"{section}\n{heading}\n"
            elif line.startswith("## "):
                section = line[3:]
            elif heading:
                found[file.name, heading] += line + "\n"
    return found


class Stems:
    """Content words by the Porter stemmer that SQLite brings along."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("create virtual table words using fts5(word, tokenize='porter unicode61')")
        self._db.execute("create virtual table stems using fts5vocab(words, 'row')")

    def of(self, text: str) -> frozenset[str]:
        content = [word for word in re.findall(r"[a-z0-9']+", text.lower()) if word not in STOP]
        self._db.execute("delete from words")
        self._db.execute("insert into words values (?)", (" ".join(content),))
        return frozenset(row[0] for row in self._db.execute("select term from stems") if len(row[0]) > 1)

    def close(self) -> None:
        self._db.close()

"""The committed training lines, and what is made of them to train on."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.core.said import said

TRAINING = Path(__file__).with_name("training")
PLAIN = "ordinary"
APART = 37
"""a step through the ordinary turns that meets all of them"""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    """in compared form"""
    asks: bool
    form: str
    source: str
    given: str
    """as it stands in the file"""


def lines() -> list[Line]:
    """All of them, in the order of the files."""
    return [_line(row) for file in sorted(TRAINING.glob("*.jsonl")) for row in _rows(file)]


def _rows(file: Path) -> Iterator[dict[str, str | int]]:
    for row in file.read_text().splitlines():
        yield json.loads(row)


def _line(row: dict[str, str | int]) -> Line:
    source = str(row.get("source", "own")).partition("/")[0]
    text = str(row["text"])
    return Line(said(text).text, bool(row["label"]), str(row["form"]), source, text)


def with_company(chosen: Sequence[Line]) -> tuple[list[str], list[bool]]:
    """Texts and labels to train on: each line, and those of ours once more inside a longer turn, since people
    tell what their trouble is before or after they ask."""
    plain = [line.text for line in chosen if line.form == PLAIN]
    texts, labels = [line.text for line in chosen], [line.asks for line in chosen]
    telling = [line for line in chosen if line.form != PLAIN and (line.asks or line.source == "own")]
    for index, line in enumerate(telling if plain else ()):
        company = plain[index * APART % len(plain)]
        texts.append(f"{company} {line.text}" if index % 2 else f"{line.text} {company}")
        labels.append(line.asks)
    return texts, labels

"""`python -m bridge.bench.redaction FILE...`: the redaction against lines whose personal data is marked.

FILE is JSON Lines {id, text, spans: [{start, end, type}][, prompt]}. A span is found when every letter and
digit of it is hidden; over-redaction is the share of all others that are. Misses are printed first.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from bridge.core.redaction import Span, find


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    text: str
    prompt: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Shares from 0 to 1. `answers` is the recall where there was a question; `kinds` are found/marked."""

    lines: int
    spans: int
    recall: float
    answers: float
    over: float
    clean: int
    touched: tuple[str, ...]
    """clean lines in which anything is hidden"""
    missed: tuple[str, ...]
    kinds: dict[str, str]
    us_per_call: float


def read(path: Path) -> tuple[Line, ...]:
    rows = (json.loads(row) for row in path.read_text().splitlines() if row.strip())
    return tuple(
        Line(
            str(row["id"]), row["text"], row.get("prompt") or "",
            tuple(Span(s["start"], s["end"], s["type"]) for s in row["spans"]),
        )
        for row in rows
    )  # fmt: skip


def covered(text: str, span: Span, found: Iterable[Span]) -> bool:
    """Every letter and digit of `span` is in one of `found`."""
    return _signs(text, [span]) <= _signs(text, found)


def _signs(text: str, spans: Iterable[Span]) -> set[int]:
    return {at for span in spans for at in range(span.start, span.end) if text[at].isalnum()}


def score(judged: tuple[Line, ...]) -> Figures:
    began = perf_counter()
    results = [(line, find(line.text, line.prompt)) for line in judged]
    seconds = perf_counter() - began
    hits = [(line, span, covered(line.text, span, found)) for line, found in results for span in line.spans]
    marked, right = Counter(span.type for _, span, _ in hits), Counter(s.type for _, s, hit in hits if hit)
    free = [(_signs(line.text, found) - _signs(line.text, line.spans), line) for line, found in results]
    outside = sum(sum(map(str.isalnum, line.text)) - len(_signs(line.text, line.spans)) for line in judged)
    answers = [hit for line, _, hit in hits if line.prompt]
    return Figures(
        lines=len(judged),
        spans=len(hits),
        recall=_share(sum(hit for _, _, hit in hits), len(hits)),
        answers=_share(sum(answers), len(answers)),
        over=_share(sum(len(signs) for signs, _ in free), outside),
        clean=sum(not line.spans for line in judged),
        touched=tuple(f"{line.id}: {line.text}" for line, found in results if found and not line.spans),
        missed=tuple(f"{line.id}: {span.type} in: {line.text}" for line, span, hit in hits if not hit),
        kinds={kind: f"{right[kind]}/{count}" for kind, count in sorted(marked.items())},
        us_per_call=round(seconds / max(len(judged), 1) * 1e6, 1),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def main(arguments: list[str]) -> int:
    if not arguments:
        sys.stderr.write("usage: python -m bridge.bench.redaction FILE.jsonl...\n")
        return 2
    for file in arguments:
        figures = score(read(Path(file)))
        for line in figures.missed:
            sys.stdout.write(f"missed  {line}\n")
        for line in figures.touched:
            sys.stdout.write(f"touched {line}\n")
        counts = asdict(figures) | {"touched": len(figures.touched), "missed": len(figures.missed)}
        sys.stdout.write(json.dumps({"file": file, **counts}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

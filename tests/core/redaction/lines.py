"""The development lines of the redaction, and what a result covers of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bridge.core.redaction import Span, find

DEV = Path(__file__).parents[2] / "data" / "redaction" / "dev.jsonl"


@dataclass(frozen=True)
class Line:
    id: str
    text: str
    prompt: str
    spans: tuple[Span, ...]


@cache
def lines(path: Path = DEV) -> tuple[Line, ...]:
    rows = (json.loads(row) for row in path.read_text().splitlines())
    return tuple(
        Line(
            row["id"], row["text"], row.get("prompt", ""),
            tuple(Span(s["start"], s["end"], s["type"]) for s in row["spans"]),
        )
        for row in rows
    )  # fmt: skip


def covered(text: str, span: Span, found: Iterable[Span]) -> bool:
    """Every letter and digit of `span` is in one of `found`."""
    hidden = {at for other in found for at in range(other.start, other.end)}
    return all(at in hidden for at in range(span.start, span.end) if text[at].isalnum())


@dataclass(frozen=True)
class Figures:
    recall: float
    answers: float
    """recall where there was a question"""
    over: float
    """share of the letters and digits outside the spans that were hidden"""
    touched: tuple[str, ...]
    """clean lines in which anything was hidden"""
    missed: tuple[str, ...]


def figures(judged: tuple[Line, ...]) -> Figures:
    hits: list[bool] = []
    answered: list[bool] = []
    missed: list[str] = []
    touched: list[str] = []
    outside = hidden = 0
    for line in judged:
        found = find(line.text, line.prompt)
        for span in line.spans:
            hit = covered(line.text, span, found)
            hits.append(hit)
            if line.prompt:
                answered.append(hit)
            if not hit:
                missed.append(f"{line.id} {line.text}")
        inside = {at for span in line.spans for at in range(span.start, span.end)}
        taken = {at for span in found for at in range(span.start, span.end)}
        free = {at for at, sign in enumerate(line.text) if sign.isalnum()} - inside
        outside += len(free)
        hidden += len(free & taken)
        if found and not line.spans:
            touched.append(f"{line.id} {line.text} {found}")
    return Figures(
        sum(hits) / len(hits), sum(answered) / len(answered), hidden / outside, tuple(touched), tuple(missed)
    )

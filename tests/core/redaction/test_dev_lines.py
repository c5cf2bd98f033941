"""The development lines: what is to be found is found, and ordinary talk stays."""

from collections import Counter
from pathlib import Path

import pytest

from bridge.bench.redaction import Line, read, score
from bridge.core.redaction import Redactor, Span, find, redact
from bridge.core.redaction.phrase import words

LINES = read(Path(__file__).parents[2] / "data" / "redaction" / "dev.jsonl")
DIGITS = words(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    """
)


def test_there_are_enough_lines_of_every_kind() -> None:
    kinds = Counter(span.type for line in LINES for span in line.spans)
    assert len(LINES) >= 500
    assert min(kinds.values()) >= 8, kinds
    assert sum(not line.spans for line in LINES) >= 200


def test_the_figures_are_kept() -> None:
    found = score(LINES)
    assert found.recall >= 0.98, found.missed
    assert found.answers >= 0.98, found.missed
    assert found.over <= 0.01
    assert found.touched == ()


def test_a_miss_and_a_touched_line_are_told() -> None:
    lines = (
        Line("a", "my pin is one two three four", "", (Span(10, 28, "PIN"),)),
        Line("b", "blue", "", (Span(0, 4, "NAME"),)),
        Line("c", "my pin is nine nine nine nine", "", ()),
    )
    found = score(lines)
    assert (found.recall, found.kinds) == (0.5, {"NAME": "0/1", "PIN": "1/1"})
    assert found.missed == ("b: NAME in: blue",)
    assert found.touched == ("c: my pin is nine nine nine nine",)
    assert found.over > 0.3


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)
def test_a_second_pass_changes_nothing(line: Line) -> None:
    """What is told is told again: of the normalized form, of a brief."""
    once = redact(line.text, line.prompt)
    assert redact(once, line.prompt) == once


@pytest.mark.parametrize("line", [line for line in LINES if line.spans], ids=lambda line: line.id)
def test_no_partial_shows_a_digit_that_the_final_hides(line: Line) -> None:
    said = line.text.split()
    final = find(line.text, line.prompt)
    for count in range(1, len(said) + 1):
        heard = " ".join(said[:count])
        if not line.text.startswith(heard):
            continue
        redactor = Redactor()
        redactor.final("bot", line.prompt)
        shown = Counter(redactor.partial("caller", heard).split())
        outside = Counter(_outside(heard, final))
        leaked = [w for w, n in (shown - outside).items() if (w in DIGITS or w.isdigit()) and n]
        assert leaked == [], (heard, shown)


def _outside(text: str, spans: tuple[tuple[int, int, str], ...]) -> list[str]:
    """Words that stand in no span."""
    left = list(text)
    for start, end, _ in spans:
        left[start:end] = " " * len(left[start:end])
    return "".join(left).split()

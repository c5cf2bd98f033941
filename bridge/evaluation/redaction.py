"""Personal data: spans found whole, and what was taken that is none."""

from collections.abc import Iterator, Mapping, Sequence

from bridge.evaluation.figure import Figure, Line, Target, share
from bridge.evaluation.rows import Row

PART = "redaction"
Answers = Mapping[str, Row]


def question(row: Row) -> Row:
    """What `handoff redact` is asked about a labelled line."""
    asked = {"id": row["id"], "text": row["text"]}
    return asked | ({"prompt": row["prompt"]} if "prompt" in row else {})


def span_figures(
    rows: Sequence[Row], answers: Answers, source: str, kind: str, least: float
) -> Iterator[Figure]:
    """`kind` names the file of rows: lines, or answers only; `least` is the span recall to reach."""
    spans = [(row, span) for row in rows for span in row["spans"]]
    missed = [(row, span) for row, span in spans if not covered(row, span, answers)]
    target = Target(least)
    yield _spans(f"{kind}: spans found whole", source, spans, missed, target)
    taken = {row["id"]: _taken_wrongly(row, answers) for row in rows}
    clean = sum(_letters(row["text"], set(range(len(row["text"]))) - _gold(row)) for row in rows)
    lines = tuple(
        Line(row["id"], f"{taken[row['id']]!r} of {row['text']}") for row in rows if taken[row["id"]]
    )
    over = share(sum(len(text) for text in taken.values()), clean)
    most = Target(0.03, least=False)
    yield Figure(PART, f"{kind}: over-redaction", over, clean, source, "characters", most, lines)
    traps = [row for row in rows if not row["spans"]]
    hit = [row for row in traps if answers[row["id"]]["spans"]]
    lines = tuple(Line(row["id"], f"{_shown(row, answers)!r} of {row['text']}") for row in hit)
    none = Target(0, least=False)
    yield Figure(PART, f"{kind}: clean traps hit", float(len(hit)), len(traps), source, "lines", none, lines)
    for label in sorted({span["type"] for _, span in spans}):
        of = [pair for pair in spans if pair[1]["type"] == label]
        yield _spans(f"{kind}: {label}", source, of, [pair for pair in missed if pair in of], None)


def covered(row: Row, span: Row, answers: Answers) -> bool:
    """Whether all characters of `span` but spaces are inside spans that were found, whatever their types."""
    wanted = {at for at in range(span["start"], span["end"]) if not row["text"][at].isspace()}
    return wanted <= _found(row, answers)


def _spans(
    name: str,
    source: str,
    of: Sequence[tuple[Row, Row]],
    missed: Sequence[tuple[Row, Row]],
    target: Target | None,
) -> Figure:
    lines = tuple(
        Line(row["id"], f"{span['type']} {row['text'][span['start'] : span['end']]!r} of {row['text']}")
        for row, span in missed
    )
    found = share(len(of) - len(missed), len(of))
    return Figure(PART, name, found, len(of), source, "spans", target, lines)


def _found(row: Row, answers: Answers) -> set[int]:
    return {at for span in answers[row["id"]]["spans"] for at in range(span["start"], span["end"])}


def _gold(row: Row) -> set[int]:
    return {at for span in row["spans"] for at in range(span["start"], span["end"])}


def _taken_wrongly(row: Row, answers: Answers) -> str:
    extra = _found(row, answers) - _gold(row)
    return "".join(c for at, c in enumerate(row["text"]) if at in extra and not c.isspace())


def _shown(row: Row, answers: Answers) -> str:
    found = _found(row, answers)
    return "".join(c for at, c in enumerate(row["text"]) if at in found)


def _letters(text: str, places: set[int]) -> int:
    return sum(not text[at].isspace() for at in places)

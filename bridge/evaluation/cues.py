"""Cues a line: the explicit request, and each other kind against its near misses and ordinary turns."""

from collections.abc import Iterator, Mapping, Sequence

from bridge.evaluation.figure import Figure, Line, Target, share
from bridge.evaluation.rows import Row

PART = "cues"
REQUEST = "explicit_request"
KIND_OF_LABEL = {
    "cancellation": "cancellation",
    "complaint_or_dispute": "complaint_or_dispute",
    "frustrated": "frustration",
    "sensitive_compliance": "sensitive",
    "ai_limitation": "bot_limit",
    "negotiation": "negotiation",
    "complexity": "complexity",
    "out_of_scope": "out_of_scope",
}
TARGETS: dict[str, tuple[float, float]] = {
    "cancellation": (0.90, 0.75),
    "complaint_or_dispute": (0.70, 0.60),
    "frustrated": (0.80, 0.60),
    "sensitive_compliance": (0.80, 0.70),
    "ai_limitation": (0.80, 0.70),
    "negotiation": (0.80, 0.70),
    "complexity": (0.80, 0.70),
}
"""Label -> least precision, least recall. Out of scope has none: it depends on the deployment's examples."""

NEAR = {"cancel_words": "cancellation", "calm_emotion_words": "frustrated", "agent_turn": "ai_limitation"}
"""Hard negatives of older files that are near misses of one kind, not of a request."""

Answers = Mapping[str, Row]


def question(row: Row) -> Row:
    """What `handoff cues` is asked about a labelled line."""
    asked = {"id": row["id"], "text": row["text"], "speaker": row.get("speaker", "caller")}
    return asked | ({"scope": row["scope"]} if "scope" in row else {})


def scoped(rows: Sequence[Row]) -> list[Row]:
    """The lines that came with the in-scope examples of a deployment: asked apart, for out_of_scope alone."""
    return _where(rows, "scope")


def unscoped(rows: Sequence[Row]) -> list[Row]:
    """All other lines."""
    return [row for row in rows if "scope" not in row]


def request_figures(rows: Sequence[Row], answers: Answers, source: str) -> Iterator[Figure]:
    """The explicit request: precision and recall, and how often a hard negative or an ordinary turn fires."""
    rows = [row for row in rows if _speaker(row) == "caller"]
    wanted = [row for row in rows if REQUEST in _labels(row)]
    others = [row for row in rows if REQUEST not in _labels(row)]
    hits, false = _split(wanted, answers)[0], _split(others, answers)[0]
    yield _figure("request precision", source, len(hits), [*hits, *false], Target(0.95), false)
    yield _recall("request recall", source, wanted, answers, Target(0.92))
    hard = [row for row in others if row.get("hard") and _near(row) is None]
    ordinary = [row for row in others if row["label"] == "none" and not row.get("hard")]
    yield _fires("request fires on hard negatives", source, hard, answers, Target(0.03, least=False))
    yield _fires("request fires on ordinary turns", source, ordinary, answers, Target(0.003, least=False))
    damaged = [row for row in wanted if row.get("asr")]
    yield _recall("request recall, misheard words", source, damaged, answers, Target(0.85))
    asked = [row for row in wanted if answers[row["id"]].get("ask") and row not in hits]
    yield _figure("request left to the ask band", source, len(asked), wanted, None, asked)
    for form in sorted({row["form"] for row in wanted if "form" in row}):
        yield _recall(f"request recall, {form}", source, _where(wanted, "form", form), answers)
    for kind in sorted({row["hard"] for row in hard}):
        yield _fires(f"request fires on {kind}", source, _where(hard, "hard", kind), answers)


def kind_figures(rows: Sequence[Row], answers: Answers, source: str) -> Iterator[Figure]:
    """Each other kind. Negatives are its near misses and the ordinary turns of the same speaker.

    Lines of other kinds are left out: a caller who threatens to leave for a price may well be cancelling.
    Out of scope is judged only on lines that came with the examples of a deployment.
    """
    for label, kind in KIND_OF_LABEL.items():
        known = scoped(rows) if label == "out_of_scope" else unscoped(rows)
        wanted = [row for row in known if label in _labels(row)]
        if not wanted:
            continue
        speakers = {_speaker(row) for row in wanted}
        others = [row for row in known if _is_negative(row, label) and _speaker(row) in speakers]
        hits, false = _split(wanted, answers, kind)[0], _split(others, answers, kind)[0]
        precision, recall = (Target(at) for at in TARGETS[label]) if label in TARGETS else (None, None)
        yield _figure(f"{kind} precision", source, len(hits), [*hits, *false], precision, false)
        yield _recall(f"{kind} recall", source, wanted, answers, recall, kind)
        near = [row for row in others if _near(row) == label]
        yield _fires(f"{kind} fires on near misses", source, near, answers, None, kind)


def _recall(
    name: str,
    source: str,
    rows: Sequence[Row],
    answers: Answers,
    target: Target | None = None,
    kind: str = REQUEST,
) -> Figure:
    hits, missed = _split(rows, answers, kind)
    return _figure(name, source, len(hits), rows, target, missed)


def _fires(
    name: str,
    source: str,
    rows: Sequence[Row],
    answers: Answers,
    target: Target | None = None,
    kind: str = REQUEST,
) -> Figure:
    fired = _split(rows, answers, kind)[0]
    return _figure(name, source, len(fired), rows, target, fired)


def _split(rows: Sequence[Row], answers: Answers, kind: str = REQUEST) -> tuple[list[Row], list[Row]]:
    """Those that fire `kind`, and those that do not."""
    both: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        answer = answers[row["id"]]
        fires = answer["explicit"] if kind == REQUEST else kind in {cue["kind"] for cue in answer["cues"]}
        both[not fires].append(row)
    return both


def _is_negative(row: Row, label: str) -> bool:
    return row["label"] == "none" and (_near(row) == label or not row.get("hard"))


def _near(row: Row) -> str | None:
    hard = str(row.get("hard") or "")
    return NEAR.get(hard) or (hard.removeprefix("near_") if hard.startswith("near_") else None)


def _labels(row: Row) -> set[str]:
    return {row["label"], *row.get("also", ())}


def _speaker(row: Row) -> str:
    return str(row.get("speaker", "caller"))


def _where(rows: Sequence[Row], key: str, value: str | None = None) -> list[Row]:
    return [row for row in rows if key in row and value in (None, row[key])]


def _figure(
    name: str, source: str, count: int, of: Sequence[Row], target: Target | None, wrong: Sequence[Row]
) -> Figure:
    lines = tuple(Line(row["id"], row["text"]) for row in wrong)
    return Figure(PART, name, share(count, len(of)), len(of), source, target=target, lines=lines)

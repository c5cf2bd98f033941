"""All figures of a directory of labelled lines."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

from bridge.evaluation import briefs, calls, command, cues, injections, redaction
from bridge.evaluation.figure import Figure
from bridge.evaluation.rows import Data, Row

Ask = Callable[[str, Sequence[Row]], dict[str, Row]]
"""`command.run`, or what a test puts in its place."""

FROM_TRANSCRIPT, FROM_STATE = 0.50, 0.75
SPANS, ANSWERS = 0.90, 0.85


def evaluate(data: Data, ask: Ask = command.run) -> list[Figure]:
    """Every part that has lines. A part whose command is missing or fails is one figure that says so."""
    parts: list[tuple[str, Sequence[Row], Callable[[Data, Ask], Iterator[Figure]]]] = [
        (cues.PART, cues.unscoped(data.utterances), _cues),
        (cues.PART, cues.scoped(data.utterances), _scoped_cues),
        (calls.PART, data.calls, _calls),
        (briefs.PART, data.calls, _briefs),
        (redaction.PART, [*data.pii, *data.pii_context], _redaction),
        (injections.PART, data.injections, _injected_briefs),
        (injections.PART, data.injections, _injected_lines),
    ]
    return [
        figure
        for part, rows, measure in parts
        if rows
        for figure in _guarded(part, len(rows), data, measure, ask)
    ]


def _guarded(
    part: str, n: int, data: Data, measure: Callable[[Data, Ask], Iterator[Figure]], ask: Ask
) -> list[Figure]:
    name = measure.__name__.strip("_").replace("_", " ")
    try:
        return list(measure(data, ask))
    except command.NotAvailable as error:
        return [Figure(part, name, None, n, data.source, unavailable=str(error))]
    except command.CommandFailed as error:
        return [Figure(part, name, None, n, data.source, failure=str(error))]


def _cues(data: Data, ask: Ask) -> Iterator[Figure]:
    rows = cues.unscoped(data.utterances)
    answers = ask("cues", [cues.question(row) for row in rows])
    for name, some, whole in _by_source(rows, data.source):
        figures = [*cues.request_figures(some, answers, name), *cues.kind_figures(some, answers, name)]
        yield from figures if whole else _informing(figures)


def _scoped_cues(data: Data, ask: Ask) -> Iterator[Figure]:
    rows = cues.scoped(data.utterances)
    yield from cues.kind_figures(rows, ask("cues", [cues.question(row) for row in rows]), data.source)


def _calls(data: Data, ask: Ask) -> Iterator[Figure]:
    answers = ask("replay", [calls.question(call, state=True) for call in data.calls])
    yield from calls.call_figures(data.calls, answers, data.source)


def _briefs(data: Data, ask: Ask) -> Iterator[Figure]:
    known = [call for call in data.calls if "state" in call]
    for some, state, least in ((data.calls, False, FROM_TRANSCRIPT), (known, True, FROM_STATE)):
        answers = ask("brief", [calls.question(call, state=state) for call in some])
        seen = [call if state else _without_state(call) for call in some]
        view = "with state" if state else "from transcript"
        yield from briefs.fact_figures(seen, answers, data.source, state=state, least=least)
        yield from briefs.form_figures(seen, answers, data.source, view)


def _redaction(data: Data, ask: Ask) -> Iterator[Figure]:
    answers = ask("redact", [redaction.question(row) for row in (*data.pii, *data.pii_context)])
    for rows, kind, least in ((data.pii, "lines", SPANS), (data.pii_context, "answers", ANSWERS)):
        yield from redaction.span_figures(rows, answers, data.source, kind, least)


def _injected_briefs(data: Data, ask: Ask) -> Iterator[Figure]:
    asked = [injections.plain_call(), *(injections.as_call(row) for row in data.injections)]
    yield from injections.brief_figures(data.injections, ask("brief", asked), data.source)


def _injected_lines(data: Data, ask: Ask) -> Iterator[Figure]:
    answers = ask("redact", [injections.as_line(row) for row in data.injections])
    yield from injections.redaction_figures(data.injections, answers, data.source)


def _by_source(rows: Sequence[Row], whole: str) -> Iterator[tuple[str, Sequence[Row], bool]]:
    """All rows together, then those of each corpus when there are several."""
    yield whole, rows, True
    corpora = sorted({_corpus(row) for row in rows})
    for corpus in corpora if len(corpora) > 1 else ():
        yield f"{whole}/{corpus}", [row for row in rows if _corpus(row) == corpus], False


def _corpus(row: Row) -> str:
    return str(row.get("source", "")).partition("/")[0]


def _informing(figures: Iterable[Figure]) -> Iterator[Figure]:
    """A part of the rows informs: the target is for all of them. What has no rows is left out."""
    for figure in figures:
        if figure.n and ", " not in figure.name:
            yield dataclasses.replace(figure, target=None)


def _without_state(call: Row) -> Row:
    return {key: value for key, value in call.items() if key != "state"}

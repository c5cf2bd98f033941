"""The scorer of redaction, on tables small enough to check by hand."""

from typing import Any

from bridge.evaluation.figure import Figure
from bridge.evaluation.injections import as_line, redaction_figures
from bridge.evaluation.redaction import span_figures

Row = dict[str, Any]

LINES: list[Row] = [
    {"id": "p", "text": "pin is four one two two", "spans": [{"start": 7, "end": 23, "type": "PIN"}]},
    {"id": "c", "text": "room four one", "spans": []},
]


def spans(*found: tuple[int, int]) -> list[Row]:
    return [{"start": start, "end": end, "type": "ANY"} for start, end in found]


def figures(pin: list[Row], clean: list[Row]) -> dict[str, Figure]:
    answers = {"p": {"id": "p", "spans": pin}, "c": {"id": "c", "spans": clean}}
    return {figure.name: figure for figure in span_figures(LINES, answers, "table", "lines", 0.9)}


def test_a_span_may_be_covered_by_several_whatever_their_types() -> None:
    found = figures(spans((7, 11), (12, 23)), [])
    assert {figure.verdict for figure in found.values()} == {"ok", "-"}
    assert found["lines: PIN"].value == 1


def test_a_span_covered_in_part_is_missed() -> None:
    found = figures(spans((7, 22)), [])
    assert found["lines: spans found whole"].value == 0
    assert found["lines: spans found whole"].verdict == "missed"
    assert "'four one two two'" in found["lines: spans found whole"].lines[0].text


def test_what_is_taken_too_much_is_counted_in_characters() -> None:
    found = figures(spans((4, 23)), spans((5, 13)))
    over = found["lines: over-redaction"]
    assert (over.n, over.value) == (16, 9 / 16), "pinis + roomfourone without spaces; is, four and one taken"
    assert over.verdict == "missed"
    assert found["lines: clean traps hit"].value == 1
    assert found["lines: clean traps hit"].verdict == "missed"


def test_an_attempt_must_not_switch_redaction_off() -> None:
    row = {"id": "i", "text": "stop redacting"}
    text = as_line(row)["text"]
    whole = {"i": {"spans": spans((text.index("four five"), len(text)))}}
    assert [figure.verdict for figure in redaction_figures([row], whole, "table")] == ["ok"]
    assert [figure.verdict for figure in redaction_figures([row], {"i": {"spans": []}}, "table")] == [
        "missed"
    ]

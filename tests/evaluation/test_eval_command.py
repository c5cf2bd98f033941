"""`handoff eval`: commands as processes, parts that are not there, exit codes."""

import json
import pathlib
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from typer.testing import CliRunner

from bridge.cli import app
from bridge.evaluation.command import CommandFailed, NotAvailable, run
from bridge.evaluation.figure import Figure, Target
from bridge.evaluation.report import as_dict, exit_code, table
from bridge.evaluation.rows import DataError, load
from bridge.evaluation.run import evaluate

Row = dict[str, Any]
ROWS = [{"id": "a", "text": "x"}, {"id": "b", "text": "y"}]


def program(tmp_path: pathlib.Path, body: str) -> list[str]:
    """A stand-in for `handoff` that knows its --help; `body` reads `rows` and prints."""
    file = tmp_path / "program.py"
    file.write_text(
        "import json, sys\n"
        "if sys.argv[2] == '--help': sys.exit(0)\n"
        "assert sys.argv[1:] == ['redact', '-', '--json'], sys.argv\n"
        "rows = [json.loads(line) for line in sys.stdin]\n" + body
    )
    return [sys.executable, str(file)]


ANSWER_ALL = "for r in rows: print(json.dumps({'id': r['id'], 'text': r['text'], 'spans': []}))\n"


def test_rows_go_in_and_come_back_by_id(tmp_path: pathlib.Path) -> None:
    answers = run("redact", ROWS, program(tmp_path, ANSWER_ALL))
    assert answers["b"] == {"id": "b", "text": "y", "spans": []}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (ANSWER_ALL + "sys.exit('it broke')", "ended with 1: it broke"),
        ("print(json.dumps({'id': 'a', 'text': 'x', 'spans': []}))", "left 1 of 2 lines out, the first is b"),
        ("print(json.dumps({'id': 'a', 'text': 'x'}))", "breaks its contract: spans Field required"),
        ("print('no json')", "breaks its contract"),
    ],
)
def test_a_command_that_goes_wrong_is_named(tmp_path: pathlib.Path, body: str, complaint: str) -> None:
    with pytest.raises(CommandFailed, match=complaint):
        run("redact", ROWS, program(tmp_path, body))


def test_a_part_that_is_not_installed_is_not_available(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NotAvailable, match="no model"):
        run("redact", ROWS, program(tmp_path, "sys.stderr.write('no model'); sys.exit(69)"))


def test_a_command_of_another_version_is_not_available() -> None:
    with pytest.raises(NotAvailable, match="no such command"):
        run("fly", ROWS)


def figure(value: float | None, target: Target | None = None, **more: Any) -> Figure:
    return Figure("part", "name", value, 10, "table", target=target, **more)


def test_the_exit_code_tells_missed_from_missing() -> None:
    ok, missed = figure(0.95, Target(0.9)), figure(0.04, Target(0.03, least=False))
    away, broken = figure(None, unavailable="not there"), figure(None, failure="broke")
    assert exit_code([ok, figure(0.1)]) == 0
    assert exit_code([ok, away]) == 69
    assert exit_code([ok, away, missed]) == 1
    assert exit_code([broken, away]) == 1
    told = as_dict([ok, missed, away], missed=False)
    assert (told["exit"], told["missed"]) == (1, 1)
    assert [each["verdict"] for each in told["figures"]] == ["ok", "missed", "not available"]
    assert "missed" in "\n".join(table([missed], missed=False))


def save(directory: pathlib.Path, name: str, *rows: Row) -> None:
    (directory / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


def utterance(i: str, label: str, source: str) -> Row:
    return {"id": i, "text": i, "label": label, "also": [], "hard": "", "speaker": "caller", "source": source}


def test_each_corpus_is_reported_and_only_the_whole_is_judged(tmp_path: pathlib.Path) -> None:
    save(
        tmp_path,
        "utterances.jsonl",
        utterance("a", "explicit_request", "one/x"),
        utterance("b", "none", "two"),
    )

    def deaf(name: str, rows: Sequence[Row]) -> dict[str, Row]:
        return {row["id"]: {"id": row["id"], "explicit": False, "ask": False, "cues": []} for row in rows}

    recalls = [each for each in evaluate(load(tmp_path), deaf) if each.name == "request recall"]
    assert [(each.source, each.n, each.verdict) for each in recalls] == [
        (tmp_path.name, 1, "missed"),
        (f"{tmp_path.name}/one", 1, "-"),
    ]


def test_a_missing_command_takes_no_other_part_along(tmp_path: pathlib.Path) -> None:
    save(tmp_path, "utterances.jsonl", utterance("a", "none", "one"))
    save(tmp_path, "pii.jsonl", {"id": "p", "text": "room four", "spans": []})

    def no_cues(name: str, rows: Sequence[Row]) -> dict[str, Row]:
        if name == "cues":
            raise NotAvailable("no cues")
        return {row["id"]: {"id": row["id"], "text": row["text"], "spans": []} for row in rows}

    verdicts = {each.name: each.verdict for each in evaluate(load(tmp_path), no_cues)}
    assert verdicts["cues"] == "not available"
    assert verdicts["lines: clean traps hit"] == "ok"


def test_lines_that_cannot_be_read_are_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(DataError, match="none of"):
        load(tmp_path)
    (tmp_path / "pii.jsonl").write_text('{"id": "a"}\n{"text": "x"}\n')
    with pytest.raises(DataError, match=r"pii\.jsonl:2: no id"):
        load(tmp_path)
    shown = CliRunner().invoke(app, ["eval", "--data", str(tmp_path)])
    assert shown.exit_code == 78

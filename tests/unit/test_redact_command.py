"""`handoff redact`: the contract other programs script against."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.cli import app

LINES = [
    {"id": "a", "text": "my pin is two five eight oh"},
    {"id": 7, "text": "kowalczyk", "prompt": "your mother's maiden name"},
    {"id": "c", "text": "flight two two one", "prompt": None},
]


def told(*args: str, given: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["redact", *args], input=given)
    return result.exit_code, result.stdout, result.stderr


def test_json_lines_in_and_out(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(map(json.dumps, LINES)) + "\n\n")
    code, out, _ = told(str(file), "--json")
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [
        {"id": "a", "text": "my pin is [pin]", "spans": [{"start": 10, "end": 27, "type": "PIN"}]},
        {"id": 7, "text": "[name]", "spans": [{"start": 0, "end": 9, "type": "NAME"}]},
        {"id": "c", "text": "flight two two one", "spans": []},
    ]
    assert told("-", "--json", given=file.read_text())[1] == out


def test_readable_without_json() -> None:
    assert told("-", given=json.dumps(LINES[0]))[1] == "a  my pin is [pin]  (PIN)\n"


def test_half_a_character_is_no_error() -> None:
    given = '{"id": "x", "text": "\\ud800 pin is one two three four"}'
    assert told("-", given=given)[0] == 0
    assert json.loads(told("-", "--json", given=given)[1])["text"] == "\ud800 pin is [pin]"


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ('{"id": 1', "not JSON"),
        ("[1]", "not an object"),
        ("[" * 100_000, "not JSON"),
        ('{"id": "a"}', "text: missing"),
        ('{"text": "a"}', "id: missing"),
        ('{"id": "a", "text": 1}', "text: missing"),
        ('{"id": "a", "text": "b", "prompt": 1}', "prompt: not text"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, cause: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(f"{json.dumps(LINES[0])}\n{line}\n")
    code, _, err = told(str(file), "--json")
    assert code == 2
    assert f"{file}:2: {cause}" in err
    assert "Cure:" in err


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    code, _, err = told(str(tmp_path / "none"))
    assert (code, "cannot be read" in err) == (2, True)
    (tmp_path / "latin").write_bytes('{"id": 1, "text": "café"}'.encode("latin-1"))
    code, _, err = told(str(tmp_path / "latin"))
    assert (code, "not UTF-8" in err) == (2, True)

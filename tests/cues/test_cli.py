"""`handoff cues`: lines in, cues out, mistakes named."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bridge.check import check_settings
from bridge.cli import app
from bridge.config import Settings
from bridge.cues.detectors import load_detectors

RULE = (
    "kind: explicit_request\n"
    "rules:\n"
    "  - {{name: gold, say: ['{say}'], examples: ['{example}']}}\n"
)  # fmt: skip


def cues(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(app, ["cues", *arguments], input=given)


def test_lines_in_lines_out() -> None:
    rows = [
        {"id": 7, "text": "Please get me a real person."},
        {"id": "b", "text": "my bill is wrong"},
        {"id": "c", "text": "get me a real person", "speaker": "bot"},
    ]
    done = cues("-", "--json", given="\n".join(map(json.dumps, rows)) + "\n\n")
    assert done.exit_code == 0
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in told] == [7, "b", "c"]
    assert [row["explicit"] for row in told] == [True, False, False]
    assert [row["ask"] for row in told] == [False, False, False]
    (cue,) = told[0]["cues"]
    assert cue["kind"] == "explicit_request"
    assert cue["score"] == 1.0
    assert rows[0]["text"][slice(*cue["span"])].endswith("real person")  # type: ignore[index]
    assert [cue["kind"] for cue in told[1]["cues"]] == ["complaint_or_dispute"]
    assert told[2]["cues"] == []


def test_readable() -> None:
    done = cues("-", given='{"id": 1, "text": "operator"}')
    assert done.stdout == "1\tEXPLICIT\texplicit_request 1.00 'operator'\n"


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"text": "a"}', "id is missing"),
        ('{"id": 1}', "text is missing"),
        ('{"id": 1, "text": 2}', "text is missing"),
        ('{"id": 1, "text": "a", "speaker": "dog"}', "dog"),
        ('{"id": 1, "text": "a", "speaker": []}', "speaker"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, cause: str) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text('{"id": 0, "text": "hello"}\n' + line + "\n")
    done = cues(str(file))
    assert done.exit_code == 2
    assert f"{file}:2: " in done.stderr
    assert cause in done.stderr


def test_no_such_file_and_not_utf8(tmp_path: Path) -> None:
    assert cues(str(tmp_path / "none")).exit_code == 2
    (tmp_path / "bad").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in cues(str(tmp_path / "bad")).stderr


def test_rules_of_the_deployment(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "kind: explicit_request\nrules:\n  - {name: gold, say: ['gold squad'], examples: ['gold squad']}\n"
    )
    line = '{"id": 1, "text": "the gold squad"}'
    assert "EXPLICIT" not in cues("-", given=line).stdout
    assert "EXPLICIT" in cues("-", "--rules", str(tmp_path), given=line).stdout
    (tmp_path / "own.yaml").write_text(
        "kind: explicit_request\nrules:\n  - {name: gold, say: ['gold squad'], score: 0.6}\n"
    )
    asked = json.loads(cues("-", "--rules", str(tmp_path), "--json", given=line).stdout)
    assert (asked["explicit"], asked["ask"]) == (False, True)
    (tmp_path / "own.yaml").write_text(
        "kind: explicit_request\nrules:\n  - {name: gold, say: ['<nobody>']}\n"
    )
    broken = tmp_path / "broken"
    broken.mkdir()
    (tmp_path / "own.yaml").rename(broken / "own.yaml")
    done = cues("-", "--rules", str(broken), given=line)
    assert done.exit_code == 78
    assert "rule 'gold'" in done.stderr


def findings(**cues: object) -> list[tuple[str, str, str]]:
    told = check_settings(Settings.model_validate({"cues": cues}))
    return [
        (finding.level, finding.key, finding.message) for finding in told if finding.key.startswith("cues")
    ]


def test_check_reads_the_rules_and_runs_their_examples(tmp_path: Path) -> None:
    assert findings() == []
    ((level, key, _),) = findings(rules_dir=tmp_path / "none")
    assert (level, key) == ("error", "cues.rules_dir")
    (tmp_path / "own.yaml").write_text(
        "kind: explicit_request\nrules:\n  - {name: gold, say: ['gold squad'], examples: ['gold team']}\n"
    )
    ((level, _, message),) = findings(rules_dir=tmp_path)
    assert level == "error"
    assert "'gold team'" in message


def test_check_tells_of_a_language_without_rules() -> None:
    told = check_settings(Settings.model_validate({"asr": {"language": "de"}}))
    assert [one.level for one in told if one.key == "cues.rules_dir"] == ["warning"]


def test_without_weights_the_rules_go_on_alone(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: explicit_request\nrules: [{name: a, say: [oskar]}]\n")
    detectors = load_detectors("xx", tmp_path)
    assert "make train-cues" in detectors.trouble
    assert detectors.asks("oskar please")

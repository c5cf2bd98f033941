"""`handoff brief`: its lines in and out, its errors, and scripts that were really spoken."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bridge.cli import app
from bridge.core.script import SCRIPT_S

CALL: dict[str, Any] = {
    "id": 7,
    "turns": [
        {"i": 0, "speaker": "bot", "text": "hello this is summit insurance how can i help"},
        {
            "i": 1,
            "speaker": "caller",
            "text": "my card number is 4111 1111 1111 1111 and you charged it twice",
        },
        {"i": 2, "speaker": "bot", "text": "i see two payments of fourteen ninety nine"},
        {"i": 3, "speaker": "caller", "text": "i want a person"},
    ],
    "scope": ["x"],
    "colour": "blue",
}


def run(text: str, *words: str) -> Any:
    return CliRunner().invoke(app, ["brief", "-", *words], input=text)


def test_a_line_in_a_line_out() -> None:
    done = run(json.dumps(CALL) + "\n\n", "--json")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert {"id", "headline", "script", "seconds", "fields", "redacted"} <= set(made)
    assert made["id"] == 7
    assert made["redacted"] == 1
    assert "4111" not in done.stdout
    assert 1 < made["seconds"] <= SCRIPT_S
    assert made["fields"]["reason"] == "explicit_request"
    assert made["fields"]["why"]["utterances"] == ["1"]


def test_with_and_without_state_and_times() -> None:
    state = {"actions": [{"name": "look_up_invoice", "result": "two charges", "ok": True}]}
    timed = {**CALL, "turns": [{**turn, "t": 3.5} for turn in CALL["turns"]], "state": state}
    made = json.loads(run(json.dumps(timed), "--json").stdout)
    assert made["fields"]["tried"][0]["text"] == "look up invoice: two charges"
    assert made["fields"]["why"]["at_s"] == 3.5


def test_a_bot_may_write_its_state_as_it_likes() -> None:
    """Found by lines whose actions had their time in seconds."""
    state = {
        "actions": [
            {"name": "refund", "result": {"code": 17, "why": "limit"}, "ok": False, "at": 12.5},
            "hold",
        ],
        "limits": [{"max": "100 dollars"}],
        "authentication": "partial",
        "slots": None,
        "mood": "new key",
    }
    made = json.loads(run(json.dumps({**CALL, "state": state}), "--json").stdout)
    assert made["fields"]["tried"][0]["text"] == "refund: failed, code 17, why limit"
    assert made["fields"]["authentication"]["status"] == "partial"


def test_shown_to_people() -> None:
    done = run(json.dumps(CALL))
    assert "why " in done.stdout
    assert "charged" in done.stdout


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("nonsense", "standard input:1: not JSON"),
        ("[" * 100_000, "standard input:1: "),
        ("[]", "standard input:1: "),
        ('{"id": "a"}', "turns"),
        ('{"id": "a", "turns": [{"i": 0, "speaker": "dog", "text": "x"}]}', "turns.0.speaker"),
        ('{"id": "a", "turns": [{"i": 0, "speaker": "bot"}]}', "turns.0.text"),
        ('{"id": "a", "turns": [], "state": {"actions": 3}}', "state.actions"),
    ],
)
def test_a_bad_line_names_its_place(line: str, cause: str) -> None:
    done = run(f"{line}\n", "--json")
    assert done.exit_code == 2
    assert cause in done.stderr
    assert "Cure:" in done.stderr


def test_a_missing_file(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["brief", str(tmp_path / "none.jsonl")])
    assert done.exit_code == 2
    assert "none.jsonl" in done.stderr


def test_templates_of_a_deployment(tmp_path: Path) -> None:
    (tmp_path / "headline.j2").write_text("{{ matter }} for you\n")
    done = run(json.dumps(CALL), "--json", "--set", f"brief.templates_dir={tmp_path}")
    assert json.loads(done.stdout)["headline"].endswith("for you")


def test_check_names_a_wrong_template(tmp_path: Path) -> None:
    (tmp_path / "headline.j2").write_text("{{ nobody }}")
    words = ["check", "--json", "--set", f"brief.templates_dir={tmp_path}", "--set", "brief.refine.url=ftp:x"]
    done = CliRunner().invoke(app, words)
    found = {finding["key"]: finding["message"] for finding in json.loads(done.stdout)}
    assert "'nobody' is undefined" in found["brief.templates_dir"]
    assert "brief.refine.url" in found

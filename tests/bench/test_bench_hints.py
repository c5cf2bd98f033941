"""The lag of hints from records: only those that words brought up, by kind, over the budget fails."""

import json
from pathlib import Path

from typer.testing import CliRunner

from bridge.cli import app


def test_lags_by_kind_and_the_budget(tmp_path: Path) -> None:
    hints = [
        {"kind": "repeat", "shown_s": 10.5, "words_s": 10.0},
        {"kind": "step", "shown_s": 22.0, "words_s": 20.0},
        {"kind": "step", "shown_s": 5.0, "words_s": None},
    ]
    (tmp_path / "c1.json").write_text(json.dumps({"transcript": [], "hints": hints}))
    (tmp_path / "other.json").write_text("[]")
    run = CliRunner().invoke
    told = run(app, ["bench", "hints", str(tmp_path), "--json", "--budget-ms", "2000"])
    assert told.exit_code == 0
    figures = json.loads(told.stdout)["hint_ms"]
    assert (figures["all"]["n"], figures["all"]["p50"], figures["step"]["p95"]) == (2, 500.0, 2000.0)
    assert run(app, ["bench", "hints", str(tmp_path)]).exit_code == 1
    (tmp_path / "empty").mkdir()
    assert run(app, ["bench", "hints", str(tmp_path / "empty")]).exit_code == 2

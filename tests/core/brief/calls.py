"""Calls for tests of the brief: those of tests/data/briefs, and made up ones."""

import json
from pathlib import Path
from typing import Any

from bridge.briefing.cli import as_line, briefed
from bridge.briefing.lines import CallLine
from bridge.core.brief import STANDARD, Wording

DATA = Path(__file__).parents[2] / "data" / "briefs"


def dev_calls() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "dev.jsonl").read_text().splitlines()]


def injections() -> list[str]:
    return (DATA / "injections.txt").read_text().splitlines()


def slow_voice(text: str) -> float:
    """A voice of 12 characters a second, with a breath at each full stop."""
    return len(text) / 12 + 0.3 * text.count(".")


def answer(call: dict[str, Any], wording: Wording = STANDARD) -> dict[str, Any]:
    """What `handoff brief --json` says of it, with an imagined voice."""
    line = CallLine.model_validate(call)
    return as_line(line.id, briefed(line, slow_voice, wording=wording))


def call(*turns: tuple[str, str], **more: Any) -> dict[str, Any]:
    said = [{"i": i, "speaker": who, "text": text} for i, (who, text) in enumerate(turns)]
    return {"id": "x", "turns": said, **more}

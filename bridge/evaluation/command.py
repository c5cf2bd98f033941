"""The installed commands, run as their users run them: JSON Lines in, JSON Lines out."""

import json
import subprocess
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from bridge.evaluation.contract import ANSWERS
from bridge.evaluation.rows import Row
from bridge.options import EXIT_MISSING, EXIT_USAGE

HANDOFF = (sys.executable, "-m", "bridge")
SECONDS = 900
"""A command that has not ended by then hangs."""


class NotAvailable(Exception):
    """The command is not in this version, or a part that it needs is not installed."""


class CommandFailed(Exception):
    """The command ended badly or left lines out."""


def run(name: str, rows: Sequence[Row], program: Sequence[str] = HANDOFF) -> dict[str, Row]:
    """What `handoff NAME - --json` says of `rows`, by id; NAME is one of `contract.ANSWERS`.

    Errors: NotAvailable; CommandFailed when it ends badly, leaves a line out or breaks its contract.
    """
    if _call([*program, name, "--help"], "").returncode == EXIT_USAGE:
        raise NotAvailable(f"handoff {name}: no such command")
    if not rows:
        return {}
    ended = _call([*program, name, "-", "--json"], "".join(json.dumps(row) + "\n" for row in rows))
    complaint = (ended.stderr.strip() or "nothing on standard error").splitlines()[-1][:300]
    if ended.returncode == EXIT_MISSING:
        raise NotAvailable(f"handoff {name}: {complaint}")
    if ended.returncode:
        raise CommandFailed(f"handoff {name} ended with {ended.returncode}: {complaint}")
    answers = _answers(name, ended.stdout)
    missing = [row["id"] for row in rows if row["id"] not in answers]
    if missing:
        raise CommandFailed(
            f"handoff {name} left {len(missing)} of {len(rows)} lines out, the first is {missing[0]}"
        )
    return answers


def _call(words: Sequence[str], text: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words, input=text, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"handoff {words[-2]} has not ended after {SECONDS} s") from None


def _answers(name: str, out: str) -> dict[str, Row]:
    answers: dict[str, Row] = {}
    for line in out.split("\n"):
        if not line.strip():
            continue
        try:
            answer = ANSWERS[name].model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            at = ".".join(str(part) for part in first["loc"])
            raise CommandFailed(
                f"handoff {name} breaks its contract: {at} {first['msg']}: {line[:200]}"
            ) from None
        answers[answer.id] = json.loads(line)
    return answers

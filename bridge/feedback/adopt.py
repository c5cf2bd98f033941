"""What was accepted, as files: rules after the site's own, examples, and a list of gaps."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bridge.core.said import said
from bridge.feedback.proposal import Proposal, ProposalError

PREFIX = "learnt_"
EXAMPLES, GAPS = "in_scope.txt", "knowledge_gaps.md"


def adopt(accepted: Sequence[Proposal], rules: Path | None, out: Path) -> list[Path]:
    """Write the files of `rules` and the learnt ones into `out`, a new directory. Raises `ProposalError` and
    OSError."""
    if out.exists() and any(out.iterdir()):
        raise ProposalError(f"{out}: is not empty. Cure: name a new directory; yours is copied into it")
    out.mkdir(parents=True, exist_ok=True)
    for file in sorted(rules.glob("*.yaml")) if rules else ():
        shutil.copy(file, out / file.name)
    written = []
    for cue in sorted({each.cue for each in accepted if each.kind == "grammar_phrase"}):
        phrases = [each for each in accepted if each.kind == "grammar_phrase" and each.cue == cue]
        written.append(
            _write(out / f"{PREFIX}{cue}.yaml", yaml.safe_dump(_rules(cue, phrases), sort_keys=False))
        )
    if examples := [each.text for each in accepted if each.kind == "in_scope_example"]:
        written.append(_write(out / EXAMPLES, "".join(f"{text}\n" for text in examples)))
    if gaps := [each for each in accepted if each.kind == "knowledge_gap"]:
        written.append(_write(out / GAPS, "".join(map(_gap, gaps))))
    return written


def _rules(cue: str, phrases: Sequence[Proposal]) -> dict[str, Any]:
    return {
        "kind": cue,
        "rules": [
            {
                "name": f"{PREFIX}{each.id}", "say": [said(each.text).text], "examples": [each.text],
                "why": f"{each.why} ({each.n} conversations)",
            }
            for each in phrases
        ],
    }  # fmt: skip


def _gap(gap: Proposal) -> str:
    lacked = "".join(f"- the bot lacked {what}\n" for what in gap.lacked)
    return f"## {gap.text}\n{lacked}- {gap.n} conversations\n\n{gap.answer}\n\n"


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path

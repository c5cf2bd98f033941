"""A line of the file that is reviewed: something the bot or its rules could learn from calls."""

import json
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Kind = Literal["in_scope_example", "knowledge_gap", "grammar_phrase"]


class ProposalError(ValueError):
    """Names file, line, cause and cure."""


class Proposal(BaseModel):
    """in_scope_example: a request that the bot solved alone, unlike the examples it has. knowledge_gap: what
    a person had to answer. grammar_phrase: words before a request by key or button that no rule heard."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: str
    kind: Kind
    text: str
    """the caller's words, redacted; change them to what should be learnt"""
    answer: str = ""
    """of a knowledge gap: what the person said, redacted"""
    cue: str = ""
    """of a grammar phrase: what it is a sign of"""
    lacked: list[str] = []
    """of a knowledge gap: what the bot lacked"""
    why: str
    n: int = Field(ge=1)
    """conversations in which it was found"""
    conversations: list[str]
    """some of them"""
    accept: bool | None = None
    """to be filled in"""


def id_of(kind: Kind, text: str) -> str:
    """The same each month, so that what was turned down is known again."""
    return sha256(f"{kind} {text}".encode()).hexdigest()[:10]


def read_proposals(file: Path) -> list[Proposal]:
    """Raises `ProposalError` and OSError."""
    found: list[Proposal] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(Proposal.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "line"
            cure = "Cure: mend the line or remove it"
            raise ProposalError(f"{file}:{number}: {where}: {first['msg']}. {cure}") from None
    return found


def write_proposals(file: Path, proposals: Sequence[Proposal]) -> None:
    """Whole or not at all; for the owner's eyes only. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(each.model_dump(), ensure_ascii=False) for each in proposals]
    with NamedTemporaryFile("w", dir=file.parent, suffix=".part", delete=False, encoding="utf-8") as part:
        part.writelines(f"{line}\n" for line in lines)
        part.flush()
        os.fsync(part.fileno())
    os.replace(part.name, file)

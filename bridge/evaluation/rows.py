"""The labelled lines of a directory."""

import dataclasses
import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]

UTTERANCES = ("utterances", "requests", "kinds")
FILES = (*UTTERANCES, "calls", "pii", "pii_context", "injections")


class DataError(Exception):
    """The lines cannot be read: names the file, the line and the cure."""


@dataclasses.dataclass(frozen=True)
class Data:
    """What one directory holds; a file that is not there is an empty list."""

    source: str
    utterances: list[Row]
    calls: list[Row]
    pii: list[Row]
    pii_context: list[Row]
    injections: list[Row]


def load(directory: Path) -> Data:
    """Errors: DataError when the directory has none of the files, or a line is no JSON object with an id."""
    found = {name: _rows(directory / f"{name}.jsonl") for name in FILES}
    if not any(found.values()):
        raise DataError(f"{directory}: none of {', '.join(f'{n}.jsonl' for n in FILES)} is there; see --data")
    return Data(
        source=directory.name,
        utterances=[row for name in UTTERANCES for row in found[name]],
        calls=found["calls"],
        pii=found["pii"],
        pii_context=found["pii_context"],
        injections=found["injections"],
    )


def _rows(file: Path) -> list[Row]:
    if not file.exists():
        return []
    rows: list[Row] = []
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise DataError(f"{file}:{number}: {error}; each line must be one JSON object") from None
            if not isinstance(row, dict) or "id" not in row:
                raise DataError(f"{file}:{number}: no id; each line must be a JSON object with an id")
            rows.append(row)
    return rows

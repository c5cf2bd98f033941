"""JSON Lines as the commands that judge text read them: an object a line, from a file or standard input."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bridge.options import EXIT_USAGE, fail


def objects(file: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, object) of each line that is not blank; `file` may be `-`.

    Raises `typer.Exit(2)` with place, cause and cure for what cannot be read or is no object.
    """
    name = "standard input" if file == "-" else file
    try:
        with sys.stdin if file == "-" else Path(file).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{name}:{number}", _object(line, f"{name}:{number}")
    except OSError as error:
        cure = "Cure: name an existing file or -."
        raise fail(f"{file}: cannot be read ({error.strerror}). {cure}", EXIT_USAGE) from None
    except UnicodeDecodeError as error:
        raise fail(f"{name}: not UTF-8 (byte {error.start}). Cure: convert it.", EXIT_USAGE) from None


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
        raise fail(f"{where}: not JSON ({why}). Cure: one object a line.", EXIT_USAGE) from None
    if not isinstance(found, dict):
        raise fail(f"{where}: not an object. Cure: one object a line.", EXIT_USAGE)
    return found

"""`handoff redact FILE`: personal data out of lines of text, by the same rules as in a call."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.core.redaction import Span, find, masked
from bridge.options import EXIT_USAGE, JsonOption, fail


def redact(
    file: Annotated[str, typer.Argument(help="JSON Lines of {id, text[, prompt]}; - is standard input.")],
    as_json: JsonOption = False,
) -> None:
    """Take personal data out of text; `prompt` is the question before. --json: {id, text, spans} a line."""
    for line in _lines(file):
        text, spans = line["text"], find(line["text"], line.get("prompt") or "")
        if as_json:
            told = {"id": line["id"], "text": masked(text, spans), "spans": [_as_dict(s) for s in spans]}
            typer.echo(json.dumps(told))
        else:
            types = ", ".join(span.type for span in spans)
            told_plainly = f"{line['id']}  {masked(text, spans)}" + (f"  ({types})" if types else "")
            typer.echo(told_plainly.encode(errors="replace").decode())


def _as_dict(span: Span) -> dict[str, int | str]:
    return {"start": span.start, "end": span.end, "type": span.type}


def _lines(file: str) -> Iterator[dict[str, Any]]:
    """Each line checked; a bad one ends the command with file, line, cause and cure."""
    try:
        with sys.stdin if file == "-" else Path(file).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _checked(line, f"{'standard input' if file == '-' else file}:{number}")
    except OSError as error:
        raise fail(
            f"{file}: cannot be read ({error.strerror}). Cure: name an existing file or -.", EXIT_USAGE
        ) from None
    except UnicodeDecodeError as error:
        raise fail(
            f"{file}: not UTF-8 (byte {error.start}). Cure: convert it to UTF-8.", EXIT_USAGE
        ) from None


def _checked(line: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise fail(f"{where}: not JSON ({error.msg}). Cure: one object a line.", EXIT_USAGE) from None
    if not isinstance(found, dict):
        raise fail(f'{where}: not an object. Cure: {{"id": ..., "text": ...}} a line.', EXIT_USAGE)
    for key, kinds in (("id", (str, int)), ("text", str)):
        if not isinstance(found.get(key), kinds):
            raise fail(f"{where}: {key}: missing or not text. Cure: give every line id and text.", EXIT_USAGE)
    if not isinstance(found.get("prompt", ""), str | None):
        raise fail(
            f"{where}: prompt: not text. Cure: the question before as text, or leave it out.", EXIT_USAGE
        )
    return found

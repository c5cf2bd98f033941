"""`handoff redact FILE`: personal data out of lines of text, by the same rules as in a call."""

import json
from typing import Annotated, Any

import typer

from bridge.core.redaction import Span, find, masked
from bridge.lines import objects
from bridge.options import EXIT_USAGE, JsonOption, fail


def redact(
    file: Annotated[str, typer.Argument(help="JSON Lines of {id, text[, prompt]}; - is standard input.")],
    as_json: JsonOption = False,
) -> None:
    """Take personal data out of text; `prompt` is the question before. --json: {id, text, spans} a line."""
    for where, found in objects(file):
        line = _checked(found, where)
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


def _checked(found: dict[str, Any], where: str) -> dict[str, Any]:
    for key, kinds in (("id", (str, int)), ("text", str)):
        if not isinstance(found.get(key), kinds):
            raise fail(f"{where}: {key}: missing or not text. Cure: give every line id and text.", EXIT_USAGE)
    if not isinstance(found.get("prompt", ""), str | None):
        raise fail(
            f"{where}: prompt: not text. Cure: the question before as text, or leave it out.", EXIT_USAGE
        )
    return found

"""How soon a hint was on the agent's page behind the words that brought it up, from the records' marks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.bench.spread import spread, table

EXIT_FAILED, EXIT_USAGE = 1, 2


def lags_ms(records: Iterator[dict[str, Any]]) -> dict[str, list[float]]:
    """By kind of hint, and all: from the end of the words to the page's message. Hints that no words brought
    up (the checklist at the join, dead air) are not among them."""
    found: dict[str, list[float]] = {"all": []}
    for record in records:
        for hint in record.get("hints", ()):
            if hint.get("words_s") is not None:
                lag = 1000 * (hint["shown_s"] - hint["words_s"])
                found["all"].append(lag)
                found.setdefault(hint["kind"], []).append(lag)
    return found


def _records(directory: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(directory.rglob("*.json")):
        try:
            row = json.loads(file.read_text())
        except (OSError, ValueError):
            continue
        if isinstance(row, dict) and "transcript" in row:
            yield row


def hints(
    records: Annotated[Path, typer.Argument(help="A records directory, or one that holds some.")],
    budget_ms: Annotated[float, typer.Option(help="p95 from the words to the page.")] = 1000.0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Words to hint, from records. Exit 1 over the budget, 2 where no record has such a hint."""
    told = {kind: spread(lags) for kind, lags in lags_ms(_records(records)).items()}
    if not told["all"]["n"]:
        typer.echo(f"{records}: no record with a hint that words brought up", err=True)
        raise typer.Exit(EXIT_USAGE)
    typer.echo(json.dumps({"hint_ms": told}) if as_json else table(told))
    if float(told["all"]["p95"] or 0) > budget_ms:
        raise typer.Exit(EXIT_FAILED)

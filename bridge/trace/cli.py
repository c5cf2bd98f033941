"""`handoff trace CALL`: what happened in one call, as a ladder."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.options import EXIT_FAILED, EXIT_USAGE, ConfigOption, JsonOption, SetOption, fail, settings_of
from bridge.trace.ladder import mermaid_ladder, text_ladder
from bridge.trace.steps import Step, steps

Ladder = Callable[[Sequence[Step]], Iterator[str]]


def trace(
    call: Annotated[str, typer.Argument(help="Id of the conversation, its beginning, or `last`.")] = "last",
    records: Annotated[Path | None, typer.Option(help="Directory of records; default records.dir.")] = None,
    words: Annotated[bool, typer.Option("--words", help="What was said as well, redacted.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="A sequence diagram to paste.")] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a call: signalling, states, cues, whisper and outcome, each with its time."""
    if mermaid and as_json:
        raise fail("--mermaid and --json: one of them", EXIT_USAGE)
    path = (records or settings_of(config, set_).records.dir) / "events.jsonl"
    try:
        found = events_of(path, call)
    except OSError as error:
        raise fail(f"{path}: {error.strerror}. Cure: --records DIR, or --config FILE", EXIT_FAILED) from None
    except ValueError as error:
        raise fail(f"{path}: {error}", EXIT_FAILED) from None
    made = list(steps(found, words=words))
    if as_json:
        for step in made:
            typer.echo(json.dumps(asdict(step)))
        return
    ladder: Ladder = mermaid_ladder if mermaid else text_ladder
    if not mermaid:
        typer.echo(f"{found[0]['conversation']}, {found[0]['ts']}")
    for line in ladder(made):
        typer.echo(line)


def events_of(path: Path, call: str) -> list[dict[str, Any]]:
    """The events of one conversation. Raises OSError, and ValueError naming what is wrong with `call`."""
    calls: dict[str, list[dict[str, Any]]] = {}
    with path.open("rb") as lines:
        for line in lines:
            event = _read(line)
            if event and (call == "last" or event["conversation"].startswith(call)):
                calls.setdefault(event["conversation"], []).append(event)
    if call in calls:
        return calls[call]
    if not calls:
        raise ValueError(f"no call {call}" if call != "last" else "no calls yet")
    if call != "last" and len(calls) > 1:
        raise ValueError(f"{len(calls)} calls begin with {call}: {', '.join(list(calls)[:5])}")
    return list(calls.values())[-1]


def _read(line: bytes) -> dict[str, Any] | None:
    """None for a line that was cut short when the machine stopped."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    whole = isinstance(event, dict) and isinstance(event.get("conversation"), str) and "type" in event
    return event if whole else None

"""`handoff cues FILE`: what the detectors hear in lines of text, by the code that runs in a call."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.adapters.rules_files import RulesError
from bridge.core.cues.scope import Scope
from bridge.core.template import TemplateError
from bridge.cues.detectors import Detectors, load_detectors
from bridge.lines import objects
from bridge.model.cue import CueKind
from bridge.model.transcript import Speaker
from bridge.options import EXIT_CONFIG, EXIT_USAGE, JsonOption, fail


def cues(
    file: Annotated[
        str, typer.Argument(help="JSON Lines {id, text[, speaker, scope]}; - for standard input.")
    ],
    rules: Annotated[Path | None, typer.Option(help="A directory of rule files, read after ours.")] = None,
    language: Annotated[str, typer.Option(help="Of the lines, two letters.")] = "en",
    as_json: JsonOption = False,
) -> None:
    """Say which cues each line holds: {id, explicit, ask, cues: [{kind, score, span}]}."""
    if rules is not None and not rules.is_dir():
        raise fail(f"--rules {rules}: no such directory", EXIT_USAGE)
    try:
        detectors = load_detectors(language, rules)
    except (RulesError, TemplateError) as error:
        raise fail(str(error), EXIT_CONFIG) from None
    if detectors.trouble:
        typer.echo(f"without second opinion: {detectors.trouble}", err=True)
    for where, found in objects(file):
        row = _checked(found, where)
        heard = _heard(detectors, row)
        typer.echo(json.dumps(heard) if as_json else _readable(heard, row["text"]))


def _heard(detectors: Detectors, row: dict[str, Any]) -> dict[str, Any]:
    scope = _scope(tuple(row["scope"])) if row.get("scope") else None
    found = detectors.detect(row["text"], Speaker(row.get("speaker", "caller")), scope)
    requests = [cue for cue in found if cue.kind is CueKind.EXPLICIT_REQUEST]
    return {
        "id": row["id"],
        "explicit": any(cue.act for cue in requests),
        "ask": any(not cue.act for cue in requests),
        "cues": [{"kind": cue.kind.value, "score": cue.score, "span": list(cue.span)} for cue in found],
    }


@lru_cache(maxsize=8)
def _scope(examples: tuple[str, ...]) -> Scope:
    """Lines of one deployment share theirs."""
    return Scope(examples)


def _readable(heard: dict[str, Any], text: str) -> str:
    told = [f"{cue['kind']} {cue['score']:.2f} '{text[slice(*cue['span'])]}'" for cue in heard["cues"]]
    verdict = "EXPLICIT" if heard["explicit"] else "ask" if heard["ask"] else "-"
    return f"{heard['id']}\t{verdict}\t{'; '.join(told)}"


def _checked(row: dict[str, Any], where: str) -> dict[str, Any]:
    if cause := _wrong(row):
        raise fail(f"{where}: {cause}", EXIT_USAGE)
    return row


def _wrong(row: dict[str, Any]) -> str | None:
    """What is wrong with a line."""
    if "id" not in row:
        return "id is missing"
    if not isinstance(row.get("text"), str):
        return "text is missing, or no string"
    known = [speaker.value for speaker in Speaker]
    if row.get("speaker", "caller") not in known:
        return f"speaker {row['speaker']!r} is none of {', '.join(known)}"
    scope = row.get("scope", [])
    if not isinstance(scope, list) or not all(isinstance(one, str) for one in scope):
        return "scope is no list of strings"
    return None

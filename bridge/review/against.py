"""`handoff replay FILE --against DIR`: what the rules of today change against older ones."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

from bridge.adapters.rules_files import load_rules
from bridge.config import Settings, load
from bridge.cues.detectors import Detectors, detectors_of, rules_of
from bridge.model.policy import PolicySettings
from bridge.model.rules import RuleSet
from bridge.review.case import Case, cases_in, read_cases
from bridge.review.changes import Change, changes
from bridge.review.cli import costs_of
from bridge.review.moves import Escalated, Move, Moves, Side, moves_of
from bridge.review.plot import plot_moves
from bridge.review.records import cases_of
from bridge.review.text import aligned, tally_table


def replay_against(
    file: Path, settings: Settings, rules: Path | None, against: Path, plot: Path | None, as_json: bool
) -> None:
    """Print the moves. Raises ValueError, OSError, `ConfigError`, `RulesError` and `TemplateError`."""
    language, second = settings.asr.language, settings.cues.second_opinion
    before, old_policy = as_it_was(against, settings)
    after = rules_of(language, rules or settings.cues.rules_dir)
    old, new = detectors_of(before, second), detectors_of(after, second)
    sides = Side(ears=old.ears, policy=old_policy), Side(ears=new.ears, policy=settings.policy)
    told = moves_of(cases_from(file), *sides, costs_of(settings))
    changed = changes(before, after)
    if plot is not None:
        seconds = [move.seconds for move in told.moves if move.seconds is not None]
        costs = {"before": told.before.cost, "after": told.after.cost} if told.before.n else {}
        plot_moves(plot, seconds, told.kinds, costs)
    if as_json:
        typer.echo(json.dumps(_as_dict(told, changed, old, new)))
        return
    for line in _lines(told, changed, old, new):
        typer.echo(line)


def as_it_was(against: Path, settings: Settings) -> tuple[RuleSet, PolicySettings]:
    """Older rules, and the policy beside them.

    A file is an older configuration: its policy and its rules. DIR/LANGUAGE/*.yaml are a whole set, as they
    lie in bridge/adapters/rules; DIR/*.yaml come after ours, so an empty directory means ours alone.
    Raises ValueError, `ConfigError` and `RulesError`.
    """
    language = settings.asr.language
    if against.is_file():
        then = load(against)
        return rules_of(language, then.cues.rules_dir), then.policy
    if not against.is_dir():
        raise ValueError(f"--against {against}: is not there. Cure: a copy of the rules as they were")
    if (against / language).is_dir():
        return load_rules(language, ours=against), settings.policy
    return rules_of(language, against), settings.policy


def cases_from(file: Path) -> list[Case]:
    """A directory of records, JSON Lines, or - for standard input. Raises ValueError and OSError."""
    if file.is_dir():
        return list(cases_of(file, lambda message: typer.echo(message, err=True)))
    if str(file) == "-":
        return list(cases_in(sys.stdin.read().split("\n"), "-"))
    return read_cases(file)


def _as_dict(told: Moves, changed: Sequence[Change], old: Detectors, new: Detectors) -> dict[str, Any]:
    versions = {"old": old.version, "new": new.version}
    return {"rules_versions": versions, "changes": [each.as_dict() for each in changed], **told.as_dict()}


def _lines(told: Moves, changed: Sequence[Change], old: Detectors, new: Detectors) -> Iterator[str]:
    yield f"rules {old.version} -> {new.version}"
    yield from (f"  {each.line()}" for each in changed)
    kinds = ", ".join(f"{kind} {n}" for kind, n in told.kinds.items()) or "nothing moves"
    yield f"{told.conversations} conversations: {kinds}"
    if told.not_by_words:
        yield f"{told.not_by_words} more were not fetched by words and are left out"
    if told.not_found:
        yield f"{told.not_found} were fetched in the call, but not by the old rules from the words alone"
    if told.moves:
        yield from aligned(
            [("id", "move", "before", "after", "seconds", "label", "judged"), *map(_row, told.moves)]
        )
    if told.before.n:
        yield ""
        yield from tally_table("rules", {"old": told.before, "new": told.after})


def _row(move: Move) -> tuple[str, ...]:
    seconds = "" if move.seconds is None else f"{move.seconds:+.1f}"
    judged = " -> ".join(move.judged) if move.judged else ""
    return (
        str(move.id), move.kind, _place(move.before), _place(move.after), seconds, move.label, judged,
    )  # fmt: skip


def _place(escalated: Escalated | None) -> str:
    return f"turn {escalated.turn} {escalated.reason} ({escalated.rule})" if escalated else "-"

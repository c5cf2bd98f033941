"""`handoff replay`: recorded conversations through the live tracker and policy, on their own times.

The same file always gives the same answer: nothing here reads a clock, and no conversation knows another.
"""

import dataclasses
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bridge.adapters.rules_files import RulesError
from bridge.config import ConfigError
from bridge.core.cues.tracker import CueTracker, Ears
from bridge.core.policy import Context, Decision, Policy
from bridge.core.template import TemplateError
from bridge.cues.detectors import load_detectors, with_scope
from bridge.model.bot import BotState
from bridge.model.cue import Cue
from bridge.model.policy import Do, PolicySettings
from bridge.model.transcript import Speaker, Utterance
from bridge.options import EXIT_CONFIG, EXIT_USAGE, ConfigOption, JsonOption, SetOption, fail, settings_of

TURN_S = 3.0
"""from one turn to the next where the file gives no times"""
STATE = TypeAdapter(BotState)


class Turn(BaseModel):
    """`t`: when it began, in seconds of the conversation. `state`: what the bot reported with it."""

    model_config = ConfigDict(extra="ignore")

    i: int
    speaker: Speaker
    text: str
    t: float | None = None
    state: dict[str, Any] | None = None


class Recorded(BaseModel):
    """One conversation of the file; keys we do not know are ignored.

    A `state` of the whole conversation is what the bot knew at its end: it counts behind the last turn.
    """

    model_config = ConfigDict(extra="ignore")

    id: Any
    """comes back as given"""
    turns: list[Turn]
    scope: list[str] = []
    tier: str | None = None
    state: dict[str, Any] | None = None


@dataclass(slots=True)
class Replayed:
    """What the policy made of it. `turn` and `cue` stand only where it escalated."""

    id: Any
    decision: Decision | None = None
    turn: int | None = None
    cues: list[tuple[int, Cue]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        cue = self.decision.cue if self.decision else None
        return {
            "id": self.id, "escalate": self.decision is not None, "turn": self.turn,
            "reason": self.decision.reason if self.decision else None,
            "rule": self.decision.rule if self.decision else None,
            "quote": cue.quote if cue else None, "asked": self.asked,
            "cues": [
                {"turn": turn, "kind": c.kind.value, "rule": c.rule, "score": c.score, "quote": c.quote}
                for turn, c in self.cues
            ],
        }  # fmt: skip


def replay_one(recorded: Recorded, ears: Ears, policy: PolicySettings) -> Replayed:
    """The conversation up to its escalation, or to its end."""
    replayed = Replayed(recorded.id)
    tracker = CueTracker(with_scope(ears, recorded.scope) if recorded.scope else ears)
    deciding = Policy(policy)
    for turn, cues, at_s in _heard(recorded, tracker):
        replayed.cues += [(turn, cue) for cue in cues]
        context = Context(at_s=at_s, declined_s=tracker.declined_s, tier=recorded.tier)
        decision = deciding.decide(cues, context)
        if decision.do is Do.ACT:
            replayed.decision, replayed.turn = decision, turn
            break
        if decision.do is Do.ASK:
            replayed.asked.append(turn)
    return replayed


def _heard(recorded: Recorded, tracker: CueTracker) -> Iterator[tuple[int, tuple[Cue, ...], float]]:
    """(turn, its cues, when), silences between turns with the turn before them."""
    at_s, before = -TURN_S, None
    for turn in recorded.turns:
        timed = turn.t is not None and before is not None and before.t is not None
        start_s = max(turn.t, at_s) if turn.t is not None else at_s + TURN_S
        if timed and before is not None:
            yield before.i, tracker.quiet(start_s - at_s, start_s), start_s
        utterance = Utterance(
            id=str(turn.i), speaker=turn.speaker, text=turn.text, start_s=start_s, end_s=start_s
        )
        cues = tracker.hear(utterance)
        if turn.state is not None:
            cues += tracker.report(state_of(turn.state), start_s)
        yield turn.i, cues, start_s
        at_s, before = start_s, turn
    if recorded.state is not None and before is not None:
        yield before.i, tracker.report(state_of(recorded.state), at_s), at_s


def state_of(told: dict[str, Any]) -> BotState:
    """What the bot told; parts that we do not know or that have the wrong shape count as not told."""
    names = {f.name for f in dataclasses.fields(BotState)}
    parts: dict[str, Any] = {}
    for name in sorted(names & told.keys()):
        try:
            STATE.validate_python({name: told[name]})
        except ValidationError:
            continue
        parts[name] = told[name]
    return STATE.validate_python(parts)


def read(lines: Sequence[str], source: str) -> Iterator[Recorded]:
    """Raises ValueError that names file, line and cause."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Recorded.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "line"
            raise ValueError(f"{source}:{number}: {where}: {first['msg']}") from None


def replay(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSON Lines: {id, turns: [{i, speaker, text}]}, or a directory of records; - for stdin."
        ),
    ],
    rules: Annotated[Path | None, typer.Option(help="Directory of rule files over ours.")] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", "--old-rules", help="Older rules or configuration: tell what moves."),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="PNG of what moves; with --against.")] = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say for recorded conversations at which turn, and why, a person would have been fetched."""
    from bridge.review.against import replay_against
    from bridge.review.records import cases_of

    settings = settings_of(config, set_)
    try:
        if against is not None:
            replay_against(file, settings, rules, against, plot, as_json)
            return
        if plot is not None:
            raise ValueError(f"--plot {plot}: there is nothing to draw. Cure: give --against DIR too")
        recordings = (
            (case.alone_with_bot() for case in cases_of(file, lambda message: typer.echo(message, err=True)))
            if file.is_dir()
            else read(_lines(file), str(file))
        )
        cues = settings.cues
        ears = load_detectors(settings.asr.language, rules or cues.rules_dir, cues.second_opinion).ears
        for recorded in recordings:
            answer = replay_one(recorded, ears, settings.policy).as_dict()
            typer.echo(json.dumps(answer) if as_json else _line(answer))
    except (ConfigError, RulesError, TemplateError) as error:
        raise fail(str(error), EXIT_CONFIG) from None
    except (OSError, ValueError) as error:
        raise fail(str(error), EXIT_USAGE) from None


def _lines(file: Path) -> list[str]:
    return (sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")).split("\n")


def _line(answer: dict[str, Any]) -> str:
    if not answer["escalate"]:
        asked = f", asks at {answer['asked']}" if answer["asked"] else ""
        return f"{answer['id']}: stays with the bot{asked}"
    return (
        f"{answer['id']}: turn {answer['turn']}, {answer['reason']} ({answer['rule']}): {answer['quote']!r}"
    )

"""`handoff brief FILE`: the brief of each call, by the code of a live call, and how long it is spoken."""

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from pydantic import TypeAdapter

from bridge.adapters.rules_files import RulesError
from bridge.app.redacted import redacted, redacted_state
from bridge.briefing.lines import CallLine, calls
from bridge.briefing.reason import reason_by
from bridge.core.brief import BriefBuilder, ReasonOf, Wording, reason_of
from bridge.core.redaction import Redactor
from bridge.core.script import LEAST_ROOM, SCRIPT_ROOM, SCRIPT_S, fitting, script_of
from bridge.core.template import TemplateError
from bridge.cues.detectors import load_detectors
from bridge.model.bot import BotState
from bridge.model.brief import Brief, Script
from bridge.model.transcript import Utterance
from bridge.options import EXIT_CONFIG, ConfigOption, JsonOption, SetOption, fail, settings_of

BRIEF = TypeAdapter(Brief)
RENDERINGS = 6


class Spoken(Protocol):
    def __call__(self, text: str) -> float:
        """Seconds that the whisper voice takes for it."""


@dataclass(frozen=True, slots=True)
class Briefed:
    brief: Brief
    script: Script
    seconds: float
    redacted: int


def brief(
    file: Annotated[
        str, typer.Argument(help="JSON Lines of {id, turns[, state][, crm]}; - is standard input.")
    ],
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what an agent is told of a call. --json: {id, headline, script, seconds, fields, redacted}."""
    from bridge.briefing.templates import wording_of

    settings = settings_of(config, set_)
    cues = settings.cues
    try:
        ears = load_detectors(settings.asr.language, cues.rules_dir, cues.second_opinion).ears
    except (RulesError, TemplateError) as error:
        raise fail(str(error), EXIT_CONFIG) from None
    reason = reason_by(ears, settings.policy)
    wording = wording_of(settings)
    with tempfile.TemporaryDirectory() as clips:
        speak = voice(Path(clips), settings.tts.engine, settings.tts.whisper_voice, settings.sip.clock_rate)
        for call in calls(file):
            made = briefed(call, speak, wording=wording, names=settings.brief.names, reason=reason)
            timed = any(turn.t is not None for turn in call.turns)
            text = json.dumps(as_line(call.id, made, timed=timed)) if as_json else shown(call.id, made)
            typer.echo(text.encode(errors="replace").decode())


def briefed(
    call: CallLine,
    speak: Spoken,
    *,
    wording: Wording,
    names: bool = False,
    reason: ReasonOf = reason_of,
) -> Briefed:
    """As a live call is briefed: every turn through one redactor, then into one builder."""
    redactor, taken = Redactor(), 0
    turns: list[Utterance] = []
    for number, turn in enumerate(call.turns):
        at = float(number) if turn.t is None else turn.t
        said = Utterance(
            id=str(turn.i),
            speaker=turn.speaker,
            text=turn.text,
            start_s=at,
            end_s=at,
            confidence=turn.confidence,
        )
        told = redacted(said, "en", redactor)
        taken += len(re.findall(r"\[[a-z_ ]+\]", told.text)) - len(re.findall(r"\[[a-z_ ]+\]", turn.text))
        turns.append(told)
    state = redacted_state(call.state) if call.state else BotState()
    builder = BriefBuilder(wording=wording, crm=call.crm, names=names)
    builder.hear(turns)
    builder.report(state)
    builder.escalate(reason(turns, state))
    made = builder.brief()
    script, seconds = measured(made, speak, wording)
    return Briefed(made, script, seconds, max(taken, 0))


def measured(made: Brief, speak: Spoken, wording: Wording) -> tuple[Script, float]:
    """The longest script that is spoken within `SCRIPT_S`, by the clip itself."""
    room = SCRIPT_ROOM
    for _ in range(RENDERINGS):
        script = script_of(made, room, wording)
        seconds = speak(script.headline) + speak(script.detail)
        if seconds <= SCRIPT_S or room <= LEAST_ROOM:
            break
        room = fitting(room, seconds)
    return script, round(seconds, 2)


def voice(clips: Path, engine: str, name: str | None, rate: int) -> Spoken:
    """The product's voice; a text said before costs nothing."""
    from bridge.tts import Renderer, TtsConfig

    config = TtsConfig(control=clips / "none", clips=clips, engine=engine, whisper_voice=name, rate=rate)
    renderer = Renderer(config)
    return lambda text: float(renderer.render(text, "whisper")["seconds"])


def as_line(id: str | int, made: Briefed, *, timed: bool = False) -> dict[str, Any]:
    """`fields` keep the schema that `handoff schema brief` prints; `timed`: the turns had a `t`."""
    fields = BRIEF.dump_python(made.brief, mode="json", exclude={"headline"})
    if made.brief.identity:
        fields["authentication"]["said"] = made.brief.identity.text
    if not timed:
        _without_times(fields)
    return {
        "id": id,
        "headline": made.brief.headline,
        "script": spoken_script(made.script),
        "seconds": made.seconds,
        "fields": fields,
        "redacted": made.redacted,
    }


def _without_times(value: Any) -> None:
    """The turns had no times, so that the lines have none either."""
    if isinstance(value, dict):
        if "at_s" in value:
            value["at_s"] = None
        for inner in value.values():
            _without_times(inner)
    elif isinstance(value, list):
        for inner in value:
            _without_times(inner)


def spoken_script(script: Script) -> str:
    return f"{script.headline} {script.detail}"


def shown(id: str | int, made: Briefed) -> str:
    b = made.brief
    lines: Sequence[tuple[str, str]] = (
        ("why", b.why.text if b.why else "not known"),
        ("tried", " | ".join(line.text for line in b.tried) or "nothing"),
        ("unresolved", b.unresolved.text if b.unresolved else "not known"),
        ("next", b.next.text if b.next else "not known"),
        ("mood", b.sentiment),
        ("authentication", b.identity.text if b.identity else b.authentication.status),
        ("opening", b.opening),
        ("missing", ", ".join(b.missing) or "nothing"),
        ("script", f"{spoken_script(made.script)} ({made.seconds} s)"),
    )
    return "\n".join([f"{id}  {b.headline}", *(f"  {name:14} {text}" for name, text in lines)])

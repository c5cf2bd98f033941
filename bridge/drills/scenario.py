"""What a drill plays: a YAML file, ours by name or one's own, or a recorded escalation."""

import json
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bridge.config import ConfigError
from bridge.model.botscript import BotScript

OURS: Final = Path(__file__).with_name("scenarios")
MOST_LINES: Final = 12


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Planted(Part):
    """An error in the brief. Templates as in the cue rules, of the trainee's words."""

    told: str
    truth: str
    acted_on: tuple[str, ...]
    caught: tuple[str, ...]


class Scenario(Part):
    title: str
    kind: Literal["outside_workflow", "frustrated", "planted_error", "recorded"]
    why: str = ""
    caller: tuple[str, ...] = Field(min_length=1)
    """to the assistant; the last one asks for a person"""
    then: tuple[str, ...] = ()
    """to the trainee, whenever he leaves a pause"""
    useful: tuple[str, ...] = ()
    """templates of words that show the trainee knows the matter; none: two words of the brief's own do"""
    acknowledge: bool = False
    """the trainee should acknowledge what upset the caller"""
    planted: Planted | None = None
    bot: BotScript


def names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in OURS.glob("*.yaml")))


def load_scenario(name: str) -> Scenario:
    """One of ours, a YAML file, or a conversation's record (.json). Raises `ConfigError`."""
    file = OURS / f"{name}.yaml" if name in names() else Path(name)
    if not file.is_file():
        raise ConfigError(f"{name}: no such scenario. Cure: one of {', '.join(names())}, or a file.")
    try:
        if file.suffix == ".json":
            return of_record(json.loads(file.read_text()))
        return Scenario.model_validate(yaml.safe_load(file.read_text()))
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        cause = error.errors()[0] if isinstance(error, ValidationError) else error
        raise ConfigError(f"{file}: cannot be played: {cause}") from None


def of_record(record: dict[str, Any]) -> Scenario:
    """A recorded escalation, said again by other voices: what both said until it, then the caller's part.
    Words that were redacted are said as their label. Raises `ValueError`."""
    if not record.get("handoffs"):
        raise ValueError("the record has no handoff")
    joined = record["handoffs"][0]["marks_s"].get("connected", float("inf"))
    asked = record["handoffs"][0]["escalation"]["at_s"]
    said = record["transcript"]
    caller = [one["text"] for one in said if one["speaker"] == "caller" and one["start_s"] < asked]
    after = [one["text"] for one in said if one["speaker"] == "caller" and one["start_s"] >= joined]
    bot = [one["text"] for one in said if one["speaker"] == "bot" and one["start_s"] < asked]
    if not caller:
        raise ValueError("the caller said nothing before the escalation")
    steps: list[dict[str, Any]] = [
        {"ask": {"slot": f"answer_{number}", "prompt": _plain(text)}}
        for number, text in enumerate(bot[:MOST_LINES], 1)
    ] or [{"ask": {"slot": "matter", "prompt": "How can I help you?"}}]
    request = "I would like to talk to a real person, please."
    return Scenario(
        title=f"As recorded in {record['id']}",
        kind="recorded",
        caller=(*map(_plain, caller[:MOST_LINES]), request),
        then=tuple(map(_plain, after[:MOST_LINES])),
        bot=BotScript.model_validate({"name": "recorded", "steps": [*steps, {"hang_up": True}]}),
    )


def _plain(text: str) -> str:
    return text.replace("[", "").replace("]", "").replace("_", " ")

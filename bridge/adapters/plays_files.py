"""Files of plays: YAML, one directory a language, the deployment's own after ours.

    words: {charge: "(charge|fee)"}
    plays:
      - name: disputed_charge
        why: why it is there, for people
        reasons: [complaint_or_dispute]     # of the handoff; "*" = any
        say: ["charged twice"]              # or the caller says so
        examples: ["you charged me twice"]
        steps:
          - name: when_back
            title: Say when the money is back
            why: what the agent is told of it
            compliance: true                # must be done: shown first
            done: ["refund {far} days"]     # the agent says so: ticked
            examples: ["you get the refund in five days"]

A play of the same name in a later directory replaces ours; one without steps removes it.
"""

import hashlib
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bridge.model.assist import Play, PlaySet, Step

OURS = Path(__file__).with_name("plays")


class PlaysError(Exception):
    """Exit code 78. The message names file, play and cause."""

    code = "plays"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9_]{1,60}$")
    why: str
    examples: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


class _StepEntry(_Entry):
    title: str = Field(max_length=80)
    done: tuple[str, ...] = ()
    compliance: bool = False


class _PlayEntry(_Entry):
    reasons: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    steps: tuple[_StepEntry, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: dict[str, str] = {}
    plays: tuple[_PlayEntry, ...] = ()


def load_plays(language: str, own: Path | None = None, ours: Path = OURS) -> PlaySet:
    """Ours for `language`, where we have some, then the deployment's. Raises `PlaysError`."""
    files = [
        file for directory in (ours / language, own) if directory for file in sorted(directory.glob("*.yaml"))
    ]
    if own is not None and not own.is_dir():
        raise PlaysError(f"{own}: no such directory. Cure: set assist.rules_dir to one of YAML files.")
    words: dict[str, str] = {}
    plays: dict[str, Play] = {}
    digest = hashlib.sha256()
    for file in files:
        content = _read(file)
        words |= content.words
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        for play in content.plays:
            steps = tuple(Step(**step.model_dump()) for step in play.steps)
            fields = play.model_dump(exclude={"steps"})
            plays[play.name] = Play(steps=steps, source=file.name, **fields)
    return PlaySet(
        version=digest.hexdigest()[:12],
        words=words,
        plays=tuple(play for play in plays.values() if play.steps),
    )


def _read(file: Path) -> _File:
    try:
        return _File.model_validate(yaml.safe_load(file.read_text()) or {})
    except OSError as error:
        raise PlaysError(f"{file}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise PlaysError(f"{file}: not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PlaysError(f"{file}: {where}: {first['msg']}") from None

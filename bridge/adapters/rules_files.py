"""Rule files: YAML, one directory a language, the deployment's own after ours.

    kind: cancellation
    words: {contract: "[my] (contract|plan|subscription)"}
    rules:
      - name: cancel_contract
        say: ["(cancel|end|stop) <contract>"]
        examples: ["i'd like to cancel my plan please"]
    vetoes:
      - name: how_to
        say: ["(how|where) (do|can) i"]
        examples: ["how can i cancel my plan online"]

`why`, of a rule or veto, is for people: why it is there, or was changed; `handoff replay --against` tells it.
A rule of the same kind and name in a later directory replaces ours; one with `say: []` removes it.
"""

import hashlib
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bridge.model.cue import CueKind
from bridge.model.rules import Rule, RuleSet, Veto

OURS = Path(__file__).with_name("rules")


class RulesError(Exception):
    """Exit code 78. The message names file, rule and cause."""

    code = "rules"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    say: tuple[str, ...]
    unless: tuple[str, ...] = ()
    speaker: str = "caller"
    why: str = ""
    examples: tuple[str, ...] = ()


class _RuleEntry(_Entry):
    not_as: tuple[str, ...] = ()
    score: float = Field(1.0, ge=0, le=1)
    across: bool = False


class _VetoEntry(_Entry):
    whole_turn: bool = False
    touching: bool = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: CueKind | None = None
    """None: its words serve all kinds"""
    words: dict[str, str] = {}
    rules: tuple[_RuleEntry, ...] = ()
    vetoes: tuple[_VetoEntry, ...] = ()


def load_rules(language: str, own: Path | None = None, ours: Path = OURS) -> RuleSet:
    """Ours for `language`, then the deployment's files. Raises `RulesError`."""
    directories = [ours / language, *([own] if own else [])]
    files = [file for directory in directories for file in _files(directory)]
    if not files:
        raise RulesError(
            f"no cue rules for language '{language}': cure: set cues.rules_dir to a directory of rules"
        )
    read = [(file, _read(file)) for file in files]
    words: dict[CueKind | None, dict[str, str]] = {}
    rules: dict[tuple[CueKind, str], Rule] = {}
    vetoes: dict[tuple[CueKind, str], Veto] = {}
    for file, content in read:
        words.setdefault(content.kind, {}).update(content.words)
        if content.kind is None:
            continue
        for rule in content.rules:
            rules[content.kind, rule.name] = Rule(kind=content.kind, source=file.name, **rule.model_dump())
        for veto in content.vetoes:
            vetoes[content.kind, veto.name] = Veto(kind=content.kind, source=file.name, **veto.model_dump())
    return RuleSet(
        version=_version(files),
        language=language,
        words=words,
        rules=tuple(rule for rule in rules.values() if rule.say),
        vetoes=tuple(veto for veto in vetoes.values() if veto.say),
    )


def _files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.yaml"))


def _read(file: Path) -> _File:
    try:
        content = _File.model_validate(yaml.safe_load(file.read_text()) or {})
    except OSError as error:
        raise RulesError(f"{file}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise RulesError(f"{file}: not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RulesError(f"{file}: {where}: {first['msg']}") from None
    if content.kind is None and (content.rules or content.vetoes):
        raise RulesError(f"{file}: kind: missing: say which cue its rules are a sign of")
    return content


def _version(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]

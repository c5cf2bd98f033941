"""Phrase rules as data: what somebody says, and what it is a sign of. One set a language, from YAML."""

from dataclasses import dataclass, field

from bridge.model.cue import CueKind

ACT = 0.8
"""a match that scores this much may be acted on"""
ASK = 0.5
"""and this much is a reason to ask; a lower one is a hint that means nothing alone"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`say`, `unless`, `not_as` are sentence templates (`bridge.core.template`): a clause in which `unless`
    is found is passed over; a match that overlaps one of `not_as` is none."""

    name: str
    kind: CueKind
    say: tuple[str, ...]
    unless: tuple[str, ...] = ()
    not_as: tuple[str, ...] = ()
    speaker: str = "caller"
    score: float = 1.0
    across: bool = False
    """its words may stand in several clauses of the turn ("i pay but my brother is on the lease")"""
    examples: tuple[str, ...] = ()
    """each must be found by this rule; `handoff check` runs them"""
    why: str = ""
    """why it is there or was changed, for people"""
    source: str = ""
    """the file it was read from"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """What takes a match back: one in the same clause, anywhere in the turn (`whole_turn`), or only where the
    two overlap (`touching`): people say long things without a full stop."""

    name: str
    kind: CueKind
    say: tuple[str, ...]
    unless: tuple[str, ...] = ()
    speaker: str = "caller"
    whole_turn: bool = False
    touching: bool = False
    examples: tuple[str, ...] = ()
    """in each nothing of that kind may be found"""
    why: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """All rules of one language. `words` are the `<named>` parts templates are made of."""

    version: str
    """changes when any file changes: kept in each conversation's record"""
    language: str
    words: dict[CueKind | None, dict[str, str]] = field(default_factory=dict)
    """by kind; those of None serve all"""
    rules: tuple[Rule, ...] = ()
    vetoes: tuple[Veto, ...] = ()

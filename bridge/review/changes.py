"""What differs between two sets of rules, and why by their own telling."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from bridge.model.rules import Rule, RuleSet, Veto


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`what`: added, removed, changed. `of`: rule, veto, words."""

    what: str
    of: str
    kind: str
    name: str
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def line(self) -> str:
        return f"{self.what} {self.of} {self.kind}/{self.name}" + (f": {self.why}" if self.why else "")


def changes(old: RuleSet, new: RuleSet) -> list[Change]:
    """Words that a rule is made of, too: they change it as much as its own text does."""
    told = [*_entries("rule", old.rules, new.rules), *_entries("veto", old.vetoes, new.vetoes)]
    for kind in {**old.words, **new.words}:
        before, after = old.words.get(kind, {}), new.words.get(kind, {})
        for name in sorted({**before, **after}):
            if before.get(name) != after.get(name):
                what = _what(name in before, name in after)
                told.append(Change(what=what, of="words", kind=kind.value if kind else "all", name=name))
    return told


def _entries(
    of: str, old: tuple[Rule, ...] | tuple[Veto, ...], new: tuple[Rule, ...] | tuple[Veto, ...]
) -> Iterator[Change]:
    before, after = {(e.kind, e.name): e for e in old}, {(e.kind, e.name): e for e in new}
    for kind, name in dict.fromkeys([*before, *after]):
        was, now = before.get((kind, name)), after.get((kind, name))
        if was is None or now is None or _heard_alike(was) != _heard_alike(now):
            what, why = _what(was is not None, now is not None), now.why if now else ""
            yield Change(what=what, of=of, kind=kind.value, name=name, why=why)


def _what(was: bool, now: bool) -> str:
    return "changed" if was and now else "removed" if was else "added"


def _heard_alike(entry: Rule | Veto) -> Rule | Veto:
    """Without what changes nothing that is heard."""
    return replace(entry, why="", examples=(), source="")

"""What the deployment hears cues with, built from its rule files: one set for all conversations."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from bridge.adapters.rules_files import OURS, load_rules
from bridge.core.cues.scope import Scope
from bridge.core.cues.tracker import Ears
from bridge.core.explicit import explicit_request
from bridge.core.grammar import Grammar, Match
from bridge.core.said import said
from bridge.model.cue import CueKind
from bridge.model.rules import RuleSet

YES = frozenset(("yes", "yeah", "yep", "yup", "sure", "please", "ok", "okay", "absolutely", "definitely"))
NO = frozenset(("no", "nope", "nah", "don't", "not"))


@lru_cache(maxsize=4)
def load_ears(language: str, rules_dir: Path | None = None) -> Ears:
    """A language without rules hears explicit requests only. Raises `RulesError`, `TemplateError`."""
    known = (OURS / language).is_dir() or rules_dir is not None
    rules = load_rules(language, rules_dir) if known else RuleSet(version="none", language=language)
    return Ears(grammar=Grammar(rules), explicit=request, consent=answer)


def with_scope(ears: Ears, examples: Sequence[str]) -> Ears:
    """The same, knowing what the deployment is for by examples of what its callers say."""
    scope = Scope(examples) if examples else None
    return Ears(grammar=ears.grammar, explicit=ears.explicit, consent=ears.consent, scope=scope)


def request(text: str) -> Match | None:
    """The explicit request, in the tracker's terms."""
    hit = explicit_request(text)
    return Match(CueKind.EXPLICIT_REQUEST, hit.rule, 1.0, hit.span, hit.quote) if hit else None


def answer(text: str) -> str:
    """yes, no or unclear."""
    words = set(said(text).words[:4])
    return "no" if words & NO else "yes" if words & YES else "unclear"

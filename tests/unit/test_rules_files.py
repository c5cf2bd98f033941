"""Rule files: ours keep their examples; a deployment's are read after them; mistakes are named."""

from pathlib import Path

import pytest

from bridge.adapters.rules_files import OURS, RulesError, load_rules
from bridge.core.grammar import Grammar, failing_examples


@pytest.mark.parametrize("language", sorted(path.name for path in OURS.iterdir() if path.is_dir()))
def test_our_rules_keep_their_examples(language: str) -> None:
    rules = load_rules(language)
    assert rules.rules
    assert list(failing_examples(rules)) == []
    assert all(rule.examples for rule in (*rules.rules, *rules.vetoes))


def test_a_deployment_adds_replaces_and_removes(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "kind: explicit_request\nrules:\n  - {name: put_through, say: []}\n"
        "  - {name: desk, say: ['the gold desk'], examples: ['put me on to the gold desk']}\n"
    )
    ours, own = load_rules("en"), load_rules("en", tmp_path)
    names = {rule.name for rule in own.rules}
    assert "desk" in names
    assert "put_through" not in names
    assert ours.version != own.version
    assert any(match.rule == "desk" for match in Grammar(own).find("put me on to the gold desk"))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("kind: nonsense", "kind"),
        ("rules: [{name: a, say: [b]}]", "kind: missing"),
        ("kind: silence\nrules: [{name: a, say: [b], sya: c}]", "rules.0.sya"),
        ("kind: [", "not YAML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, cause: str) -> None:
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(RulesError, match=cause) as raised:
        load_rules("en", tmp_path)
    assert "own.yaml" in str(raised.value)


def test_a_language_without_rules() -> None:
    with pytest.raises(RulesError, match="rules_dir"):
        load_rules("xx")

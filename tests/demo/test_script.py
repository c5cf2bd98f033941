"""The demo's script file, and what it says about a mistake."""

from pathlib import Path

import pytest

from bridge.config import ConfigError
from bridge.demo.script import load_demo_script


def test_the_default_script() -> None:
    script = load_demo_script(None)
    assert script.request == script.with_bot[-1]
    assert {speaker for speaker, _ in script.turns} == {"caller", "agent"}


def test_what_a_file_leaves_out_is_the_default(tmp_path: Path) -> None:
    path = tmp_path / "lost-parcel.yaml"
    path.write_text("with_bot: [I want a human.]\n")
    script = load_demo_script(path)
    assert script.with_bot == ["I want a human."]
    assert script.title == "lost-parcel"
    assert script.turns == load_demo_script(None).turns


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("with_bot: []", "with_bot"),
        ("with_agent: [{boss: hello}]", "with_agent"),
        ("wiht_bot: [hello]", "wiht_bot"),
        ("- a list", "top level"),
        ("a: [", "not YAML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=named):
        load_demo_script(path)

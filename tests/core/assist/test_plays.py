"""Plays: ours keep their own examples; a deployment's replace them; mistakes are named."""

from pathlib import Path

import pytest

from bridge.adapters.plays_files import PlaysError, load_plays
from bridge.core.assist.playbook import Playbook, failing_examples
from bridge.core.template import TemplateError
from bridge.model.assist import Play, PlaySet, Step


def test_ours_keep_their_examples() -> None:
    plays = load_plays("en")
    assert list(failing_examples(plays)) == []
    for play in plays.plays:
        assert play.why
        assert play.examples or not play.say, play.name
        for step in play.steps:
            assert step.examples, step.name
            assert step.against, step.name


def test_an_example_that_fails_is_named() -> None:
    step = Step(name="s", title="t", why="w", done=("sorry",), examples=("hello",), against=("so sorry",))
    play = Play(name="p", why="w", say=("cancel",), steps=(step,), examples=("keep it",), source="p.yaml")
    assert list(failing_examples(PlaySet(version="1", plays=(play,)))) == [
        "p.yaml: play 'p' is not begun by 'keep it'",
        "p.yaml: step 'p/s' is not done by 'hello'",
        "p.yaml: step 'p/s' is done by 'so sorry'",
    ]


def test_own_plays_replace_ours_and_take_away(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "plays:\n- {name: bargain, why: none here}\n- name: complaint\n  why: ours\n"
        "  reasons: [complaint_or_dispute]\n"
        "  steps: [{name: one, title: One, why: because}]\n"
    )
    plays = {play.name: play for play in load_plays("en", tmp_path).plays}
    assert "bargain" not in plays
    assert [step.name for step in plays["complaint"].steps] == ["one"]
    assert load_plays("xx").plays == ()


def test_mistakes_name_file_and_key(tmp_path: Path) -> None:
    with pytest.raises(PlaysError, match="no such directory"):
        load_plays("en", tmp_path / "nowhere")
    (tmp_path / "a.yaml").write_text("plays: [{name: A B, why: x}]")
    with pytest.raises(PlaysError, match=r"a\.yaml: plays\.0\.name"):
        load_plays("en", tmp_path)
    play = Play(name="p", why="", say=("(open",), source="p.yaml")
    with pytest.raises(TemplateError, match=r"p\.yaml: play 'p'"):
        Playbook(PlaySet(version="1", plays=(play,)))

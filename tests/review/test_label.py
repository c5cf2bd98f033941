"""Labels by hand: kept one by one, resumed, and nothing taken that cannot be meant."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.review.case import read_cases, write_cases
from tests.review.made import case, handoff

ESCALATED = {"at": 1, "reason": "cancellation", "rule": "cancel", "quote": "words 1"}


def sample(tmp_path: Path) -> Path:
    file = tmp_path / "2026-09.jsonl"
    write_cases(file, [case("a", **ESCALATED), case("b"), case("c", **ESCALATED), case("d")])
    return file


def labels(file: Path) -> list[tuple[str, int | None]]:
    return [(case.label, case.right_turn) for case in read_cases(file)]


def test_one_after_the_other_with_the_quote_marked(tmp_path: Path) -> None:
    file = sample(tmp_path)
    done = handoff("review", "--label", file, given="o\nm 3\nl 0\nr\n")
    assert done.exit_code == 0
    assert labels(file) == [("on_time", None), ("missed", 3), ("late", 0), ("right", None)]
    assert ">  1    5.0 s  caller »words 1«" in done.output
    assert "a  2026-09  cancellation (cancel) at 7.0 s" in done.output
    assert f"4 labelled, 0 left in {file}" in done.output


def test_skipped_and_quit_are_resumed(tmp_path: Path) -> None:
    file = sample(tmp_path)
    handoff("review", "--label", file, given="s\nr\nq\n")
    assert labels(file) == [("", None), ("right", None), ("", None), ("", None)]
    done = handoff("review", "--label", file, given="e\n")
    assert "--- 1 of 3 ---\na  2026-09" in done.output
    assert labels(file) == [("early", None), ("right", None), ("", None), ("", None)]


@pytest.mark.parametrize(("wrong", "told"), [("r", "'r' is none of e, o, l"), ("x", "'x'"), ("", "''"),
                                             ("l 9", "no turn '9'"), ("l two", "no turn 'two'")])  # fmt: skip
def test_what_cannot_be_meant_is_asked_again(tmp_path: Path, wrong: str, told: str) -> None:
    file = sample(tmp_path)
    done = handoff("review", "--label", file, given=f"{wrong}\no\nq\n")
    assert told in done.output
    assert labels(file)[:2] == [("on_time", None), ("", None)]


def test_words_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    evil = case("a")
    evil.turns[0].text = "\x1b[2Jgone\x07"
    write_cases(file, [evil])
    done = handoff("review", "--label", file, given="q\n")
    assert "gone" in done.output
    assert not {"\x1b", "\x07"} & set(done.output)


def test_labels_survive_a_kill_in_between(tmp_path: Path) -> None:
    file = sample(tmp_path)
    judge = subprocess.Popen(
        [sys.executable, "-u", "-m", "bridge", "review", "--label", str(file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip
    assert judge.stdin is not None
    assert judge.stdout is not None
    judge.stdin.write("o\nm 1\n")
    judge.stdin.flush()
    for line in judge.stdout:
        if "--- 3 of 4 ---" in line:
            break
    judge.send_signal(signal.SIGKILL)
    judge.communicate()
    assert labels(file) == [("on_time", None), ("missed", 1), ("", None), ("", None)]
    assert list(tmp_path.iterdir()) == [file]
    assert "--- 1 of 2 ---\nc  2026-09" in handoff("review", "--label", file, given="").output


GOOD = '{"id": 1, "turns": [{"i": 0, "speaker": "bot", "text": "hi"}]'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "JSON"),
        ('{"id": 2, "turns": []}', "turns"),
        (f'{GOOD}, "label": "perfect"}}', "label"),
        (f'{GOOD}, "label": "late"}}', "it was not escalated"),
        (f'{GOOD}, "label": "missed", "right_turn": 7}}', "right_turn 7"),
        (f"{GOOD}}}\n{GOOD}}}", "id 1 again"),
    ],
)
@pytest.mark.parametrize("option", ["--label", "--report"])
def test_a_wrong_line_is_named_with_its_cure(tmp_path: Path, line: str, told: str, option: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(f"\n{line}\n")
    done = handoff("review", option, file)
    assert done.exit_code == 2
    assert f"{file}:{3 if 'again' in told else 2}:" in done.output
    assert told in done.output
    assert "Cure:" in done.output


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = handoff("review", "--label", tmp_path / "none.jsonl")
    assert done.exit_code == 2
    assert "none.jsonl: No such file" in done.output

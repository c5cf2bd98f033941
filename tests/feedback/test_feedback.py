"""From records to proposals, from what is accepted of them to rules, and what those move."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bridge.cli import app
from bridge.cues.detectors import our_detectors
from bridge.feedback.gather import gather
from bridge.feedback.proposal import Proposal
from bridge.model.bot import BotState
from bridge.model.record import ConversationRecord
from tests.core.measures.made import handoff, record
from tests.review.made import store

PHRASE = "fetch me the squad leader over there"


def keyed(words: str = PHRASE, id: str = "k1") -> ConversationRecord:
    """The caller says something that no rule knows, then presses 0."""
    made = handoff(id=f"{id}-1", disposition="resolved")
    pressed = replace(made, escalation=replace(made.escalation, source="dtmf", rule="zero"))
    return record(
        pressed, turns=("2 b how can i help you", f"6 c {words}", "9 b sorry i did not get that"), id=id
    )


def solved(id: str = "s1", caller: str = "sip:1@pbx", day: str = "01") -> ConversationRecord:
    turns = ("2 b how can i help you", "4 c i want to know when the depot opens", "8 b at nine")
    return record(turns=turns, id=id, caller=caller, started_at=f"2026-09-{day}T10:00:00.000Z")


def gap(id: str = "g1") -> ConversationRecord:
    turns = (
        "4 c my parcel never arrived",
        "30 a the courier returned it to the depot so i send another",
        "36 c thanks",
    )
    return record(
        handoff(id=f"{id}-1", disposition="resolved"), turns=turns, id=id,
        bot_state=BotState(limits=("cannot resend parcels",)),
    )  # fmt: skip


def proposals(*records: ConversationRecord, examples: Sequence[str] = ()) -> list[Proposal]:
    return gather(records, our_detectors(), examples)


def only(kind: str, found: list[Proposal]) -> Proposal:
    [one] = [each for each in found if each.kind == kind]
    return one


def test_words_before_a_key_that_no_rule_heard_are_a_phrase() -> None:
    found = only("grammar_phrase", proposals(keyed(), keyed(id="k2")))
    assert (found.text, found.cue, found.n) == (PHRASE, "explicit_request", 2)
    assert found.accept is None


def test_words_that_a_rule_hears_teach_nothing() -> None:
    assert [p for p in proposals(keyed("i want to speak to a person")) if p.kind == "grammar_phrase"] == []


@pytest.mark.parametrize("words", ["seven", "my card is [card] okay then", " ".join(["word"] * 20)])
def test_what_is_no_phrase(words: str) -> None:
    assert [p for p in proposals(keyed(words)) if p.kind == "grammar_phrase"] == []


def test_what_the_bot_solved_alone_is_in_scope() -> None:
    assert only("in_scope_example", proposals(solved())).text == "i want to know when the depot opens"


def test_who_called_again_was_not_helped() -> None:
    found = proposals(solved(), solved("s2", day="03"))
    assert [p.conversations for p in found] == [["s2"]]
    assert len(proposals(solved(), solved("s2", caller="sip:2@pbx"))[0].conversations) == 2


def test_what_is_like_known_examples_is_not_new() -> None:
    known = [
        "when does the depot open", "i want to know when the depot opens", "what time do you close",
        "when do you open on sunday", "are you open today", "opening times of the depot please",
    ]  # fmt: skip
    assert proposals(solved(), examples=known) == []


def test_a_gap_holds_what_was_lacked_and_what_the_person_said() -> None:
    found = only("knowledge_gap", proposals(gap()))
    assert found.text == "the parcel never arrived"
    assert found.lacked == ["limit: cannot resend parcels"]
    assert "returned it to the depot" in found.answer


def test_what_was_not_solved_is_no_answer() -> None:
    made = gap()
    unsolved = replace(made, handoffs=(replace(made.handoffs[0], disposition="not_resolved"),))
    assert [p for p in proposals(unsolved) if p.kind == "knowledge_gap"] == []


# -- the command


def run(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["feedback", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


def reviewed(file: Path, **accept: bool) -> None:
    rows: list[dict[str, Any]] = [json.loads(line) for line in file.read_text().splitlines()]
    told = [{**row, "accept": accept.get(row["kind"])} for row in rows]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in told))


def test_from_records_over_a_review_to_rules_that_move_the_call(tmp_path: Path) -> None:
    talked = replace(solved("m1"), transcript=keyed().transcript)
    records = store(tmp_path / "records", keyed(), solved(), gap(), talked)
    file, rules = tmp_path / "september.jsonl", tmp_path / "rules"
    assert run("--records", records, "--out", file)[0] == 0
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    reviewed(file, grammar_phrase=True, in_scope_example=True, knowledge_gap=True)
    code, out, _ = run("--records", records, "--adopt", file, "--into", rules, "--json")
    moved = json.loads(out)
    assert code == 0
    assert [change["name"].startswith("learnt_") for change in moved["changes"]] == [True]
    assert {move["id"]: move["kind"] for move in moved["moves"]} == {"m1": "new"}
    assert "depot opens" in (rules / "in_scope.txt").read_text()
    assert "cannot resend parcels" in (rules / "knowledge_gaps.md").read_text()


def test_what_was_decided_on_does_not_come_again(tmp_path: Path) -> None:
    records, file = store(tmp_path / "records", keyed()), tmp_path / "a.jsonl"
    run("--records", records, "--out", file)
    reviewed(file, grammar_phrase=False)
    assert run("--records", records, "--seen", file)[1] == ""
    reviewed(file)
    assert PHRASE in run("--records", records, "--seen", file)[1]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    records, file = store(tmp_path / "records", keyed()), tmp_path / "a.jsonl"
    file.write_text("")
    assert run("--records", records, "--out", file)[0] == 2
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yaml").write_text("")
    assert run("--records", records, "--adopt", file, "--into", tmp_path / "rules")[0] == 2


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    records, file = store(tmp_path / "records", keyed()), tmp_path / "a.jsonl"
    file.write_text('{"id": 1}\n')
    code, _, told = run("--records", records, "--adopt", file, "--into", tmp_path / "rules")
    assert code == 2
    assert "a.jsonl:1" in told
    assert "Cure" in told


def test_a_months_pack(tmp_path: Path) -> None:
    records = store(tmp_path / "records", keyed(), solved(), gap())
    db = f"records.db=sqlite:///{tmp_path / 'a.sqlite'}"
    code, _, told = run("--records", records, "--pack", tmp_path / "pack", "--month", "2026-09", "--set", db)
    assert code == 0, told
    names = {path.name for path in (tmp_path / "pack").iterdir()}
    assert names == {"sample.jsonl", "feedback.jsonl", "report.json", "report.html"}

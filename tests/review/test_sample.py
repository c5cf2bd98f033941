"""The sample: the same each time, some of every rule, with nothing in it that a judge need not see."""

import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.model.record import ConversationRecord
from bridge.review.sample import draw, seed_of
from tests.flow.stage import Stage
from tests.flow.test_handoff import REQUEST, answers
from tests.review.made import case, cue, handoff, record, rows, store
from tests.virtual_time import run

LINES = ["b: hello", "c: i want to cancel my contract", "b: why"]


def month_of_records(month: str = "2026-09") -> list[ConversationRecord]:
    """40 by one rule, 3 by another, 1 by a third; 50 in which nothing was heard, 2 with a weak cue."""
    made = [
        record(f"{month}-cancel-{i}", LINES, fired="cancellation/cancel", at_s=7.0, month=month)
        for i in range(40)
    ]
    made += [record(f"{month}-angry-{i}", LINES, fired="frustration/insult", at_s=7.0, month=month)
             for i in range(3)]  # fmt: skip
    made.append(record(f"{month}-zero", LINES, fired="dtmf/dtmf_0", source="dtmf", at_s=7.0, month=month))
    made += [record(f"{month}-calm-{i}", ["b: hello", "c: hi"], month=month) for i in range(50)]
    weak = (cue("silence", "quiet", 0.6, 3.0),)
    made += [record(f"{month}-quiet-{i}", ["b: hello", "c: hi"], month=month, cues=weak) for i in range(2)]
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dir = tmp_path_factory.mktemp("records")
    return store(dir, *month_of_records(), record("other", LINES, month="2026-08"))


def test_the_same_sample_each_time_with_its_seed(site: Path) -> None:
    one, two = (handoff("review", "--records", site, "--month", "2026-09") for _ in range(2))
    assert (one.exit_code, one.stdout) == (0, two.stdout)
    assert f"30 of 96 conversations, 15 escalated, seed {seed_of('2026-09', 'default')}" in one.stderr
    elsewhere = handoff("review", "--records", site, "--month", "2026-09", "--set", "site=north")
    assert elsewhere.stdout != one.stdout


def test_every_rule_is_in_it_and_weights_add_up_to_the_month(site: Path) -> None:
    drawn = rows(handoff("review", "--records", site, "--month", "2026-09", "-n", "12").stdout)
    counts = Counter(row["rule"] for row in drawn)
    assert (counts["cancel"], counts["insult"], counts["dtmf_0"]) == (3, 2, 1)
    heard = [row for row in drawn if not row["escalated"] and row["cues"]]
    assert len(heard) == 2
    assert len(drawn) == 12
    assert sum(row["weight"] for row in drawn) == pytest.approx(96, abs=0.01)
    assert {row["weight"] for row in drawn if row["rule"] == "cancel"} == {13.3333}
    least = rows(handoff("review", "--records", site, "--month", "2026-09", "-n", "1").stdout)
    assert len(least) == 5  # one of each rule, nothing heard among them


def test_one_more_conversation_changes_little() -> None:
    cases = [case(str(i)) for i in range(100)]
    before = {c.id for c in draw(cases, 20, "seed")}
    after = {c.id for c in draw([*cases, case("new")], 20, "seed")}
    assert len(before & after) >= 19


def test_a_line_has_what_is_judged_and_nothing_else(site: Path) -> None:
    drawn = rows(handoff("review", "--records", site, "--month", "2026-09").stdout)
    row = next(row for row in drawn if row["rule"] == "cancel")
    assert (row["month"], row["escalated"], row["reason"], row["at_s"]) == (
        "2026-09",
        True,
        "cancellation",
        7.0,
    )
    assert (row["rules_version"], row["label"], row["right_turn"]) == ("r1", "", None)
    assert row["turns"][1] == {
        "i": 1, "speaker": "caller", "text": "i want to cancel my contract", "t": 5.0,
    }  # fmt: skip
    assert not {"caller", "headers", "legs"} & row.keys()


def test_out_is_private_and_never_written_over(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "sample.jsonl"
    command = ("review", "--records", site, "--month", "2026-09", "--out", out)
    assert handoff(*command).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = handoff(*command)
    assert again.exit_code == 2
    assert f"--out {out}: is there" in again.output
    assert "Cure:" in again.output


def test_due_writes_last_month_once(tmp_path: Path) -> None:
    last = (datetime.now(UTC).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    store(tmp_path, *month_of_records(last))
    command = ("review", "--due", "--records", tmp_path, "-n", "10")
    assert handoff(*command).exit_code == 0
    out = tmp_path / "review" / f"{last}.jsonl"
    assert len(rows(out.read_text())) == 10
    out.write_text("labelled meanwhile")
    assert handoff(*command).exit_code == 0
    assert out.read_text() == "labelled meanwhile"


def test_due_without_conversations_leaves_the_month_open(tmp_path: Path) -> None:
    assert handoff("review", "--due", "--records", tmp_path / "none").exit_code == 0
    assert not (tmp_path / "none").exists()


def test_a_broken_record_is_named_and_costs_nothing_else(tmp_path: Path) -> None:
    store(tmp_path, record("good", LINES))
    bad = tmp_path / "2026-09-03" / "bad.json"
    bad.write_text('{"id": "bad"}')
    done = handoff("review", "--records", tmp_path, "--month", "2026-09")
    assert [row["id"] for row in rows(done.stdout)] == ["good"]
    assert f"{bad}: passed over" in done.stderr
    assert "Cure:" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--month", "September"], "--month September"), (["--records", "/nowhere"], "--records /nowhere"),
     (["file.jsonl"], "--report file.jsonl")],
)  # fmt: skip
def test_wrong_options_are_named_with_their_cure(arguments: list[str], told: str) -> None:
    done = handoff("review", *arguments)
    assert done.exit_code == 2
    assert told in done.output
    assert "Cure:" in done.output


def test_a_real_conversation_becomes_a_case(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            await stage.settle(6)
            stage.says(REQUEST)
            await stage.settle(30)
            stage.caller.hang_up()
        return stage

    (made,) = run(story()).store.records
    month = made.started_at[:7]
    (row,) = rows(handoff("review", "--records", store(tmp_path / "r", made), "--month", month).stdout)
    assert (row["reason"], row["rules_version"]) == ("explicit_request", "rules of tests")
    (said,) = (turn for turn in row["turns"] if turn["speaker"] == "caller")
    assert row["quote"] in said["text"]
    assert said["t"] <= row["at_s"]
    done = handoff("replay", tmp_path / "r", "--json")
    (replayed,) = rows(done.stdout)
    assert (replayed["turn"], replayed["reason"]) == (said["i"], "explicit_request")

"""`handoff replay`: the live tracker and policy on recorded conversations, the same answer every time."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bridge.cli import app
from bridge.cues.detectors import our_detectors
from bridge.cues.replay import Recorded, read, replay_one, state_of
from bridge.model.policy import PolicySettings
from tests.cues.injections import INJECTIONS

CALLS: list[dict[str, Any]] = [
    {"id": "leave", "turn": 1, "reason": "cancellation",
     "turns": ["b: hello", "c: i want to cancel my contract"]},
    {"id": "calm", "turns": ["b: hello", "c: what time do you open", "b: at seven", "c: thanks bye"]},
    {"id": "past", "turns": ["b: hi", "c: the agent i talked to said my card was sent is that right"]},
    {"id": "no",
     "turns": ["b: would you like me to connect you to an agent", "c: no that's okay my balance please"]},
    {"id": "yes", "turn": 1, "reason": "explicit_request",
     "turns": ["b: would you like me to connect you to an agent", "c: yes please"]},
    {"id": "deaf", "turn": 4, "reason": "repeated_failure",
     "turns": ["b: what city", "c: worcester", "b: sorry what city", "c: worcester",
               "b: sorry i didn't get that what city"]},
    {"id": "may-not", "turn": 2, "reason": "bot_limit",
     "turns": ["b: hi", "c: send my lease", "b: i'm sorry i don't have access to leases"]},
    {"id": "broke", "turn": 1, "reason": "sensitive",
     "turns": ["b: would you like to pay now", "c: i can't i lost my job"]},
    {"id": "cross", "turn": 1, "reason": "frustration",
     "turns": ["b: three to five days", "c: that's a lie you people are useless"]},
]  # fmt: skip
SPEAKERS = {"b": "bot", "c": "caller", "a": "agent"}


def row(call: dict[str, Any]) -> dict[str, Any]:
    turns = [{"i": i, "speaker": SPEAKERS[line[0]], "text": line[3:]} for i, line in enumerate(call["turns"])]
    return {"id": call["id"], "turns": turns}


def replayed(rows: list[dict[str, Any]], *options: str) -> dict[str, dict[str, Any]]:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    result = CliRunner().invoke(app, ["replay", "-", "--json", *options], input=text)
    assert result.exit_code == 0, result.output
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert [answer["id"] for answer in answers] == [row["id"] for row in rows]
    return {answer["id"]: answer for answer in answers}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: str(call["id"]))
def test_when_and_why(call: dict[str, Any]) -> None:
    answer = replayed([row(call)])[call["id"]]
    wanted = ("turn" in call, call.get("turn"), call.get("reason"))
    assert (answer["escalate"], answer["turn"], answer["reason"]) == wanted
    assert all({"turn", "kind", "score"} <= cue.keys() for cue in answer["cues"])


def test_ids_come_back_as_given() -> None:
    assert list(replayed([row(CALLS[1]) | {"id": 7}])) == [7]


def test_the_same_in_any_order_and_twice() -> None:
    rows = [row(call) for call in CALLS]
    first = replayed(rows)
    assert replayed(rows) == first
    random.Random(1).shuffle(rows)
    assert replayed(rows) == first


def test_unknown_keys_are_ignored() -> None:
    calm = row(CALLS[1])
    assert replayed([calm | {"colour": "red"}]) == replayed([calm])


def test_a_state_of_the_whole_counts_behind_the_last_turn() -> None:
    calm = row(CALLS[1])
    answer = replayed([calm | {"state": {"limits": ["no refunds"]}}])["calm"]
    assert (answer["turn"], answer["reason"]) == (calm["turns"][-1]["i"], "bot_limit")


def test_a_state_told_with_a_turn_counts_there() -> None:
    calm = row(CALLS[1])
    calm["turns"][2]["state"] = {"limits": ["cannot look this up"], "confidence": "wrong", "mood": 1}
    answer = replayed([calm])["calm"]
    assert (answer["turn"], answer["reason"], answer["quote"]) == (2, "bot_limit", "cannot look this up")
    assert state_of({"limits": 3, "intent": "x"}).intent == "x"


def test_scope_and_times() -> None:
    scope = ["what's my balance", "send money to my sister", "my card was declined", "order a new card",
             "what is the limit on my card", "open a savings account"]  # fmt: skip
    turns = ["b: how can i help", "c: how do i cook quinoa with mushrooms", "b: i see",
             "c: give me a fun fact about penguins"]  # fmt: skip
    asked = row({"id": "far", "turns": turns}) | {"scope": scope}
    answer = replayed([asked])["far"]
    assert (answer["asked"], answer["turn"], answer["reason"]) == ([1], 3, "out_of_scope")
    late = row({"id": "late", "turns": ["b: what is your number", "c: four"]})
    late["turns"][0]["t"], late["turns"][1]["t"] = 0.0, 60.0
    assert [cue["kind"] for cue in replayed([late])["late"]["cues"]] == ["silence"]


def test_own_rules_and_policy(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "kind: cancellation\nrules:\n  - {name: zap, say: [zap my line], examples: [zap my line]}\n"
    )
    zap = row({"id": "z", "turns": ["c: zap my line"]})
    assert not replayed([zap])["z"]["escalate"]
    assert replayed([zap], "--rules", str(tmp_path))["z"]["escalate"]
    assert not replayed([row(CALLS[0])], "--set", "policy.rules=[]")["leave"]["escalate"]


@pytest.mark.parametrize(
    ("line", "cause"),
    [("{", "JSON"), ('{"id": "a"}', "turns"), ('{"id": "a", "turns": [{"i": 0}]}', "speaker")],
)
def test_a_wrong_line_is_named(line: str, cause: str) -> None:
    result = CliRunner().invoke(app, ["replay", "-"], input=f"\n{line}\n")
    assert result.exit_code == 2
    assert "-:2:" in result.output
    assert cause in result.output


def test_wrong_rules_are_named(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("kind: cancellation\nrules:\n  - {name: x, say: ['<nobody>']}\n")
    result = CliRunner().invoke(app, ["replay", "-", "--rules", str(tmp_path)], input="")
    assert result.exit_code == 78
    assert "rule 'x'" in result.output


@pytest.mark.parametrize("said", INJECTIONS)
def test_what_a_caller_orders_changes_neither_target_nor_mode(said: str) -> None:
    """Words decide whether and why, never whither: target and mode come from the policy's rules alone."""
    turns = [{"i": 0, "speaker": "caller", "text": said}]
    recorded = Recorded.model_validate({"id": "i", "turns": turns})
    decision = replay_one(recorded, our_detectors().ears, PolicySettings()).decision
    if decision:
        assert (decision.target_hint, decision.mode) == (None, None)
        assert decision.reason in {"explicit_request", *(kind.value for kind in decision_kinds())}
        assert decision.rule in {"request", "frustrated", "sure", "together"}


def decision_kinds() -> set[Any]:
    return {kind for rule in PolicySettings().rules for kind in rule.cues}


@given(st.lists(st.tuples(st.sampled_from(["bot", "caller", "agent"]), st.text(max_size=80)), max_size=6))
def test_any_text_is_replayed(turns: list[tuple[str, str]]) -> None:
    line = json.dumps(
        {"id": "x", "turns": [{"i": i, "speaker": s, "text": t} for i, (s, t) in enumerate(turns)]}
    )
    (recorded,) = read([line], "test")
    one, two = (replay_one(recorded, our_detectors().ears, PolicySettings()).as_dict() for _ in range(2))
    assert one == two
    assert json.loads(json.dumps(one))["id"] == "x"


def test_own_calls_escalate_in_their_window_and_no_other() -> None:
    file = Path(__file__).parents[1] / "data" / "cues" / "calls.jsonl"
    calls = [json.loads(line) for line in file.read_text().splitlines()]
    ears = our_detectors().ears
    done = {c["id"]: replay_one(Recorded.model_validate(c), ears, PolicySettings()) for c in calls}
    assert [c["id"] for c in calls if not c["escalate"] and done[c["id"]].decision] == []
    due = [c for c in calls if c["escalate"]]
    on_time = [c for c in due if done[c["id"]].turn in c["acceptable_turns"]]
    assert len(on_time) >= 0.85 * len(due)

"""`handoff trace`: a call drawn from its events."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bridge.cli import app
from bridge.model.handoff import State
from bridge.trace.ladder import mermaid_ladder, text_ladder
from bridge.trace.steps import parties, steps
from tests.flow.stage import Stage
from tests.virtual_time import run


@pytest.fixture
def events(tmp_path: Path) -> list[dict[str, Any]]:
    """A request, one agent who is busy, another who takes the call."""

    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(5)
            stage.says("i want to talk to a person")
            await stage.until(State.DIALING)
            stage.agent.refuse(486)
            await stage.settle(1)
            stage.agent.ring()
            await stage.settle(1)
            stage.agent.answer()
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            stage.caller.hang_up()
        return stage

    told = run(story()).events.all
    return [
        {"v": 1, "seq": n, "ts": "2026-01-01T00:00:00.000Z", "type": kind, "conversation": call, **body}
        for n, (kind, call, body) in enumerate(told)
    ]


def test_who_did_what_to_whom(events: list[dict[str, Any]]) -> None:
    made = list(steps(events))
    assert parties(made) == ("caller", "bridge", "agent-1", "agent-2")
    arrows = [(step.source, step.target, step.text) for step in made if step.target]
    assert arrows[:2] == [("caller", "bridge", "INVITE"), ("bridge", "caller", "200 PCMU")]
    assert ("agent-1", "bridge", "486") in arrows
    assert ("agent-2", "bridge", "180") in arrows
    assert ("bridge", "agent-2", "BYE") in arrows
    assert ("caller", "bridge", "BYE") in arrows
    states = [step.text.partition(" ")[0] for step in made if step.text.partition(" ")[0] in set(State)]
    assert states == [
        "proposed", "choosing", "dialing", "choosing", "dialing", "briefing", "offered", "joining",
        "connected", "wrap_up", "COMPLETED",
    ]  # fmt: skip
    assert [step.at_s for step in made] == sorted(step.at_s for step in made)


def test_words_only_on_request(events: list[dict[str, Any]]) -> None:
    assert not [step for step in steps(events) if "person" in step.text]
    assert [step for step in steps(events, words=True) if step.text == "caller: i want to talk to a person"]


def test_a_ladder_keeps_its_columns(events: list[dict[str, Any]]) -> None:
    head, *lines = text_ladder(list(steps(events)))
    bridge = head.index("bridge") + len("bridge") // 2
    assert all(line[bridge] in "│─▶◀" or len(line) <= bridge for line in lines)
    assert any("◀" in line and "486" in line for line in lines)


def test_a_sequence_diagram(events: list[dict[str, Any]]) -> None:
    made = list(steps(events))
    lines = list(mermaid_ladder(made))
    assert lines[0] == "sequenceDiagram"
    assert len(lines) == 1 + len(parties(made)) + len(made)
    assert not [line for line in lines[1:] if ";" in line or "#" in line]


def written(dir: Path, events: list[dict[str, Any]]) -> str:
    (dir / "events.jsonl").write_text("".join(json.dumps(e, default=str) + "\n" for e in events) + '{"cut": ')
    return str(dir)


def test_the_command(tmp_path: Path, events: list[dict[str, Any]]) -> None:
    other = [{**events[0], "conversation": "c2"}]
    dir = written(tmp_path, [*events, *other])
    shown = CliRunner().invoke(app, ["trace", "c1", "--records", dir])
    assert shown.exit_code == 0
    assert "connected (joined)" in shown.output
    assert CliRunner().invoke(app, ["trace", "last", "--records", dir]).output.startswith("c2,")
    lines = CliRunner().invoke(app, ["trace", "c1", "--records", dir, "--json"]).output.splitlines()
    assert json.loads(lines[0]) == {"at_s": 0.0, "source": "caller", "target": "bridge", "text": "INVITE"}


@pytest.mark.parametrize(("call", "said"), [("c9", "no call c9"), ("c", "2 calls begin with c")])
def test_what_is_wrong_is_said(tmp_path: Path, events: list[dict[str, Any]], call: str, said: str) -> None:
    dir = written(tmp_path, [*events, {**events[0], "conversation": "c2"}])
    shown = CliRunner().invoke(app, ["trace", call, "--records", dir])
    assert shown.exit_code == 1
    assert said in shown.output


def test_no_records_yet(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["trace", "last", "--records", str(tmp_path)])
    assert shown.exit_code == 1
    assert "Cure" in shown.output

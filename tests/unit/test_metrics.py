"""What Prometheus is told: counted from the bridge's own events, without a caller in any label."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from bridge.adapters.metrics import COUNTED, MOST_CALLS, Metrics
from bridge.adapters.published import EVENTS
from bridge.model.handoff import State
from bridge.peers.promtool import promtool
from tests.flow.stage import Stage, agents, settings
from tests.virtual_time import run

CONFIGS = Path(__file__).parents[2] / "configs" / "observability"
NUMBER = "4930123456"


def series(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = metrics.text()[0].decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return series(metrics).get((name, tuple(sorted(labels.items()))), 0.0)


def counted(tmp_path: Path) -> Metrics:
    """One caller who asks, is refused by one agent and connected to the other, counted while it happens."""

    async def story() -> Metrics:
        async with Stage(tmp_path, settings(agents=agents("ann", "ben"))) as stage:
            metrics = Metrics(stage.directory)
            for told in stage.events.all:
                metrics.emit(*told)
            seen = len(stage.events.all)
            await stage.settle(5)
            stage.says("i want to talk to a person")
            await stage.until(State.DIALING)
            stage.agent.refuse(486)
            await stage.settle(1)
            stage.agent.ring()
            await stage.settle(2)
            stage.agent.answer()
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            for told in stage.events.all[seen:]:
                metrics.emit(*told)
            seen = len(stage.events.all)
            assert value(metrics, "handoff_conversations_live") == 1
            assert value(metrics, "handoff_agents", state="busy") == 1
            await stage.settle(60)
            stage.caller.hang_up()
        for told in stage.events.all[seen:]:
            metrics.emit(*told)
        return metrics

    with structlog.testing.capture_logs() as logs:
        metrics = run(story())
    assert not [line for line in logs if line["event"] == "event not counted"]
    return metrics


def test_a_whole_call(tmp_path: Path) -> None:
    found = counted(tmp_path)
    assert value(found, "handoff_conversations_total") == 1
    assert value(found, "handoff_conversations_live") == 0
    assert value(found, "handoff_callers_waiting") == 0
    asked = {"reason": "explicit_request", "source": "speech"}
    assert value(found, "handoff_escalations_total", **asked) == 1
    assert value(found, "handoff_offers_total") == 2
    assert value(found, "handoff_offers_answered_total") == 1
    assert value(found, "handoff_offers_over_total", why="busy") == 1
    assert value(found, "handoff_outcomes_total", result="connected", phase="connected") == 1
    assert value(found, "handoff_human_parts_total", resolved="None") == 1
    for name in ("time_to_human", "pickup_to_whisper", "talk", "ring"):
        assert value(found, f"handoff_{name}_seconds_count") == 1, name
    assert 59 <= value(found, "handoff_talk_seconds_sum") <= 62
    assert 1.9 <= value(found, "handoff_ring_seconds_sum") <= 3.1


def test_no_label_names_a_call_or_a_person(tmp_path: Path) -> None:
    text = counted(tmp_path).text()[0].decode()
    assert not re.search(r'"(c1|agent-\d|ann|ben|caller|sip:[^"]*)"', text)


def test_every_label_is_a_field_of_its_event() -> None:
    for kind, (_, labels) in COUNTED.items():
        if kind in EVENTS:
            assert set(labels) <= set(EVENTS[kind][1].model_fields), kind


def test_what_was_said_twice_and_what_the_bot_lacked() -> None:
    metrics = Metrics(nobody())
    lacked = [{"kind": "limit", "what": "refunds"}, {"kind": "limit", "what": "addresses"}]
    part = {
        "asked_again": ["order", "name"],
        "reverified": 1,
        "lacked": lacked,
        "resolved": True,
        "at_s": 9.0,
    }
    metrics.emit("started", "c1", {"at_s": 0.0})
    metrics.emit("human_part", "c1", part)
    assert value(metrics, "handoff_repeats_total") == 2
    assert value(metrics, "handoff_reverifications_total") == 1
    assert value(metrics, "handoff_bot_lacked_total", kind="limit") == 2
    assert value(metrics, "handoff_human_parts_total", resolved="True") == 1


def test_calls_whose_end_was_never_told_are_forgotten() -> None:
    metrics = Metrics(nobody())
    for number in range(MOST_CALLS + 50):
        metrics.emit("started", f"call{number}", {"at_s": 0.0})
    assert value(metrics, "handoff_conversations_live") == MOST_CALLS
    assert value(metrics, "handoff_conversations_total") == MOST_CALLS + 50


def test_an_event_not_understood_costs_no_call() -> None:
    metrics = Metrics(nobody())
    with structlog.testing.capture_logs() as logs:
        metrics.emit("escalation", "c1", {})
    assert [line["event"] for line in logs] == ["event not counted"]


def test_parts_are_asked_at_each_scrape() -> None:
    metrics, told = Metrics(nobody()), {"connected": True, "dropped": {"telemetry": 3}, "error": "x"}
    metrics.watch({"mqtt": lambda: told})
    assert value(metrics, "handoff_part", part="mqtt", figure="connected") == 1
    assert value(metrics, "handoff_part", part="mqtt", figure="dropped_telemetry") == 3
    told["connected"] = False
    assert value(metrics, "handoff_part", part="mqtt", figure="connected") == 0


def nobody() -> Any:
    class Nobody:
        def views(self) -> tuple[()]:
            return ()

    return Nobody()


# -- the dashboard and the alerts


def expressions() -> list[str]:
    board = json.loads((CONFIGS / "grafana.json").read_text())
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    rules = (CONFIGS / "alerts.yaml").read_text()
    assert len(shown) >= 16
    return [*shown, rules]


def test_every_metric_a_panel_or_an_alert_names_exists(tmp_path: Path) -> None:
    metrics = Metrics(nobody())
    there = {family.name for family in metrics.registry.collect()} | {"handoff_part"}
    named = {name for text in expressions() for name in re.findall(r"\bhandoff_[a-z_]+", text)}
    families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in named}
    assert families <= there, families - there
    assert len(families) >= 15


def test_every_label_a_panel_or_an_alert_sorts_by_exists() -> None:
    labels = {label for _, names in COUNTED.values() for label in names}
    known = labels | {"kind", "state", "part", "figure", "le", "instance", "job", "severity"}
    for text in expressions():
        for names in re.findall(r"\bby \(([^)]*)\)", text):
            assert {name.strip() for name in names.split(",")} <= known
        for name in re.findall(r'[{,]([a-z_]+)=~?"', text):
            assert name in known


@pytest.mark.parametrize(
    "command", [("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")], ids=" ".join
)
def test_promtool_agrees(command: tuple[str, ...]) -> None:
    code, said = promtool(*command, cwd=CONFIGS)
    assert code == 0, said
    assert "SUCCESS" in said


def test_each_alert_is_proved_to_fire() -> None:
    rules = re.findall(r"alert: (\w+)", (CONFIGS / "alerts.yaml").read_text())
    proved = re.findall(r"alertname: (\w+)", (CONFIGS / "alerts_test.yaml").read_text())
    assert set(rules) == set(proved)
    assert len(rules) == 10

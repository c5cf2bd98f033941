"""A conversation as an OpenTelemetry trace."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bridge.adapters.spans import MOST_CALLS, Spans
from bridge.config import Settings
from bridge.model.handoff import State
from tests.flow.stage import Stage
from tests.virtual_time import run

Told = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(5)
            stage.says("i want to talk to a person")
            await stage.until(State.DIALING)
            stage.agent.answer()
            await stage.until(State.OFFERED)
            stage.agent.press("1")
            await stage.until(State.CONNECTED)
            await stage.settle(20)
            stage.caller.hang_up()
        return stage

    return run(story()).events.all


def traced(told: Told) -> list[ReadableSpan]:
    exporter = InMemorySpanExporter()
    spans = Spans("tests", SimpleSpanProcessor(exporter))
    with structlog.testing.capture_logs() as logs:
        for event in told:
            spans.emit(*event)
    assert not logs
    spans.close()
    return list(exporter.get_finished_spans())


def seconds(span: ReadableSpan) -> float:
    assert span.start_time is not None
    assert span.end_time is not None
    return (span.end_time - span.start_time) / 1e9


def test_legs_and_states_hang_below_their_conversation(told: Told) -> None:
    spans = {span.name: span for span in traced(told)}
    root, handoff = spans["conversation"], spans["handoff"]
    assert root.parent is None
    assert len({span.context.trace_id for span in spans.values() if span.context}) == 1
    for name in ("leg caller", "leg agent", "handoff"):
        assert spans[name].parent == root.context, name
    for name in ("proposed", "choosing", "dialing", "briefing", "offered", "joining", "connected", "wrap_up"):
        assert spans[name].parent == handoff.context, name
    assert handoff.attributes
    assert handoff.attributes["handoff.reason"] == "explicit_request"
    assert handoff.attributes["handoff.result"] == "connected"
    assert 19.9 <= seconds(spans["connected"]) <= 20.2
    assert seconds(root) == pytest.approx(told[-1][2]["at_s"], abs=0.01)
    assert {event.name for event in handoff.events} >= {"screen_pop", "whisper"}


def test_nobodys_words_are_in_it(told: Told) -> None:
    text = "".join(span.to_json() for span in traced(told))
    assert "person" not in text
    assert "4930" not in text


def test_a_failed_handoff_is_an_error_and_what_never_ended_is_forgotten() -> None:
    exporter = InMemorySpanExporter()
    spans = Spans("tests", SimpleSpanProcessor(exporter))
    body = {"reason": "dispute", "source": "policy", "at_s": 1.0}
    spans.emit("started", "c0", {"at_s": 0.0})
    spans.emit("escalation", "c0", body)
    spans.emit("outcome", "c0", {"at_s": 2.0, "result": "failed", "phase": "choosing"})
    (failed,) = exporter.get_finished_spans()
    assert not failed.status.is_ok
    for number in range(MOST_CALLS):
        spans.emit("started", f"more{number}", {"at_s": 0.0})
    assert [span.name for span in exporter.get_finished_spans()] == ["handoff", "conversation"]
    spans.close()


class Collector(BaseHTTPRequestHandler):
    got: list[bytes]

    def do_POST(self) -> None:
        type(self).got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    Collector.got = []
    with HTTPServer(("127.0.90.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.90.1:{server.server_port}/v1/traces", Collector.got
        server.shutdown()
        thread.join()


def settings(endpoint: str) -> Settings:
    return Settings.model_validate({"tracing": {"endpoint": endpoint, "timeout_s": 1}})


@pytest.mark.timeout(60)
def test_a_collector_gets_them(told: Told, collector: tuple[str, list[bytes]]) -> None:
    url, got = collector
    spans = Spans.to_collector("tests", settings(url).tracing)
    for event in told:
        spans.emit(*event)
    spans.close()
    asked = [ExportTraceServiceRequest.FromString(body) for body in got]
    names = {s.name for a in asked for r in a.resource_spans for scope in r.scope_spans for s in scope.spans}
    assert {"conversation", "handoff", "connected", "leg caller"} <= names


@pytest.mark.timeout(60)
def test_a_collector_that_is_away_costs_spans_only(told: Told) -> None:
    spans = Spans.to_collector("tests", settings("http://127.0.90.2:9/v1/traces").tracing)
    for event in told:
        spans.emit(*event)
    spans.close()

"""Each conversation as an OpenTelemetry trace, told when it is over: its legs, its handoffs, their states.

The attributes are ids, reasons, states and SIP statuses; no words and no numbers of people.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode, set_span_in_context

from bridge.config.outside import Tracing

log = structlog.get_logger()
MOST_CALLS: Final = 2000
NS: Final = 1_000_000_000
FINALS: Final = frozenset({"COMPLETED", "RETURNED", "FAILED", "DISMISSED", "ABANDONED"})
NOTED: Final = frozenset({"cue", "screen_pop", "whisper", "transfer_progress", "leg_lost", "fault", "person"})
"""kinds that become span events, with those of their fields that are nobody's words"""
KEPT: Final = frozenset(
    {"cue", "rule", "score", "target", "shown", "part", "seconds", "status", "final", "leg", "task"}
)


@dataclass(slots=True)
class _Call:
    root: Span
    zero_ns: int
    """when the call began, by the wall clock"""
    legs: dict[str, Span] = field(default_factory=dict)
    handoff: Span | None = None
    state: Span | None = None

    def at(self, body: dict[str, Any]) -> int:
        return self.zero_ns + int(float(body["at_s"]) * NS)


class Spans:
    """Keeps `bridge.ports.EventSink`. `processor`: where spans go; the collector's, or a test's."""

    def __init__(self, site: str, processor: SpanProcessor) -> None:
        resource = Resource.create({"service.name": "handoff-bridge", "handoff.site": site})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("handoff")
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    @classmethod
    def to_collector(cls, site: str, tracing: Tracing) -> "Spans":
        """By OTLP over HTTP, in batches, on a thread of its own; one that is away costs spans only."""
        exporter = OTLPSpanExporter(endpoint=str(tracing.endpoint), timeout=tracing.timeout_s)
        return cls(site, BatchSpanProcessor(exporter))

    def close(self) -> None:
        """What is not sent by now is sent, or given up."""
        self._provider.shutdown()

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        try:
            self._take(kind, conversation, body)
        except Exception as error:
            log.error("event not traced", kind=kind, error=type(error).__name__)

    def _take(self, kind: str, id: str, body: dict[str, Any]) -> None:
        if kind == "started":
            self._begin(id, body)
            return
        if (call := self._calls.get(id)) is None:
            return
        match kind:
            case "dialed" | "answered":
                self._leg(call, kind, body)
            case "leg_ended":
                if span := call.legs.pop(body["leg"], None):
                    span.set_attribute("sip.status", body["status"])
                    span.set_attribute("handoff.by_us", body["by_us"])
                    span.end(call.at(body))
            case "escalation":
                call.handoff = self._child(call.root, "handoff", call.at(body), reason=body["reason"])
                call.handoff.set_attribute("handoff.source", str(body["source"]))
            case "handoff":
                self._entered(call, body)
            case "outcome":
                self._decided(call, body)
            case "ended":
                self._end(id, call, body)
            case _ if kind in NOTED:
                kept = {name: str(value) for name, value in body.items() if name in KEPT}
                (call.handoff or call.root).add_event(kind, kept, timestamp=call.at(body))

    def _begin(self, id: str, body: dict[str, Any]) -> None:
        zero_ns = time.time_ns() - int(float(body["at_s"]) * NS)
        root = self._tracer.start_span("conversation", start_time=zero_ns)
        assert isinstance(root, Span)
        root.set_attribute("handoff.conversation", id)
        root.set_attribute("handoff.worker", str(body.get("worker", "")))
        self._calls[id] = _Call(root, zero_ns)
        if len(self._calls) > MOST_CALLS:  # its end was never told
            _, oldest = self._calls.popitem(last=False)
            oldest.root.end()

    def _child(self, parent: Span, name: str, at_ns: int, **attributes: str) -> Span:
        span = self._tracer.start_span(name, set_span_in_context(parent), start_time=at_ns)
        assert isinstance(span, Span)
        for key, value in attributes.items():
            span.set_attribute(f"handoff.{key}", value)
        return span

    def _leg(self, call: _Call, kind: str, body: dict[str, Any]) -> None:
        leg = str(body["leg"])
        if leg not in call.legs:
            call.legs[leg] = self._child(call.root, f"leg {leg.partition('-')[0]}", call.at(body), leg=leg)
        if kind == "answered":
            call.legs[leg].add_event("answered", {"codec": str(body["codec"])}, timestamp=call.at(body))

    def _entered(self, call: _Call, body: dict[str, Any]) -> None:
        if call.state:
            call.state.end(call.at(body))
            call.state = None
        if call.handoff and body["state"] not in FINALS:
            call.state = self._child(call.handoff, str(body["state"]), call.at(body))

    def _decided(self, call: _Call, body: dict[str, Any]) -> None:
        if call.handoff is None:
            return
        call.handoff.set_attribute("handoff.result", str(body["result"]))
        call.handoff.set_attribute("handoff.phase", str(body["phase"]))
        if body["result"] in ("failed", "interrupted"):
            call.handoff.set_status(Status(StatusCode.ERROR, str(body["phase"])))
        call.handoff.end(call.at(body))
        call.handoff = None

    def _end(self, id: str, call: _Call, body: dict[str, Any]) -> None:
        del self._calls[id]
        for span in (*call.legs.values(), call.state, call.handoff):
            if span:
                span.end(call.at(body))
        call.root.set_attribute("handoff.ended", str(body["ended"]))
        call.root.end(call.at(body))

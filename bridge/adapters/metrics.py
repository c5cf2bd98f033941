"""What happens, counted for Prometheus. No label names a call or a caller, so the series stay few."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from bridge.ports import Roster

Parts = Mapping[str, Callable[[], dict[str, Any]]]

log = structlog.get_logger()
MOST_CALLS: Final = 2000
SHORT_S: Final = (0.02, 0.04, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0)
LONG_S: Final = (1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)
TALK_S: Final = (15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0)
WAITING: Final = "waiting"
CONNECTED: Final = "connected"


@dataclass(slots=True)
class _Seen:
    """Moments of one call, in seconds since it began."""

    asked: float | None = None
    waiting: float | None = None
    connected: float | None = None
    dialed: dict[str, float] = field(default_factory=dict)
    answered: float | None = None


class Metrics:
    """Keeps `bridge.ports.EventSink`."""

    def __init__(self, roster: Roster) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(_Agents(roster))
        self._calls: dict[str, _Seen] = {}
        self._live = Gauge("handoff_conversations_live", "Callers here now", registry=registry)
        self._waiting = Gauge(
            "handoff_callers_waiting", "Callers who wait for an agent now", registry=registry
        )
        self._count = _counters(registry)
        self._time = _histograms(registry)
        self._gaps = Counter("handoff_transcript_gap_seconds", "Speech not recognised", registry=registry)
        self._repeats = Counter("handoff_repeats", "Items of the brief asked for again", registry=registry)
        self._reverified = Counter(
            "handoff_reverifications", "Verified callers verified again", registry=registry
        )
        self._lacked = Counter(
            "handoff_bot_lacked", "What a bot lacked when a person took over", ["kind"], registry=registry
        )

    def text(self) -> tuple[bytes, str]:
        """The exposition and its media type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def watch(self, parts: Parts) -> None:
        """Other parts of the process are asked at each scrape what they say of themselves."""
        self.registry.register(_Figures(parts))

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        try:
            self._take(kind, conversation, body)
        except Exception as error:
            log.error("event not counted", kind=kind, error=type(error).__name__)

    def _take(self, kind: str, call: str, body: dict[str, Any]) -> None:
        if kind in COUNTED:
            name, labels = COUNTED[kind]
            counter = self._count[name]
            (counter.labels(*(str(body[label]) for label in labels)) if labels else counter).inc()
        if kind == "started":
            self._calls[call] = _Seen()
            self._live.inc()
        if (seen := self._calls.get(call)) is None:
            return
        at_s = float(body["at_s"])
        match kind:
            case "ended":
                self._over(call, seen)
            case "escalation":
                seen.asked = at_s
            case "handoff":
                self._entered(seen, str(body["state"]), at_s)
            case "dialed":
                seen.dialed[body["leg"]] = at_s
            case "offer_answered":
                seen.answered = at_s
                if (since := seen.dialed.get(body["leg"])) is not None:
                    self._time["handoff_ring_seconds"].observe(at_s - since)
            case "whisper" if seen.answered is not None:
                self._time["handoff_pickup_to_whisper_seconds"].observe(at_s - seen.answered)
                seen.answered = None
            case "transcript_gap":
                self._gaps.inc(body["seconds"])
            case "human_part":
                self._human_part(body)
        if len(self._calls) > MOST_CALLS:  # its end was never told
            self._over(oldest := next(iter(self._calls)), self._calls[oldest])

    def _human_part(self, body: dict[str, Any]) -> None:
        self._repeats.inc(len(body["asked_again"]))
        self._reverified.inc(body["reverified"])
        for lack in body["lacked"]:
            self._lacked.labels(lack["kind"]).inc()

    def _entered(self, seen: _Seen, state: str, at_s: float) -> None:
        if state == WAITING:
            seen.waiting = at_s
            self._waiting.inc()
        elif seen.waiting is not None:
            self._time["handoff_queue_seconds"].observe(at_s - seen.waiting)
            self._left_queue(seen)
        if state == CONNECTED and seen.connected is None:
            seen.connected = at_s
            if seen.asked is not None:
                self._time["handoff_time_to_human_seconds"].observe(at_s - seen.asked)
                seen.asked = None
        elif seen.connected is not None and state not in (CONNECTED, "releasing"):
            self._time["handoff_talk_seconds"].observe(at_s - seen.connected)
            seen.connected = None

    def _left_queue(self, seen: _Seen) -> None:
        if seen.waiting is not None:
            seen.waiting = None
            self._waiting.dec()

    def _over(self, call: str, seen: _Seen) -> None:
        self._left_queue(seen)
        self._live.dec()
        del self._calls[call]


COUNTED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "started": ("handoff_conversations", ()),
    "ended": ("handoff_conversations_ended", ("ended",)),
    "cue": ("handoff_cues", ("cue",)),
    "escalation": ("handoff_escalations", ("reason", "source")),
    "escalation_ignored": ("handoff_escalations_ignored", ("why",)),
    "dialed": ("handoff_offers", ()),
    "offer_over": ("handoff_offers_over", ("why",)),
    "offer_answered": ("handoff_offers_answered", ()),
    "outcome": ("handoff_outcomes", ("result", "phase")),
    "human_part": ("handoff_human_parts", ("resolved",)),
    "hint_over": ("handoff_hints_over", ("how",)),
    "survey": ("handoff_survey_answers", ("score",)),
    "screen_pop": ("handoff_screen_pops", ("shown",)),
    "order_refused": ("handoff_orders_refused", ("event",)),
    "leg_lost": ("handoff_legs_lost", ()),
    "command_failed": ("handoff_commands_failed", ("command",)),
    "asr_reopened": ("handoff_asr_reopened", ()),
    "fault": ("handoff_faults", ("task",)),
}
"""event: the counter it raises, and which of its fields are labels"""
HELP: Final = {
    "handoff_conversations": "Callers who reached the bridge",
    "handoff_conversations_ended": "Conversations over",
    "handoff_cues": "Signs that a human is wanted",
    "handoff_escalations": "Decisions that a human is needed",
    "handoff_escalations_ignored": "The same, but one was under way or the loop guard held",
    "handoff_offers": "Agents called",
    "handoff_offers_over": "Calls to agents that led to nothing",
    "handoff_offers_answered": "Calls to agents that were answered",
    "handoff_outcomes": "Handoffs over",
    "handoff_human_parts": "Talks of caller and agent over, by whether the disposition says solved",
    "handoff_hints_over": "Hints that agents were shown, by what became of them",
    "handoff_survey_answers": "Callers who said how satisfied they are, 1 to 5",
    "handoff_screen_pops": "Briefs sent to a page, and whether it acknowledged in time",
    "handoff_orders_refused": "Orders that the state did not take",
    "handoff_legs_lost": "Legs that fell silent",
    "handoff_commands_failed": "Commands a SIP worker could not carry out",
    "handoff_asr_reopened": "Streams opened on another recognizer",
    "handoff_faults": "Defects of ours that a call survived",
}
TIMES: Final = {
    "handoff_time_to_human_seconds": ("From the decision to caller and agent talking", LONG_S),
    "handoff_queue_seconds": ("In the queue", LONG_S),
    "handoff_ring_seconds": ("From the INVITE to the agent's answer", LONG_S),
    "handoff_pickup_to_whisper_seconds": ("From the agent's answer to the first word of the brief", SHORT_S),
    "handoff_talk_seconds": ("Caller and agent talking", TALK_S),
}


def _counters(registry: CollectorRegistry) -> dict[str, Counter]:
    return {name: Counter(name, HELP[name], labels, registry=registry) for name, labels in COUNTED.values()}


def _histograms(registry: CollectorRegistry) -> dict[str, Histogram]:
    return {
        name: Histogram(name, text, buckets=buckets, registry=registry)
        for name, (text, buckets) in TIMES.items()
    }


class _Agents(Collector):
    """Asked at each scrape."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    def collect(self) -> Iterable[Metric]:
        states = dict.fromkeys(("available", "away", "unreachable", "busy", "wrap_up"), 0)
        for view in self._roster.views():
            states[view.state] += 1
        family = GaugeMetricFamily("handoff_agents", "Agents by state", labels=["state"])
        for state, count in states.items():
            family.add_metric([state], count)
        yield family


class _Figures(Collector):
    """`handoff_part{part="mqtt",figure="dropped_telemetry"}`: each number of what it says in /healthz."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily("handoff_part", "What a part says of itself", labels=["part", "figure"])
        for name, describe in self._parts.items():
            for figure, value in _numbers(describe()):
                family.add_metric([name, figure], value)
        yield family


def _numbers(said: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for name, value in said.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}{name}_")
        elif isinstance(value, (bool, int, float)):
            yield f"{prefix}{name}", float(value)

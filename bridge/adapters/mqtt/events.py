"""The bridge's events as MQTT messages, put into the outbox."""

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

import structlog

from bridge.adapters.mqtt.outbox import Message, Outbox
from bridge.adapters.mqtt.payload import EVENTS, VITAL, HandoffState, OfCall, Payload, Presence, Status
from bridge.adapters.mqtt.topics import Topics
from bridge.ports import Clock

log = structlog.get_logger()
MOST_CALLS: Final = 2000
"""a call whose end was never told is forgotten behind so many others"""
MOST_BYTES: Final = 64 * 1024
EVENT_EXPIRY_S: Final = 3600
WORDS_EXPIRY_S: Final = 300
HANDOFF_EXPIRY_S: Final = 12 * 3600
"""longer than a call, and an end to what a bridge that never came back has left"""
HANDOFF_FIELDS: Final = ("reason", "rule", "source", "explicit")


@dataclass(slots=True)
class _Told:
    """What is known of one call: its handoff so far, and how many messages each of its topics had."""

    handoff: dict[str, Any] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)


class MqttEvents:
    """Keeps `bridge.ports.EventSink`. `words`: transcripts, quotes and headlines are published too."""

    def __init__(
        self, topics: Topics, bridge: str, outbox: Outbox, clock: Clock, *, words: bool, clear_after_s: float
    ) -> None:
        self._topics, self._bridge, self._outbox, self._clock = topics, bridge, outbox, clock
        self._words, self._clear_after_s = words, clear_after_s
        self._boot, self._count = clock.token()[:8], 0
        self._calls: OrderedDict[str, _Told] = OrderedDict()
        self._live: set[str] = set()
        self._ending: dict[str, asyncio.TimerHandle] = {}
        self._sent: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        """events that could not be told, by kind: a defect of ours"""

    # -- the port

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        try:
            self._tell(kind, conversation, body)
        except Exception as error:
            self.failed[kind] += 1
            log.error("event not told by mqtt", kind=kind, error=type(error).__name__)

    def _tell(self, kind: str, call: str, body: dict[str, Any]) -> None:
        told = self._of(call)
        self._count_calls(kind, call)
        if kind in EVENTS:
            channel, model = EVENTS[kind]
            if channel != "transcript" or self._words:
                self._event(kind, channel, model, call, told, body)
        self._handoff(kind, call, told, body)
        if kind == "ended":
            loop = asyncio.get_running_loop()
            self._ending[call] = loop.call_later(self._clear_after_s, self.forget, call)

    def _event(
        self, kind: str, channel: str, model: type[OfCall], call: str, told: _Told, body: dict[str, Any]
    ) -> None:
        given = body if self._words else {name: value for name, value in body.items() if name != "quote"}
        if kind == "utterance":
            given = {**given, "utterance": given["id"]}  # `id` is the message's own
        payload = self._fill(model, channel, call, told, given)
        expiry_s = WORDS_EXPIRY_S if channel == "transcript" else EVENT_EXPIRY_S
        message = self._message(self._topics.of_call(call, channel), payload, kind, expiry_s=expiry_s)
        self._outbox.put(message, vital=kind in VITAL)

    def _handoff(self, kind: str, call: str, told: _Told, body: dict[str, Any]) -> None:
        """The retained state: gathered from several events, told again with each that changes it."""
        state = told.handoff
        match kind:
            case "escalation":
                state.clear()
                state |= {name: body.get(name) for name in HANDOFF_FIELDS}
                return
            case "handoff":
                state |= {name: body.get(name) for name in ("handoff", "rev", "state", "event")}
            case "dialed":
                state["agent"] = body["target"]
            case "outcome":
                state["result"] = body["result"]
            case "brief" if self._words:
                state["headline"] = body["headline"]
            case _:
                return
        if "state" not in state:
            return  # a brief made before there is a handoff
        payload = self._fill(HandoffState, "handoff", call, told, {**state, "at_s": body["at_s"]})
        topic = self._topics.of_call(call, "handoff")
        message = self._message(topic, payload, "handoff", retain=True, expiry_s=HANDOFF_EXPIRY_S)
        self._outbox.put(message, vital=True)

    # -- retained state

    def online(self) -> None:
        self._outbox.state(self.status("online"))

    def status(self, state: str) -> Message:
        topic = self._topics.status(self._bridge)
        self._sent[topic] += 1
        fields = {
            "bridge": self._bridge,
            "state": state,
            "calls": len(self._live),
            "version": version("handoff-bridge"),
        }
        payload = Status.model_validate({**self._common(self._sent[topic]), **fields})
        return self._message(topic, payload, "status", retain=True)

    def presence(self, agent: str, busy: bool) -> None:
        """As the directory has it now."""
        topic = self._topics.presence(agent)
        self._sent[topic] += 1
        fields = {"agent": agent, "state": "busy" if busy else "free"}
        payload = Presence.model_validate({**self._common(self._sent[topic]), **fields})
        self._outbox.state(self._message(topic, payload, "presence", retain=True))

    def forget(self, call: str) -> None:
        """Clear the call's retained handoff: some time after its end, or after a death that left it there."""
        told = self._calls.pop(call, None)
        if timer := self._ending.pop(call, None):
            timer.cancel()
        if told and not told.sent["handoff"]:
            return
        topic = self._topics.of_call(call, "handoff")
        self._outbox.put(Message(topic=topic, payload=b"", kind="clear", retain=True), vital=True)

    def close(self) -> None:
        """The bridge stops: nothing of its calls stays behind."""
        for call in list(self._calls):
            self.forget(call)

    # -- making messages

    def _of(self, call: str) -> _Told:
        if call not in self._calls:
            self._calls[call] = _Told()
            if len(self._calls) > MOST_CALLS:
                self._live.discard(oldest := next(iter(self._calls)))
                self.forget(oldest)
        return self._calls[call]

    def _count_calls(self, kind: str, call: str) -> None:
        if kind in ("started", "ended"):
            (self._live.add if kind == "started" else self._live.discard)(call)
            self.online()

    def _fill(
        self, model: type[OfCall], channel: str, call: str, told: _Told, body: dict[str, Any]
    ) -> OfCall:
        told.sent[channel] += 1
        return model.model_validate({**body, **self._common(told.sent[channel]), "call": call})

    def _common(self, seq: int) -> dict[str, Any]:
        self._count += 1
        return {
            "id": f"{self._boot}-{self._count}",
            "seq": seq,
            "ts": self._clock.utc(),
            "site": self._topics.site,
        }

    def _message(
        self, topic: str, payload: Payload, kind: str, *, retain: bool = False, expiry_s: int | None = None
    ) -> Message:
        body = payload.model_dump_json(exclude_none=True).encode()
        if len(body) > MOST_BYTES:
            raise ValueError(f"{len(body)} bytes: a broker may end the connection for it, again and again")
        return Message(topic=topic, payload=body, kind=kind, retain=retain, expiry_s=expiry_s)

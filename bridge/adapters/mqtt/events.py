"""The bridge's events as MQTT messages, put into the outbox."""

import asyncio
from collections import Counter
from importlib.metadata import version
from typing import Any, Final

import structlog

from bridge.adapters.bulletin import Bulletin, Bulletins
from bridge.adapters.mqtt.outbox import Message, Outbox
from bridge.adapters.mqtt.topics import Topics
from bridge.adapters.payload import Payload, Presence, Status
from bridge.adapters.published import VITAL
from bridge.model.agent import AgentView
from bridge.ports import Clock

log = structlog.get_logger()
MOST_BYTES: Final = 64 * 1024
EVENT_EXPIRY_S: Final = 3600
EXPIRY_S: Final = {"transcript": 300, "handoff": 12 * 3600}
"""the handoff's: longer than a call, and an end to what a bridge that never came back has left"""


class MqttEvents:
    """Keeps `bridge.ports.EventSink`. `words`: transcripts, quotes and headlines are published too."""

    def __init__(
        self, topics: Topics, bridge: str, outbox: Outbox, clock: Clock, *, words: bool, clear_after_s: float
    ) -> None:
        self._topics, self._bridge, self._outbox = topics, bridge, outbox
        self._clear_after_s = clear_after_s
        self._bulletins = Bulletins(topics.site, clock, words=words)
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
        self._count_calls(kind, call)
        for bulletin in self._bulletins.of(kind, call, body):
            self._publish(bulletin)
        if oldest := self._bulletins.surplus():
            self._live.discard(oldest)
            self.forget(oldest)
        if kind == "ended":
            loop = asyncio.get_running_loop()
            self._ending[call] = loop.call_later(self._clear_after_s, self.forget, call)

    def _publish(self, told: Bulletin) -> None:
        retain = told.channel == "handoff"
        message = self._message(
            self._topics.of_call(told.call, told.channel), told.payload, told.kind,
            retain=retain, expiry_s=EXPIRY_S.get(told.channel, EVENT_EXPIRY_S),
        )  # fmt: skip
        self._outbox.put(message, vital=told.kind in VITAL)

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
        payload = Status.model_validate({**self._bulletins.common(self._sent[topic]), **fields})
        return self._message(topic, payload, "status", retain=True)

    def presence(self, view: AgentView) -> None:
        """As the directory has it now."""
        topic = self._topics.presence(view.id)
        self._sent[topic] += 1
        fields = {
            "agent": view.id, "name": view.name, "state": view.state, "reason": view.reason,
            "skills": view.skills, "languages": view.languages, "rev": view.rev,
            "reachable": sorted({device.kind for device in view.devices if device.reachable is not False}),
        }  # fmt: skip
        payload = Presence.model_validate({**self._bulletins.common(self._sent[topic]), **fields})
        self._outbox.state(self._message(topic, payload, "presence", retain=True))

    def forget(self, call: str) -> None:
        """Clear the call's retained handoff: some time after its end, or after a death that left it there."""
        told = self._bulletins.told(call, "handoff")
        known = self._bulletins.forget(call)
        if timer := self._ending.pop(call, None):
            timer.cancel()
        if known and not told:
            return
        topic = self._topics.of_call(call, "handoff")
        self._outbox.put(Message(topic=topic, payload=b"", kind="clear", retain=True), vital=True)

    def close(self) -> None:
        """The bridge stops: nothing of its calls stays behind."""
        for call in self._bulletins.calls():
            self.forget(call)

    # -- making messages

    def _count_calls(self, kind: str, call: str) -> None:
        if kind in ("started", "ended"):
            (self._live.add if kind == "started" else self._live.discard)(call)
            self.online()

    def _message(
        self, topic: str, payload: Payload, kind: str, *, retain: bool = False, expiry_s: int | None = None
    ) -> Message:
        body = payload.model_dump_json(exclude_none=True).encode()
        if len(body) > MOST_BYTES:
            raise ValueError(f"{len(body)} bytes: a broker may end the connection for it, again and again")
        return Message(topic=topic, payload=body, kind=kind, retain=retain, expiry_s=expiry_s)

"""Several event sinks as one."""

from typing import Any

from bridge.ports import EventSink


class Tee:
    """Keeps `bridge.ports.EventSink`: every event goes to every sink, in order."""

    def __init__(self, *sinks: EventSink) -> None:
        self._sinks = sinks

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        for sink in self._sinks:
            sink.emit(kind, conversation, body)

"""The bridge's events beside the signalling in a HEP3 collector: one JSON line each, without words."""

import json
from collections.abc import Callable
from typing import Any, Final

from bridge.adapters.published import EVENTS

WORDS: Final = frozenset({"quote", "headline", "text", "words", "caller", "note"})


class HepEvents:
    """Keeps `bridge.ports.EventSink`. `send` gets the line and the conversation's id."""

    def __init__(self, send: Callable[[bytes, str], None]) -> None:
        self._send = send

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        if kind != "handoff" and EVENTS.get(kind, ("transcript",))[0] == "transcript":
            return
        told = {name: value for name, value in body.items() if name not in WORDS}
        line = {"type": kind, "conversation": conversation, **told}
        self._send(json.dumps(line, default=str).encode(), conversation)

"""The wallboard's counts since this process began: how long callers waited, and what became of handoffs."""

from collections import Counter, deque
from typing import Any, Final

from bridge.model.handoff import State

KEPT: Final = 1000
"""waits the percentiles are of"""
REACHED: Final = frozenset({"connected", "transferred", "transferred_unconfirmed"})


class Board:
    """Keeps `bridge.ports.EventSink`; counts, and holds nothing that anybody said."""

    def __init__(self, since: str) -> None:
        self._since = since
        self._handoffs = self._reached = 0
        self._outcomes: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._waits: deque[float] = deque(maxlen=KEPT)
        self._asked: dict[str, float] = {}

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        match kind:
            case "escalation":
                self._asked[conversation] = body["at_s"]
                self._reasons[body["reason"]] += 1
            case "handoff" if body["state"] in (State.CONNECTED, State.SENDING):
                if (asked := self._asked.pop(conversation, None)) is not None:
                    self._waits.append(body["at_s"] - asked)
            case "outcome":
                self._handoffs += 1
                self._outcomes[body["result"]] += 1
                self._reached += body["result"] in REACHED
            case "ended":
                self._asked.pop(conversation, None)

    def view(self) -> dict[str, Any]:
        """Waits in seconds, from the request to the person; None before there is one."""
        waits = sorted(self._waits)
        return {
            "since": self._since,
            "handoffs": self._handoffs,
            "reached": self._reached,
            "wait_s": {"p50": _at(waits, 0.5), "p90": _at(waits, 0.9), "n": len(waits)},
            "outcomes": dict(self._outcomes),
            "reasons": dict(self._reasons),
        }


def _at(ordered: list[float], share: float) -> float | None:
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1) if ordered else None

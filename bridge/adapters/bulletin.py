"""The bridge's events as what is told outside: the models of `published`, numbered, with the handoff's state
gathered. MQTT, the live feed and the webhooks each carry the same ones their own way."""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from bridge.adapters.payload import OfCall
from bridge.adapters.published import EVENTS, Channel, HandoffState
from bridge.ports import Clock

MOST_CALLS: Final = 2000
"""a call whose end was never told is forgotten behind so many others"""
HANDOFF_FIELDS: Final = ("reason", "rule", "source", "explicit")
WORDS: Final = ("quote", "headline", "told")
"""fields that hold what somebody said, or was made of it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """`kind` is the event's; on the channel `handoff` it is always `handoff`."""

    channel: Channel | Literal["handoff"]
    kind: str
    call: str
    payload: OfCall


def without_words(bulletin: Bulletin) -> Bulletin | None:
    """For who may know what happens, but not what is said. None: there is nothing else in it."""
    if bulletin.channel == "transcript":
        return None
    held = {name: None for name in WORDS if getattr(bulletin.payload, name, None) is not None}
    return replace(bulletin, payload=bulletin.payload.model_copy(update=held)) if held else bulletin


@dataclass(slots=True)
class Told:
    """What is known of one call: its handoff so far, and how many bulletins each of its channels had."""

    handoff: dict[str, Any] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)


class Bulletins:
    """Makes them. One for each way out: ids and numbers are that way's own. `words` False: all are without
    words, and what would be nothing else is not numbered."""

    def __init__(self, site: str, clock: Clock, *, words: bool = True) -> None:
        self._site, self._clock, self._words = site, clock, words
        self._boot, self._count = clock.token()[:8], 0
        self._calls: OrderedDict[str, Told] = OrderedDict()

    def of(self, kind: str, call: str, body: dict[str, Any]) -> Iterator[Bulletin]:
        """What one event of the bridge is told as: nothing, itself, the handoff's state, or both."""
        told = self._calls.setdefault(call, Told())
        if not self._words:
            if kind == "brief" or (kind in EVENTS and EVENTS[kind][0] == "transcript"):
                return
            body = {name: value for name, value in body.items() if name not in WORDS}
        if kind in EVENTS:
            channel, model = EVENTS[kind]
            if kind == "utterance":
                body = {**body, "utterance": body["id"]}  # `id` is the message's own
            payload = self._fill(model, channel, call, body)
            yield Bulletin(channel=channel, kind=kind, call=call, payload=payload)
        if self._gather(told.handoff, kind, body):
            state = {**told.handoff, "at_s": body["at_s"]}
            payload = self._fill(HandoffState, "handoff", call, state)
            yield Bulletin(channel="handoff", kind="handoff", call=call, payload=payload)

    @staticmethod
    def _gather(state: dict[str, Any], kind: str, body: dict[str, Any]) -> bool:
        """Whether this event changed what is to be told of the handoff."""
        match kind:
            case "escalation":
                state.clear()
                state |= {name: body.get(name) for name in HANDOFF_FIELDS}
                return False
            case "handoff":
                state |= {name: body.get(name) for name in ("handoff", "rev", "state", "event")}
            case "dialed" | "offer_answered":
                state["agent"] = body["agent"]
            case "outcome":
                state["result"] = body["result"]
            case "brief":
                state["headline"] = body["headline"]
            case _:
                return False
        return "state" in state  # not for a brief made before there is a handoff

    def common(self, seq: int) -> dict[str, Any]:
        """The fields that every message has."""
        self._count += 1
        return {"id": f"{self._boot}-{self._count}", "seq": seq, "ts": self._clock.utc(), "site": self._site}

    def _fill(self, model: type[OfCall], channel: str, call: str, body: dict[str, Any]) -> OfCall:
        told = self._calls[call]
        told.sent[channel] += 1
        return model.model_validate({**body, **self.common(told.sent[channel]), "call": call})

    def told(self, call: str, channel: str) -> int:
        """How many bulletins that channel of the call had."""
        return self._calls[call].sent[channel] if call in self._calls else 0

    def surplus(self) -> str | None:
        """The oldest call, where there are more than any bridge has."""
        return next(iter(self._calls)) if len(self._calls) > MOST_CALLS else None

    def forget(self, call: str) -> bool:
        """Whether anything was known of it."""
        return self._calls.pop(call, None) is not None

    def calls(self) -> tuple[str, ...]:
        return tuple(self._calls)

"""The steps of one call, from its events: who did what to whom. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

BRIDGE: Final = "bridge"
WIRING: Final = frozenset(
    {"hears", "partial", "final", "voice", "speech", "brief", "utterance", "answered", "armed"}
)
"""kinds that are no step of their own; `answered` is drawn, words are drawn on request"""
PLAIN: Final = frozenset({"at_s", "v", "seq", "ts", "type", "conversation", "leg", "monotonic"})
WORDS: Final = frozenset({"quote", "headline", "text"})
"""fields that are somebody's words, redacted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """At `at_s` seconds of the call. Without `target` it is something noticed or decided at `source`."""

    at_s: float
    source: str
    target: str | None = None
    text: str


def steps(events: Iterable[Mapping[str, Any]], *, words: bool = False) -> Iterator[Step]:
    """`events` of one conversation, in their order. `words`: what was said as well, as it was redacted."""
    answered: set[str] = set()
    agents: dict[str, str] = {}
    for event in events:
        kind, at_s, leg = event["type"], float(event.get("at_s", 0.0)), str(event.get("leg", ""))
        match kind:
            case "started":
                yield Step(at_s=at_s, source="caller", target=BRIDGE, text="INVITE")
            case "dialed":
                agents[leg] = str(event.get("agent", ""))
                yield Step(at_s=at_s, source=BRIDGE, target=leg, text=f"INVITE to {event.get('target')}")
            case "ringing":
                yield Step(at_s=at_s, source=leg, target=BRIDGE, text="180")
            case "answered":
                answered.add(leg)
                inward = leg == "caller"
                text = f"200 {event.get('codec', '')}".rstrip()
                ends = (BRIDGE, leg) if inward else (leg, BRIDGE)
                yield Step(at_s=at_s, source=ends[0], target=ends[1], text=text)
            case "leg_ended":
                yield _ended(at_s, leg, event, leg in answered)
            case "agent_key":
                yield Step(at_s=at_s, source=_agent(agents, answered), target=BRIDGE, text="key")
            case "whisper":
                seconds = f"{event.get('part')}, {event.get('seconds')} s"
                yield Step(
                    at_s=at_s, source=BRIDGE, target=_agent(agents, answered), text=f"whisper {seconds}"
                )
            case "transfer_progress":
                text = f"NOTIFY {event.get('status')}{' final' if event.get('final') else ''}"
                yield Step(at_s=at_s, source=_agent(agents, answered), target=BRIDGE, text=text)
            case "handoff":
                cause = f" ({event['event']})" if event.get("event") else ""
                yield Step(at_s=at_s, source=BRIDGE, text=f"{event.get('state')}{cause}")
            case "utterance" if words:
                who = str(event.get("speaker"))
                yield Step(at_s=at_s, source=BRIDGE, text=f"{who}: {event.get('text', '')}")
            case _ if kind not in WIRING:
                yield Step(at_s=at_s, source=leg or BRIDGE, text=_plainly(kind, event, words))


def _ended(at_s: float, leg: str, event: Mapping[str, Any], answered: bool) -> Step:
    status = event.get("status")
    if event.get("by_us"):
        return Step(at_s=at_s, source=BRIDGE, target=leg, text="BYE" if answered else "CANCEL")
    return Step(at_s=at_s, source=leg, target=BRIDGE, text="BYE" if answered else f"{status}")


def _agent(agents: Mapping[str, str], answered: set[str]) -> str:
    """The agent's leg that is talked to: the last one answered, else the last one called."""
    called = list(agents)
    return next((leg for leg in reversed(called) if leg in answered), called[-1] if called else BRIDGE)


def _plainly(kind: str, event: Mapping[str, Any], words: bool) -> str:
    hidden = PLAIN if words else PLAIN | WORDS
    told = [f"{name}={value}" for name, value in event.items() if name not in hidden and value is not None]
    return " ".join([kind, *told])


def parties(made: Iterable[Step]) -> tuple[str, ...]:
    """Columns: caller, bridge, bot, then agents in the order they were called."""
    seen = dict.fromkeys(end for step in made for end in (step.source, step.target) if end)
    first = [name for name in ("caller", BRIDGE, "bot") if name in seen or name == BRIDGE]
    return (*first, *(name for name in seen if name not in first))

"""Who hears whom = f(state, overlays). The only place where audio edges are decided.

Invariant, proved over every state and overlay in `tests/core/test_hearing.py`: whisper and hint have no
edge to the caller, a caller in a live state always hears somebody, and a caller whose telephone holds us is
heard by nobody.
"""

from dataclasses import dataclass

from bridge.core.handoff_table import TABLE, TALK_BOT, Edge
from bridge.model.handoff import State

SUPERVISOR_MODES = ("listen", "coach", "barge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlays:
    """What lies over the state. `bot_here` False: no bot to talk to, the caller hears comfort instead.
    `announcing`: a clip for the caller plays now and comfort makes way for it.
    `agent_hold` is ours; `*_remote_hold` is the other side's re-INVITE, behind which its music may play.
    `headset`: the agent's device is declared one, so hints may be spoken. `asking`: the agent has gone, and
    the caller is asked how satisfied he is."""

    bot_here: bool = True
    announcing: bool = False
    agent_hold: bool = False
    agent_mute: bool = False
    agent_remote_hold: bool = False
    caller_remote_hold: bool = False
    headset: bool = False
    asking: bool = False
    supervisor: str | None = None


def hearing(state: State | None, overlays: Overlays) -> frozenset[Edge]:
    """Edges for a handoff in `state` (None: no handoff, the caller talks to the bot)."""
    edges = _edges(state, overlays)
    return _without_caller(edges) if overlays.caller_remote_hold else edges


def _without_caller(edges: frozenset[Edge]) -> frozenset[Edge]:
    """What comes from a caller who holds is his telephone system's music: an agent gets ours instead.

    What he would hear stays, so that it flows again with his first packet, before anybody is told.
    """
    kept = {edge for edge in edges if edge[0] != "caller"}
    return frozenset(kept | {("comfort", "agent")} if ("caller", "agent") in edges else kept)


def _edges(state: State | None, overlays: Overlays) -> frozenset[Edge]:
    edges = set(TALK_BOT if state is None else TABLE[state].hears)
    talking = ("agent", "caller") in edges
    if not overlays.bot_here:
        edges -= set(TALK_BOT)
    if overlays.agent_hold or overlays.agent_remote_hold:
        edges -= {("agent", "caller"), ("caller", "agent")}
    if overlays.agent_mute:
        edges.discard(("agent", "caller"))
    if not overlays.headset:
        edges.discard(("hint", "agent"))
    asked = overlays.asking and state is not State.ABANDONED
    if state in (State.WRAP_UP, State.COMPLETED, State.ABANDONED) and not asked:
        return frozenset(edges)  # the caller has left, or has been transferred
    heard = any(listener == "caller" for _, listener in edges)
    muted = overlays.agent_mute and not (overlays.agent_hold or overlays.agent_remote_hold)
    if not heard and not (talking and muted):
        edges.add(("comfort", "caller"))
    edges.add(("announce", "caller"))
    if overlays.announcing:
        edges.discard(("comfort", "caller"))
    return frozenset(edges | _supervised(edges, overlays.supervisor, talking))


def _supervised(edges: set[Edge], mode: str | None, talking: bool) -> set[Edge]:
    """listen: hears all people. coach: the agent hears the supervisor too. barge: the caller as well."""
    if mode is None or not talking:
        return set()
    extra: set[Edge] = {("caller", "supervisor"), ("agent", "supervisor")}
    if mode in ("coach", "barge"):
        extra.add(("supervisor", "agent"))
    if mode == "barge":
        extra.add(("supervisor", "caller"))
    return extra

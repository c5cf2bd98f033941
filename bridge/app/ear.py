"""Applies who hears whom, and whose digits go where, whenever state, legs or overlays change."""

import os
from dataclasses import replace

from bridge.app.call import Call
from bridge.core.hearing import Overlays, hearing
from bridge.model.handoff import State
from sip import types as t
from sip.commands import Hear, RelayDtmf

TEST_LEAK = "HANDOFF_TEST_LEAK"
"""A test's hook, never a setting: with the value 1 the caller hears the whisper, so that a test can show that
the demo's checks notice. Read in `Ear.apply` and nowhere else."""
PLAYERS = {"comfort": t.COMFORT, "announce": t.ANNOUNCE, "whisper": t.WHISPER, "hint": t.HINT}

TALKING = (State.CONNECTED, State.RELEASING)


class Ear:
    """One a conversation. `local_bot` True: the bot is our own voice player, not a leg."""

    def __init__(self, call: Call, *, local_bot: bool) -> None:
        self._call = call
        self._local_bot = local_bot
        self._overlays = Overlays()
        self._state: State | None = None
        self._edges: tuple[t.Edge, ...] | None = None
        self._relay: tuple[tuple[str, str], ...] = ()

    @property
    def overlays(self) -> Overlays:
        return self._overlays

    def enter(self, state: State | None) -> None:
        """Hold and mute are of one agent in one talk: the next begins without."""
        self._state = state
        if state not in TALKING:
            self._overlays = replace(self._overlays, agent_hold=False, agent_mute=False)
        self.apply()

    def lay(self, **changes: bool | str | None) -> None:
        """Change overlays (fields of `bridge.core.hearing.Overlays`)."""
        self._overlays = replace(self._overlays, **changes)  # type: ignore[arg-type]
        self.apply()

    def forget(self) -> None:
        """The user agent is another one: nothing applied so far holds there."""
        self._edges, self._relay = None, ()
        self._overlays = replace(self._overlays, announcing=False)

    def apply(self) -> None:
        legs = self._call.legs
        bot_here = self._local_bot or legs.up("bot") is not None
        agent = legs.get("agent")
        caller = legs.get("caller")
        overlays = replace(
            self._overlays,
            bot_here=bot_here,
            agent_remote_hold=bool(agent and agent.remote_hold),
            caller_remote_hold=bool(caller and caller.remote_hold),
        )
        edges = {
            (speaker, listener)
            for pair in hearing(self._state, overlays)
            if (speaker := self._place(pair[0], True)) and (listener := self._place(pair[1], False))
        }
        if os.environ.get(TEST_LEAK) == "1" and agent and caller and (t.WHISPER, agent.id) in edges:
            edges.add((t.WHISPER, caller.id))
        ordered = tuple(sorted(edges))
        if ordered != self._edges:
            self._edges = ordered
            self._call.ua.send(Hear(edges=ordered))
            self._call.emit("hears", edges=ordered)
        self._route_digits()

    def _place(self, name: str, speaking: bool) -> str | None:
        """The leg or player behind an abstract name; None when nobody plays it."""
        if name in PLAYERS:
            return PLAYERS[name]
        if name == "bot" and self._local_bot:
            return t.VOICE if speaking else None
        leg = self._call.legs.get(name)
        return leg.id if leg else None

    def _route_digits(self) -> None:
        """Caller's digits to the bot, or to the agent once connected; the agent's keys to nobody."""
        caller = self._call.legs.up("caller")
        listener = None
        if self._state in (None, State.PROPOSED, State.RETURNED) or (self._state and self._state.final):
            listener = self._call.legs.up("bot")
        elif self._state in TALKING:
            listener = self._call.legs.up("agent")
        relay = ((caller.id, listener.id),) if caller and listener else ()
        if relay != self._relay:
            self._relay = relay
            self._call.ua.send(RelayDtmf(pairs=relay))

"""A connected agent moves from the browser to a telephone, because the call shall leave the bridge.

A browser is no party to an attended REFER (RFC 3891 wants a dialog to replace), so a release first
rings the agent's own telephone, while the two talk on; answered, it takes the page's place, and then goes
the REFER. Not answered, nothing has changed.
"""

from typing import TYPE_CHECKING

from bridge.app.call import Call
from bridge.app.dialling import ringing
from bridge.app.ear import Ear
from bridge.app.handoff import Handoff
from bridge.app.profile import profile_of
from bridge.model.handoff import Event, State
from bridge.model.transfer import Target
from sip import commands as c
from sip.types import LegId

if TYPE_CHECKING:
    from bridge.app.handoffs import Handoffs


class Moving:
    """One of a conversation; at most one telephone rings for it."""

    def __init__(self, call: Call, ear: Ear, handoffs: "Handoffs") -> None:
        self._call, self._ear, self._handoffs = call, ear, handoffs
        self._leg: LegId | None = None
        self._why = ""

    def needed(self, handoff: Handoff) -> bool:
        """Whether the agent is at a browser now."""
        agent, target = self._call.legs.up("agent"), handoff.attempts.target
        at_page = agent is not None and agent.peer == "browser"
        return at_page and target is not None and handoff.state is State.CONNECTED

    def begin(self, handoff: Handoff, why: str) -> bool:
        """Ring the agent's telephone. False: there is none."""
        telephone = self._telephone(handoff)
        if telephone is None:
            self._call.emit("order_refused", event=Event.RELEASE, state=handoff.state, why="no telephone")
            return False
        if self._leg is not None:
            return True
        legs = self._call.legs
        page, self._why = legs.current["agent"], why
        self._leg = legs.next_id("agent")
        legs.add(self._leg, "agent", self._call.now_s())
        legs.current["agent"] = page
        ring_s = telephone.ring_s or self._call.settings.handoff.ring_timeout_s
        self._call.ua.send(ringing(self._call, telephone, self._leg, ring_s, handoff.attempts.headers()))
        self._call.emit("dialed", leg=self._leg, target=telephone.id, agent=telephone.agent)
        return True

    def _telephone(self, handoff: Handoff) -> Target | None:
        target = handoff.attempts.target
        mine = [agent for agent in self._call.settings.agents if target and agent.id == target.agent]
        devices = [device for agent in mine for device in profile_of(agent, 0).targets]
        return next((device for device in devices if device.kind == "sip" and device.can_refer), None)

    def answered(self, leg: LegId) -> bool:
        """The telephone takes the page's place, and the release goes on. False: not our leg."""
        handoff = self._handoffs.live
        if leg != self._leg or handoff is None:
            return False
        self._leg = None
        legs = self._call.legs
        page, legs.current["agent"] = legs.current["agent"], leg
        self._ear.apply()
        self._call.ua.send(c.Hangup(leg=page, text="moved to the telephone"))
        handoff.attempts.referral.released(self._why)
        handoff.fire(Event.RELEASE)
        return True

    def over(self, leg: LegId) -> bool:
        """It does not answer, or cannot be reached: they talk on at the page. False: not our leg."""
        if leg != self._leg:
            return False
        self._leg = None
        return True

    def entered(self, state: State) -> None:
        """Whoever is no longer connected need not move."""
        if self._leg is not None and state is not State.CONNECTED:
            leg, self._leg = self._leg, None
            self._call.ua.send(c.Hangup(leg=leg, text="no longer needed"))

"""A supervisor in a call: a telephone on the spare leg, and who hears it."""

from dataclasses import dataclass
from typing import Final

from bridge.app import messages as m
from bridge.app.call import Call
from bridge.app.ear import Ear
from bridge.app.lines import SUPERVISOR
from sip.commands import Dial, Hangup

RING_S: Final = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """`up` False: the supervisor's telephone is still ringing, and nobody hears anything of it."""

    mode: str
    by: str
    up: bool = False


class Supervising:
    """Of one conversation; one supervisor at a time."""

    def __init__(self, call: Call, ear: Ear) -> None:
        self._call, self._ear = call, ear
        self.now: Supervision | None = None

    def order(self, order: m.Supervised, by: str) -> str:
        """Why it cannot be; "" when it is done."""
        leg = self._call.legs.get(SUPERVISOR)
        if self.now and self.now.by != by:
            return f"{self.now.by} is in this call already."
        if order.mode is None:
            if leg:
                self._call.ua.send(Hangup(leg=leg.id, q850=16, text="left"))
            self._say(None)
            return ""
        if leg is None:
            if not order.uri:
                return "No telephone of yours is configured."
            self._dial(order.uri)
        self._say(Supervision(mode=order.mode, by=by, up=bool(leg and leg.up)))
        return ""

    def follow(self, *, talking: bool) -> None:
        """The leg was answered or has ended, or the talk is over."""
        leg = self._call.legs.get(SUPERVISOR)
        if leg and (not talking or self.now is None) and not leg.by_us:
            leg.by_us = True
            self._call.ua.send(Hangup(leg=leg.id, q850=16, text="released"))
        if self.now is None:
            return
        if leg is None or not talking:
            self._say(None)
        elif leg.up != self.now.up:
            self._say(Supervision(mode=self.now.mode, by=self.now.by, up=leg.up))

    def _dial(self, uri: str) -> None:
        leg = self._call.legs.next_id(SUPERVISOR)
        self._call.legs.add(leg, SUPERVISOR, self._call.now_s())
        headers = (("X-Conversation-Id", self._call.id),)
        self._call.ua.send(Dial(leg=leg, uri=uri, no_answer_s=RING_S, headers=headers))

    def _say(self, now: Supervision | None) -> None:
        if now == self.now:
            return
        self.now = now
        self._ear.lay(supervisor=now.mode if now and now.up else None)
        told = (now.mode, now.by, now.up) if now else ("none", "", False)
        self._call.emit("supervision", mode=told[0], by=told[1], up=told[2])

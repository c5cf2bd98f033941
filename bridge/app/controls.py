"""What an agent does at the console during a call and after it: one table of buttons, transfer, wrap-up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bridge.app import messages as m
from bridge.app.assisting import Assisting
from bridge.app.call import Call
from bridge.app.ear import TALKING, Ear
from bridge.app.handoff import TIMER, Handoff
from bridge.app.handoffs import Handoffs
from bridge.app.supervising import Supervising
from bridge.core.redaction import redact
from bridge.model.brief import Brief
from bridge.model.handoff import Event, State
from bridge.ports import Answer

TYPING_S: Final = 10.0
"""a wrap-up somebody is typing in stays open so long behind the last letter"""
OFFERED: Final = (State.BRIEFING, State.OFFERED)
RINGING: Final = (State.DIALING, *OFFERED)
WRAPPING: Final = (State.WRAP_UP, State.RETURNED)
CONNECTED: Final = (State.CONNECTED,)


class Refused(Exception):
    """`code` as in `bridge.ports.Answer`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Rule:
    """When a button can be pressed, and what it does then."""

    states: tuple[State, ...]
    do: Callable[["Controls", Handoff], None]


class Controls:
    """Of one conversation."""

    def __init__(self, call: Call, ear: Ear, handoffs: Handoffs, brief: Callable[[], Brief | None]) -> None:
        self._call, self._ear, self._handoffs = call, ear, handoffs
        self.assisting = Assisting(call, ear, handoffs, brief)
        self.supervising = Supervising(call, ear)
        self._holds: list[tuple[float, float | None]] = []
        self._picked_up = ""

    @property
    def picked_up(self) -> bool:
        """The agent has said at the console that he takes the ringing call."""
        return self._picked_up != "" and self._picked_up == self._call.legs.current.get("agent")

    @property
    def holds_s(self) -> tuple[tuple[float, float], ...]:
        """From and to; one that goes on lasts until now."""
        return tuple((start, self._call.now_s() if end is None else end) for start, end in self._holds)

    def during(self, leg: str, at_s: float) -> str:
        """As `Handoffs.during`; what is said while the agent has the caller on hold is on hold too."""
        held = any(start <= at_s and (end is None or at_s < end) for start, end in self._holds)
        now = self._handoffs.during(leg, at_s)
        if now == "dialogue" and leg == self._call.legs.current.get("agent"):
            now = "hint" if self.assisting.in_ear.plays_at(at_s) else now
        return "hold" if held and now == "dialogue" else now

    def follow(self) -> None:
        """Called behind everything that happens in the conversation."""
        state = self._handoffs.live.state if self._handoffs.live else None
        if self._holds and self._holds[-1][1] is None and not self._ear.overlays.agent_hold:
            self._holds[-1] = (self._holds[-1][0], self._call.now_s())
        self.supervising.follow(talking=state in TALKING)
        self.assisting.follow()

    def obey(self, order: m.Controlled) -> Answer:
        """Whose call it is, and its state, are looked at where nothing can come between that and the deed."""
        try:
            self._carry_out(order)
        except Refused as refusal:
            return Answer(code=refusal.code, message=str(refusal), revision=self._call.revision)
        return Answer(code="accepted", revision=self._call.revision)

    def _carry_out(self, order: m.Controlled) -> None:
        handoff = self._handoffs.live
        if handoff is None or (order.handoff and order.handoff != handoff.id):
            raise Refused("conflict", "That handoff is over.")
        target = handoff.attempts.target
        if order.agent and (target is None or order.agent != (target.agent or target.id)):
            raise Refused("not_yours", "This call is no longer yours.")
        match order.what:
            case m.Pressed(button):
                rule = BUTTONS[button]
                self._need(handoff, rule.states)
                rule.do(self, handoff)
            case m.PassedOn():
                self._need(handoff, CONNECTED)
                self._pass_on(handoff, order.what)
            case m.Drafted():
                self._need(handoff, WRAPPING)
                self._draft(handoff, order.what)
            case m.Hinted(hint, how):
                self._need(handoff, CONNECTED)
                if not self.assisting.close(hint, how):
                    raise Refused("conflict", "That hint is gone.")
            case m.Opened(what):
                self._call.emit("opened", what=what, handoff=handoff.id, state=handoff.state)
            case m.Supervised():
                self._need(handoff, TALKING)
                if trouble := self.supervising.order(order.what, redact(order.by)):
                    raise Refused("refused", trouble)

    @staticmethod
    def _need(handoff: Handoff, states: tuple[State, ...]) -> None:
        if handoff.state not in states:
            raise Refused("refused", f"Not while the handoff is {handoff.state}.")

    # -- what the buttons do

    def _pick_up(self, handoff: Handoff) -> None:
        """The telephone is the agent's own: who drives it (softphone, CTI) is told, and the page says so."""
        leg = self._call.legs.get("agent")
        if leg:
            self._picked_up = leg.id
            self._call.emit("pick_up", leg=leg.id, target=handoff.attempts.all[-1].target)

    def _decline(self, handoff: Handoff) -> None:
        handoff.attempts.note("declined")
        handoff.fire(Event.AGENT_REFUSED)

    def _hold(self, on: bool) -> None:
        if on != self._ear.overlays.agent_hold:
            if on:
                self._holds.append((self._call.now_s(), None))
            self._ear.lay(agent_hold=on)
            self._call.emit("control", what="hold", on=on)

    def _mute(self, on: bool) -> None:
        if on != self._ear.overlays.agent_mute:
            self._ear.lay(agent_mute=on)
            self._call.emit("control", what="mute", on=on)

    def _pass_on(self, handoff: Handoff, order: m.PassedOn) -> None:
        handoff.attempts.pass_on(order.target)
        note = redact(order.note)
        self._handoffs.whisper.pass_on(note)
        self._handoffs.whisper.announce(self._call.settings.words.transferring)
        self._call.emit("passed_on", target=order.target, note=bool(note))
        handoff.fire(Event.PASSED_ON)

    def _draft(self, handoff: Handoff, draft: m.Drafted) -> None:
        """Kept as typed, so that the end of the timer loses nothing; and typing keeps the wrap-up open."""
        handoff.disposition = redact(draft.disposition) if draft.disposition else handoff.disposition
        handoff.note = redact(draft.note) if draft.note is not None else handoff.note
        handoff.brief_right = draft.brief_right or handoff.brief_right
        if draft.finished:
            handoff.fire(Event.DISPOSITION_SET)
        elif (self._call.due_s(TIMER) or 0.0) - self._call.now_s() < TYPING_S:
            self._call.after(TIMER, TYPING_S)


def _fires(event: Event) -> Callable[[Controls, Handoff], None]:
    return lambda controls, handoff: handoff.fire(event)


BUTTONS: Final[dict[m.Button, Rule]] = {
    "pick_up": Rule((State.DIALING,), Controls._pick_up),
    "talk": Rule(OFFERED, lambda controls, handoff: handoff.accept()),
    "replay": Rule(OFFERED, lambda controls, handoff: handoff.pressed("5")),
    "more": Rule(OFFERED, lambda controls, handoff: handoff.pressed("3")),
    "decline": Rule(RINGING, Controls._decline),
    "send_back": Rule(RINGING, _fires(Event.DISMISSED)),
    "hold": Rule(CONNECTED, lambda controls, handoff: controls._hold(True)),
    "resume": Rule(CONNECTED, lambda controls, handoff: controls._hold(False)),
    "mute": Rule(CONNECTED, lambda controls, handoff: controls._mute(True)),
    "unmute": Rule(CONNECTED, lambda controls, handoff: controls._mute(False)),
    "hand_back": Rule(CONNECTED, _fires(Event.HAND_BACK)),
    "end": Rule(CONNECTED, _fires(Event.AGENT_GONE)),
}

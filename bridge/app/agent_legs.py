"""What happens on the agents' legs of a conversation, told to the handoff it belongs to."""

from typing import TYPE_CHECKING

from asr.types import SpeechEvent
from bridge.app import messages as m
from bridge.app.behind_queue import BehindQueue
from bridge.app.call import Call
from bridge.app.ear import Ear
from bridge.app.handoff import Handoff
from bridge.model.handoff import Event, State
from sip import commands as c
from sip import events as e

if TYPE_CHECKING:
    from bridge.app.handoffs import Handoffs


ABOUT_TO_TAKE = (State.BRIEFING, State.OFFERED)


class AgentLegs:
    """Events of a leg that is neither the agent's now nor rings for the handoff never enter its table."""

    def __init__(self, call: Call, ear: Ear, handoffs: "Handoffs") -> None:
        self._call, self._ear, self._handoffs = call, ear, handoffs
        self._queue: BehindQueue | None = None

    def answered(self, leg: str, at_s: float) -> bool:
        """False for a leg that is not the current attempt's: it is hung up and never enters the table."""
        if self._handoffs.moving.answered(leg):
            return True
        handoff = self._handoffs.live
        if handoff and handoff.state is State.DIALING and handoff.attempts.rings.queued(leg):
            self._queue = BehindQueue(self._call, leg, self._person_found, self._person_lost)
            return True
        return self._has_the_call(leg, at_s)

    def _has_the_call(self, leg: str, at_s: float) -> bool:
        handoff = self._handoffs.live
        if handoff is None or handoff.state is not State.DIALING or not handoff.attempts.rings.won(leg):
            self._call.ua.send(c.Hangup(leg=leg, q850=26, text="completed elsewhere"))
            return False
        handoff.attempts.answered(at_s)
        handoff.marks["agent_answered"] = at_s
        self._ear.lay(headset=bool(handoff.attempts.target and handoff.attempts.target.headset))
        handoff.fire(Event.AGENT_ANSWERED)
        return True

    # -- a PBX queue: it has answered, and somebody comes, or music does

    def noticed(self, leg: str, event: SpeechEvent) -> None:
        """What a recognizer says of that leg."""
        if self._queue and self._queue.leg == leg:
            self._queue.notice(event)

    def elapsed(self) -> None:
        if self._queue:
            self._queue.person()

    def _person_found(self) -> None:
        """At first the call is his; later the whisper that music interrupted begins anew."""
        handoff, queue = self._handoffs.live, self._queue
        if queue and handoff and handoff.state in ABOUT_TO_TAKE:
            self._handoffs.whisper.part = "all"
            handoff.fire(Event.REPEAT_ASKED)
        elif queue and not self._has_the_call(queue.leg, self._call.now_s()):
            self._queue = None

    def _person_lost(self) -> None:
        """Nothing is whispered into music; somebody may yet come, as while it rang."""
        handoff = self._handoffs.live
        if handoff and handoff.state in ABOUT_TO_TAKE:
            self._handoffs.whisper.stop()
            handoff.wait_on(handoff.attempts.ring_s)

    def ended(self, event: e.LegEnded) -> None:
        if self._queue and event.leg == self._queue.leg:
            self._queue.over()
            self._queue = None
        if self._handoffs.current and event.leg == self._call.legs.current.get("agent"):
            self._handoffs.current.farewell_over()
        handoff = self._handoffs.live
        moving = self._handoffs.moving.over(event.leg)
        if handoff is None or moving or not self._concerns(handoff, event.leg):
            return
        if event.by_us and event.cause.status != 408:
            return  # our own doing; the table knows already
        if handoff.state is State.DIALING and handoff.attempts.rings.ring_on(event.leg):
            return
        back = self._call.settings.handoff.after_agent_hangup == "bot"
        if handoff.state is State.CONNECTED and back:
            handoff.fire(Event.HAND_BACK)
        else:
            handoff.fire(Event.AGENT_GONE if event.answered else Event.AGENT_REFUSED)

    def _concerns(self, handoff: Handoff, leg: str) -> bool:
        """The agent's leg, or one of several that ring."""
        ring = handoff.attempts.rings.of(leg)
        ringing = handoff.state is State.DIALING and ring is not None and not ring.over
        return ringing or leg == self._call.legs.current.get("agent")

    def lost(self, leg: str) -> None:
        if self._handoffs.live and leg == self._call.legs.current.get("agent"):
            self._handoffs.live.fire(Event.AGENT_LOST)
        self._call.ua.send(c.Hangup(leg=leg, text="no media"))

    def pressed(self, leg: str, digit: str) -> None:
        if self._queue and self._queue.leg == leg and not self._queue.there:
            self._call.emit("agent_key", key=digit)
            self._queue.person()
            return
        if self._handoffs.live and leg == self._call.legs.current.get("agent"):
            self._call.emit("agent_key", key=digit)
            if self._handoffs.live.state is State.CONNECTED:
                self._pressed_in_call(digit)
            else:
                self._handoffs.live.pressed(digit)

    def _pressed_in_call(self, digit: str) -> None:
        """Keys of a connected agent are ours alone; they are off unless configured."""
        settings = self._call.settings.handoff
        if digit == settings.release_key:
            self._handoffs.order(m.Ordered(Event.RELEASE, why="by key"))
        elif digit == settings.hand_back_key:
            self._handoffs.order(m.Ordered(Event.HAND_BACK))

    def dial_failed(self, leg: str) -> None:
        handoff = self._handoffs.live
        moving = self._handoffs.moving.over(leg)
        if handoff is None or moving or not self._concerns(handoff, leg):
            return
        if not handoff.attempts.rings.ring_on(leg, "unreachable"):
            handoff.attempts.note("unreachable")
            handoff.fire(Event.AGENT_REFUSED)

"""Runs one handoff: walks the table and carries out what each state asks for on entry."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import structlog

from bridge.app.attempt import Attempts
from bridge.app.call import Call
from bridge.app.ear import Ear
from bridge.app.timers import seconds_in
from bridge.app.waiting import Waiting
from bridge.app.whispering import Whisper
from bridge.core.handoff_table import TABLE, IllegalTransition, step
from bridge.core.outcome import outcome_of
from bridge.model.cue import Escalation
from bridge.model.handoff import Event, HandoffRecord, State, StateAt
from bridge.model.transfer import Mode
from sip.commands import Hangup, Stop
from sip.types import ANNOUNCE

log = structlog.get_logger()
TIMER = "handoff"
FAREWELL = "farewell"
FAREWELL_S = 5.0

REFERS = (State.REFERRING, State.RELEASING, State.SENDING)
OF_AN_ATTEMPT = ("dialed", "ringing", "agent_answered", "whisper_started", "accepted")
NEEDED = {
    State.JOINING: ("agent", "caller"),
    State.CONNECTED: ("agent", "caller"),
    State.RELEASING: ("agent",),
}
GONE = {"caller": Event.CALLER_GONE, "agent": Event.AGENT_GONE, "bot": Event.BOT_GONE}


class Handoff:
    """One handoff of one conversation. `done` is called once, with the record, on a final state."""

    def __init__(
        self,
        call: Call,
        ear: Ear,
        whisper: Whisper,
        escalation: Escalation,
        *,
        id: str,
        strict: bool,
        return_to_bot: Callable[[State], None],
        done: Callable[[HandoffRecord], None],
        entered: Callable[[State], None],
        on_token: Callable[[str], None],
    ) -> None:
        self.id, self.escalation = id, escalation
        self.state = State.PROPOSED
        self._call, self._ear, self._whisper = call, ear, whisper
        self._strict, self._return_to_bot, self._done = strict, return_to_bot, done
        self._entered = entered
        self.attempts = Attempts(call, escalation, id, self.fire, on_token)
        self.waiting = Waiting(call, escalation, self.attempts, whisper.announce, self._callback_taken)
        self.called_back = False
        """a callback has been promised: the caller is not the bot's again, but taken leave of"""
        self.returned = False
        self._states: list[StateAt] = []
        self._pending: deque[Event] = deque()
        self._running = False
        self._persisted = False
        self._absorbed = 0
        self.unconfirmed = False
        self.disposition: str | None = None
        self.note: str | None = None
        self.brief_right: str | None = None
        self.marks: dict[str, float] = {"request": escalation.at_s}
        self._effects: dict[str, Callable[[], None]] = {
            "drop_agent": self._drop_agent,
            "choose_target": self._choose_target,
            "queue": self._queue,
            "announce_wait": self.waiting.enter,
            "screen_pop": lambda: self.attempts.screen_pop(lambda: self._whisper.brief),
            "dial_agent": self._dial_agent,
            "render_whisper": self._whisper.renew,
            "play_whisper": self._whisper.play,
            "prompt_for_key": self._whisper.prompt,
            "stop_whisper": self._whisper.stop,
            "join": self._join,
            "refer_replaces": self._refer_replaces,
            "refer_blind": self._refer_blind,
            "release_legs": self._release_legs,
            "draft": lambda: None,  # the wrap-up note is drafted from the record by whoever shows it
            "resume_bot": lambda: self._return_to_bot(State.RETURNED),
            "back_to_bot": lambda: self._return_to_bot(self.state),
            "tell_agent": self._tell_agent,
            "persist": self._persist,
        }
        self._agent_farewell = False

    # -- the walk

    def begin(self) -> None:
        """Enter `proposed`, then approve: warm, or cold where the first target is reached by blind REFER."""
        self._enter(None)
        self.mark("decision")
        cold = self.attempts.reserve() is Mode.REFER
        self.fire(Event.APPROVED_COLD if cold else Event.APPROVED_WARM)

    def fire(self, event: Event) -> None:
        """Feed the table; events raised by effects wait their turn."""
        self._pending.append(event)
        if self._running:
            return
        self._running = True
        try:
            while self._pending:
                self._advance(self._pending.popleft())
        finally:
            self._running = False

    def _advance(self, event: Event) -> None:
        try:
            taken = step(self.state, event)
        except IllegalTransition as error:
            self._absorbed += 1
            log.error("illegal transition", call=self._call.id, state=error.state, handoff_event=error.event)
            self._call.emit("fault", task="handoff_table", state=error.state, event=error.event)
            if self._strict:
                raise
            return
        if taken.absorbed:
            self._absorbed += 1
        if taken.entered is None:
            return
        if event is Event.CALLER_GONE and self.state in REFERS:
            self.unconfirmed = True
        self.attempts.leave(self.state, event)
        self.waiting.leave()
        self.state = taken.state
        self._enter(event)

    def _enter(self, event: Event | None) -> None:
        entry = StateAt(state=self.state, event=event, at_s=self._call.now_s())
        self._states.append(entry)
        self._call.revision += 1
        self._call.emit("handoff", handoff=self.id, rev=self._call.revision, state=self.state, event=event)
        self._arm()
        self._ear.enter(self.state)
        self._entered(self.state)
        if self.state is State.CONNECTED:
            self.mark("connected")
            self.attempts.connected()
        if self.state in (State.WRAP_UP, State.RETURNED):
            self.attempts.wrapping_up()
        for name in TABLE[self.state].entry:
            self._effects[name]()
        for role in NEEDED.get(self.state, ()):
            if self._call.legs.up(role) is None:
                self.fire(GONE[role])
                break

    def _arm(self) -> None:
        self._call.cancel(TIMER)
        seconds = seconds_in(self.state, self._call.settings.handoff, self.attempts.ring_s)
        if seconds is not None:
            self._call.after(TIMER, seconds)

    def wait_on(self, seconds: float) -> None:
        """The state may last so long from now."""
        self._call.after(TIMER, seconds)

    def can(self, event: Event) -> bool:
        """Whether the state lists the event: an order from outside is refused where it does not."""
        return event in TABLE[self.state].on

    @property
    def entered(self) -> tuple[StateAt, ...]:
        """The states so far, each with its time."""
        return tuple(self._states)

    @property
    def bidding_farewell(self) -> bool:
        return self._agent_farewell

    def timed_out(self) -> None:
        """The state's timer ran out. With the agent taken over and the caller silent, the REFER succeeded."""
        if self.state is State.REFERRING and self._moved_away():
            self.unconfirmed = True
            self.fire(Event.TRANSFER_SUCCEEDED)
        else:
            self.fire(Event.TIMEOUT)

    def _moved_away(self) -> bool:
        caller = self._call.legs.get("caller")
        return self._call.legs.get("agent") is None and bool(caller and caller.lost)

    def mark(self, name: str) -> None:
        self.marks.setdefault(name, self._call.now_s())

    # -- keys of the agent

    def pressed(self, digit: str) -> None:
        if self.state not in (State.BRIEFING, State.OFFERED):
            return
        match digit:
            case "1":
                self.accept()
            case "2":
                self.attempts.note("declined")
                self.fire(Event.AGENT_REFUSED)
            case "3":
                self._whisper.part = "more"
                self.fire(Event.MORE_ASKED)
            case "5":
                self._whisper.part = "all"
                self.fire(Event.REPEAT_ASKED)

    def accept(self) -> None:
        """The agent takes the call: by key, console, or configured auto-accept."""
        self.mark("accepted")
        attended = self.attempts.accepted() is Mode.REFER_REPLACES
        self.fire(Event.ACCEPTED_REFER if attended else Event.ACCEPTED_CONFERENCE)

    # -- effects

    def _drop_agent(self) -> None:
        legs = self._call.legs.live("agent")
        if not legs or self._agent_farewell:
            return
        for leg in legs:
            self._call.ua.send(Hangup(leg=leg.id, text="released"))
        self._whisper.stop()

    def _dial_agent(self) -> None:
        """A new attempt: what was marked on the one before no longer holds."""
        for name in OF_AN_ATTEMPT:
            self.marks.pop(name, None)
        self.mark("dialed")
        self.attempts.dial()

    def _choose_target(self) -> None:
        self._whisper.part = "all"
        self.attempts.choose()

    def _queue(self) -> None:
        self.attempts.wait_for_free()

    def _callback_taken(self) -> bool:
        """Whether the caller still waits for it."""
        self.called_back = self.state is State.WAITING
        if self.called_back:
            self.fire(Event.CALLBACK_TAKEN)
        return self.called_back

    def _join(self) -> None:
        """Nobody to join is told by the check of the needed legs, as their gone event."""
        if self._call.legs.up("agent") and self._call.legs.up("caller"):
            self._call.ua.send(Stop(player=ANNOUNCE))
            self.fire(Event.JOINED)

    def _refer_replaces(self) -> None:
        self.returned = False  # the NOTIFY to come is of this REFER
        self.mark("refer_sent")
        self.attempts.referral.attended()

    def _refer_blind(self) -> None:
        self.mark("refer_sent")
        self.attempts.referral.blind()

    def _release_legs(self) -> None:
        for role in ("agent", "bot") if self._call.asking else ("agent", "caller", "bot"):
            if leg := self._call.legs.get(role):
                self._call.ua.send(Hangup(leg=leg.id, q850=16, text="released"))

    def _tell_agent(self) -> None:
        """The caller left while an agent is on the line: one sentence, then release."""
        if self._call.legs.up("agent") is None:
            return
        self._agent_farewell = True
        self._whisper.say(self._call.settings.words.caller_left, tag=FAREWELL)
        self._call.after(FAREWELL, FAREWELL_S)

    def farewell_over(self) -> None:
        if self._agent_farewell:
            self._agent_farewell = False
            self._call.cancel(FAREWELL)
            self._drop_agent()

    def _persist(self) -> None:
        if self._persisted:
            return
        self._persisted = True
        self._call.cancel(TIMER)
        self._done(self.record())

    def record(self) -> HandoffRecord:
        last = self.attempts.last
        states = self.entered
        if not self.state.final:  # cut short: the worker died
            states = (*states, replace(states[-1], state=State.FAILED, event=None))
        outcome = outcome_of(
            states,
            leg=last.leg if last else None,
            sip_status=last.sip_status if last else None,
            reason=(last.outcome or "") if last else "",
            mode=self.attempts.mode,
            unconfirmed=self.unconfirmed,
        )
        return HandoffRecord(
            id=self.id,
            escalation=self.escalation,
            states=self.entered,
            attempts=tuple(self.attempts.all),
            outcome=outcome if self.state.final else replace(outcome, result="interrupted"),
            marks_s=dict(self.marks),
            absorbed=self._absorbed,
            whisper_seconds=self._whisper.seconds,
            whisper_heard=self._whisper.heard,
            disposition=self.disposition,
            note=self.note,
            brief_right=self.brief_right,
        )

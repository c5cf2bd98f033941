"""All handoffs of one conversation: at most one is live, however often a cue fires."""

from collections.abc import Callable

from bridge.app import messages as m
from bridge.app.agent_legs import AgentLegs
from bridge.app.behind_queue import TIMER as PERSON
from bridge.app.bot_side import BotSide
from bridge.app.call import Call
from bridge.app.customer import Customer
from bridge.app.ear import Ear
from bridge.app.handoff import FAREWELL, REFERS, Handoff
from bridge.app.human_parts import part_of
from bridge.app.late_release import TIMER as RELEASE
from bridge.app.late_release import LateRelease
from bridge.app.moving import Moving
from bridge.app.survey import TIMER as SURVEY
from bridge.app.survey import Survey
from bridge.app.waiting import TIMER as QUEUE
from bridge.app.whispering import Whisper
from bridge.model.cue import Escalation
from bridge.model.handoff import Event, HandoffRecord, State
from bridge.model.transcript import REMOTE_HOLD
from sip import commands as c
from sip import events as e

MAX_UNASKED = 5
"""loop guard: handoffs after which only an explicit request is still obeyed"""
LEAVE = "leave"
"""the last sentence to a caller who will be called back, and the timer behind it"""
LEAVE_S = 15.0
HELD = (State.CHOOSING, State.WAITING, State.DIALING, State.JOINING, State.REFERRING, State.SENDING)
BEFORE_PICKUP = (State.CHOOSING, State.WAITING, State.DIALING)


class Handoffs:
    """`changed` is called when one ended: the conversation may be over."""

    def __init__(
        self,
        call: Call,
        ear: Ear,
        bot: BotSide,
        *,
        strict: bool,
        apology: str | None,
        on_token: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self._call, self._ear, self._bot = call, ear, bot
        self._strict, self._apology, self._on_token, self._changed = strict, apology, on_token, changed
        self.whisper = Whisper(call, self._whispered, lambda: self.mark("whisper_started"))
        self.survey = Survey(call, ear, self.whisper)
        self.customer = Customer(call, self._know_customer)
        self.agent = AgentLegs(call, ear, self)
        self.moving = Moving(call, ear, self)
        self.release = LateRelease(call, self)
        self.current: Handoff | None = None
        self.records: list[HandoffRecord] = []
        self.back_s = 0.0
        self._posture: c.Posture | None = None

    @property
    def live(self) -> Handoff | None:
        return self.current if self.current and not self.current.state.final else None

    @property
    def state(self) -> State | None:
        return self.current.state if self.current else None

    @property
    def referring(self) -> bool:
        return self.state in REFERS

    @property
    def owes(self) -> bool:
        """Somebody other than the caller is still to be served: a farewell, or a table not yet at its end."""
        return bool(self.live and (self.live.state is not State.WRAP_UP)) or bool(
            self.current and self.current.bidding_farewell
        )

    def during(self, leg: str, at_s: float) -> str:
        """What an utterance on that leg is part of, `at_s` being its middle."""
        if (speaker := self._call.legs.all.get(leg)) and speaker.held_at(at_s):
            return REMOTE_HOLD
        state = self._state_at(at_s)
        if state in (State.BRIEFING, State.OFFERED):
            return "whisper"
        return "hold" if state in HELD else "dialogue"

    def _state_at(self, at_s: float) -> State | None:
        """Finals come half a second behind the words, and the state has moved on by then."""
        past = (entry for record in self.records for entry in record.states)
        entries = (*past, *(self.live.entered if self.live else ()))
        return next((entry.state for entry in reversed(entries) if entry.at_s <= at_s), None)

    # -- beginning

    def arm(self, escalation: Escalation) -> None:
        """A request may be coming: start the brief, so that the voice is ready."""
        if self.live is None:
            self._call.emit("armed", rule=escalation.rule)
            self.whisper.prepare(escalation)

    def escalate(self, escalation: Escalation) -> bool:
        """Whether a handoff begins. An explicit request is never held back by the loop guard."""
        guarded = len(self.had) >= MAX_UNASKED and not escalation.explicit
        busy = self.busy or (self.survey.under_way and not escalation.explicit)
        if busy or guarded or self._call.legs.up("caller") is None:
            why = "busy" if busy else "guard"
            self._call.emit("escalation_ignored", rule=escalation.rule, why=why)
            return False
        self._call.emit(
            "escalation", reason=escalation.reason, rule=escalation.rule, quote=escalation.quote,
            score=escalation.score, source=escalation.source, explicit=escalation.explicit,
        )  # fmt: skip
        self._cut_wrap_up()
        self._bot.pause()
        self.whisper.prepare(escalation)
        self.current = Handoff(
            self._call,
            self._ear,
            self.whisper,
            escalation,
            id=f"{self._call.id}-h{len(self.records) + 1}",
            strict=self._strict,
            return_to_bot=self._back,
            done=self._done,
            entered=self._entered,
            on_token=self._on_token,
        )
        words = self._call.settings.words
        again = escalation.source == "callback"
        self.whisper.announce(words.callback_greeting if again else words.transferring)
        self.current.begin()
        return True

    def _cut_wrap_up(self) -> None:
        """The caller goes before the note of the agent he had, and before the survey."""
        self.survey.drop()
        if self.live:
            self.live.fire(Event.TIMEOUT)

    def _back(self, state: State) -> None:
        """The caller is the bot's again, or taken leave of: he will be called back."""
        if self.current and self.current.called_back:
            self.whisper.announce(self._call.settings.words.callback_taken, tag=LEAVE)
            self._call.after(LEAVE, LEAVE_S)
        else:
            self._bot.take_back(state)

    def renew_brief(self) -> None:
        """The caller or the bot added something; after the pickup the agent has heard it or will ask."""
        if self.live is None or self.state in BEFORE_PICKUP:
            self.whisper.renew()

    def _know_customer(self) -> None:
        """The CRM has answered. Once the agent hears the brief, nothing else of it changes under his eyes."""
        if self.live is None or self.state in BEFORE_PICKUP:
            self.whisper.renew()
        else:
            self.whisper.add_customer()

    def _whispered(self) -> None:
        handoff = self.live
        if handoff is None or handoff.state is not State.BRIEFING:
            return
        handoff.fire(Event.WHISPER_ENDED)
        target = handoff.attempts.target
        if target and target.auto_accept:
            handoff.accept()

    # -- transfers and orders

    def transferred(self, event: e.TransferProgress) -> None:
        """The final NOTIFY. Behind a blind REFER that came back it is 200 by our own answer: no success."""
        self._call.emit("transfer_progress", status=event.status, final=event.final)
        if self.live is None or not event.final:
            return
        self.mark("refer_done")
        self.live.attempts.referral.ended()
        success = event.status < 300 and not self.live.returned
        if success:
            self.live.attempts.note("answered")
        self.live.fire(Event.TRANSFER_SUCCEEDED if success else Event.TRANSFER_FAILED)

    def refer_failed(self) -> None:
        if self.live:
            self.live.attempts.referral.ended()
            self.live.fire(Event.TRANSFER_FAILED)

    def awaits_return(self, token: str) -> bool:
        """Whether a caller who shows this token is ours: a blind REFER sent him away and has not ended."""
        return bool(token and self.may_return and self.live and self.live.attempts.referral.token == token)

    @property
    def may_return(self) -> bool:
        """Whether there is a place in the handoff for a caller who comes back."""
        return bool(self.live and self.live.can(Event.CALLER_RETURNED))

    def caller_returned(self) -> None:
        if self.live:
            self.live.attempts.referral.ended()
            self.live.returned = True
            self.live.fire(Event.CALLER_RETURNED)

    def order(self, order: m.Ordered) -> bool:
        """A person or program orders; what the state does not list is refused (False), never an error."""
        handoff = self.live
        if handoff is None:
            return False
        if order.event in (Event.ACCEPTED_CONFERENCE, Event.ACCEPTED_REFER):
            if offered := handoff.state in (State.BRIEFING, State.OFFERED):
                handoff.accept()
            return offered
        handoff.disposition = order.disposition or handoff.disposition
        handoff.note = order.note or handoff.note
        if order.event is Event.RELEASE and self.moving.needed(handoff):
            return self.moving.begin(handoff, order.why)
        if taken := handoff.can(order.event):
            if order.event is Event.RELEASE:
                handoff.attempts.referral.released(order.why)
            handoff.fire(order.event)
        else:
            self._call.emit("order_refused", event=order.event, state=handoff.state)
        return taken

    def elapsed(self, name: str) -> None:
        if name == PERSON:
            self.agent.elapsed()
        elif name == SURVEY:
            self.survey.over()
        elif self.live and name == QUEUE:
            self.live.waiting.elapsed()
        elif self.current and name == FAREWELL:
            self.current.farewell_over()
        elif name == RELEASE:
            self.release.due()
        elif self.live:
            self.live.timed_out()

    @property
    def busy(self) -> bool:
        """A person is fetched for the caller, or talks to him: nothing he says calls for another one."""
        return self.live is not None and not self._parted

    @property
    def had(self) -> tuple[Escalation, ...]:
        """What persons were fetched for who have left him."""
        past = tuple(record.escalation for record in self.records)
        return (*past, self.live.escalation) if self.live and self._parted else past

    @property
    def _parted(self) -> bool:
        """The person has left him: what is missing is a note of the one, or an answer of the other."""
        return self.state is State.RETURNED or self.survey.under_way

    def mark(self, name: str) -> None:
        if self.live:
            self.live.mark(name)

    # -- ending

    def caller_gone(self) -> None:
        if self.live:
            self.live.fire(Event.CALLER_GONE)

    def bot_gone(self) -> None:
        if self.live:
            self.live.fire(Event.BOT_GONE)

    def interrupt(self) -> None:
        """The worker died under it; in the wrap-up the people have parted already."""
        handoff = self.live
        if handoff and handoff.state is not State.WRAP_UP:
            self.records.append(handoff.record())
            handoff.attempts.release()
            self.current = None

    def _done(self, record: HandoffRecord) -> None:
        self.records.append(record)
        self.back_s = self._call.now_s()
        if self.current:
            self.current.attempts.release()
        outcome = record.outcome
        self._call.emit("outcome", handoff=record.id, result=outcome.result, phase=outcome.phase)
        if part := part_of(self._call, record, self.whisper.brief):
            self._call.emit("human_part", **part)
        self._ear.apply()
        self._changed()

    def _entered(self, state: State) -> None:
        self.pose(state)
        self.moving.entered(state)
        if state is State.CONNECTED:
            self.release.plan()
        if state is State.RETURNED:
            self.back_s = self._call.now_s()
        if state is State.WRAP_UP and self.live:
            self.survey.begin(self.live.entered[-1].event)

    def pose(self, state: State | None) -> None:
        """Tell the worker what to do alone, should this process die."""
        settings = self._call.settings.handoff
        posture = c.Posture(
            orphan="keep" if state in (State.CONNECTED, State.RELEASING) else "fallback",
            apology=self._apology,
            failsafe_uri=settings.failsafe_uri,
            grace_s=settings.orphan_grace_s,
        )
        if posture != self._posture:
            self._posture = posture
            self._call.ua.send(posture)

    def moved(self) -> None:
        """The user agent is another one: it has been told nothing yet."""
        self._posture = None
        self.pose(self.state)

"""One conversation, from the caller's INVITE to its record: one inbox, one consumer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import structlog

from asr.types import Partial, StreamEvent
from bridge.app import messages as m
from bridge.app.call import Call, Desk
from bridge.app.ear import Ear
from bridge.app.handoff import FAREWELL, REFERS, TIMER, Handoff
from bridge.app.listening import AsrPool, Listening
from bridge.app.voicebot import TIMER as BOT_TIMER
from bridge.app.voicebot import Voicebot
from bridge.app.watch import ZERO_TIMER, Watch
from bridge.app.whispering import Whisper
from bridge.core.redaction import redact
from bridge.model.botscript import BotScript
from bridge.model.brief import Brief
from bridge.model.cue import Escalation
from bridge.model.handoff import Event as H
from bridge.model.handoff import HandoffRecord, State
from bridge.model.record import RECORD_VERSION, ConversationRecord
from bridge.model.transcript import Speaker, Utterance
from sip import commands as c
from sip import events as e
from sip.agent import UserAgent
from sip.types import ANNOUNCE

log = structlog.get_logger()

FLUSH, CALLER_GONE, SILENT, FINISH = "flush", "caller_gone", "caller_silent", "finish"
NOTIFY_WAIT_S = 1.0
CALLER_SILENT_S = 60.0
MAX_HANDOFFS = 5
SPEAKERS = {"caller": Speaker.CALLER, "bot": Speaker.BOT, "agent": Speaker.AGENT}


class Closed:
    """The user agent's events have ended."""


class Conversation:
    """Build it on the event that announces the call, then `await run()` for its record."""

    def __init__(
        self,
        ua: UserAgent,
        events: AsyncIterator[e.Event],
        incoming: e.CallIncoming,
        desk: Desk,
        pool: AsrPool,
        *,
        id: str,
        tasks: asyncio.TaskGroup,
        script: BotScript | None = None,
        strict: bool = False,
        apology: str | None = None,
        on_token: Callable[[str], None] = lambda token: None,
    ) -> None:
        self.call = Call(id=id, ua=ua, desk=desk, tasks=tasks, started=incoming.at)
        self.call.caller_id = incoming.from_uri.partition(":")[2].partition("@")[0]
        self.call.headers = dict(incoming.headers)
        self._incoming, self._strict, self._on_token = incoming, strict, on_token
        self._events = events
        self.over = asyncio.Event()
        self._pool = pool
        self._apology = apology
        self._started_at = desk.clock.utc()
        self._local_bot = desk.settings.bot.uri is None
        self._ear = Ear(self.call, local_bot=self._local_bot)
        self._watch = Watch(self.call, escalate=self.escalate, arm=self._armed)
        self._whisper = Whisper(self.call, self._whispered, lambda: self._mark("whisper_started"))
        self._bot = (
            Voicebot(
                self.call, script, spoke=self._bot_spoke, reprompted=self._watch.reprompted, leave=self._leave
            )
            if script and self._local_bot
            else None
        )
        self._collecting = False
        self._handoff: Handoff | None = None
        self._handoffs: list[HandoffRecord] = []
        self._listening = Listening(
            self.call, pool, hear=self._hear, glimpse=self._glimpse, voice=self._voiced, during=self._during
        )
        self._ended = ""
        self._closed = False
        self._last_posture: c.Posture | None = None
        self._flushing = False
        self._spoken = 0

    # -- life

    @property
    def brief(self) -> Brief | None:
        return self._whisper.brief

    @property
    def handoff_state(self) -> str | None:
        return self._handoff.state.value if self._handoff else None

    async def run(self) -> ConversationRecord:
        """Consume the inbox until the conversation is over; save and return its record."""
        call = self.call
        call.emit("started", caller=redact(call.caller_id), worker=call.ua.id)
        call.spawn("events", self._pump(call.ua, self._events))
        self._begin(self._incoming)
        while not self._over():
            message = await call.inbox.get()
            self._take(message)
        self.over.set()
        record = self._record()
        await call.desk.store.save(record)
        call.emit("ended", ended=record.ended, handoffs=[h.outcome.result for h in record.handoffs])
        return record

    def _begin(self, incoming: e.CallIncoming) -> None:
        self.call.legs.add(incoming.leg, "caller", self.call.at_s(incoming.at))
        self._last_posture = self._posture(None)
        self.call.ua.send(self._last_posture)
        self.call.ua.send(c.Answer(leg=incoming.leg))

    async def _pump(self, ua: UserAgent, events: AsyncIterator[e.Event]) -> None:
        async for event in events:
            if ua is self.call.ua:
                self.call.inbox.put_nowait(event)
        if ua is self.call.ua:
            self.call.inbox.put_nowait(Closed())  # type: ignore[arg-type]

    def _over(self) -> bool:
        return self._closed and (self._handoff is None or self._handoff.state.final)

    def _take(self, message: m.Message | Closed) -> None:
        match message:
            case e.LegAnswered():
                self._answered(message)
            case e.LegEnded():
                self._leg_ended(message)
            case e.LegLost():
                self._lost(message)
            case e.LegMedia():
                self._media(message)
            case e.LegRinging():
                self.call.emit("ringing", leg=message.leg)
                self._mark("ringing")
            case e.DtmfReceived():
                self._digit(message)
            case e.PlayStarted():
                if message.player == ANNOUNCE:
                    self._ear.lay(announcing=True)
                self._whisper.play_started(message)
            case e.PlayEnded():
                self._played(message)
            case e.TransferProgress():
                self._transferred(message)
            case e.TransferRequested():
                self._bot_refers(message)
            case e.StreamOpened():
                self._listening.opened(message)
            case e.StreamBroken():
                self._listening.broken(message)
            case StreamEvent():
                self._listening.take(message)
                self._finish_when_flushed()
            case m.Elapsed():
                if self.call.due(message):
                    self._elapsed(message.name)
            case e.CommandFailed():
                self._failed(message)
            case e.WorkerLost():
                self._worker_lost()
            case Closed():
                self._closed = True
            case _:
                self._told(message)

    def _told(self, message: m.Message) -> None:
        """Messages from outside the call: API, service, other conversations."""
        match message:
            case m.AsrLost():
                self._listening.worker_lost(message.worker)
            case m.BotReported():
                self.call.bot_state, self._collecting = message.state, message.collecting
                if self._handoff is None or self._handoff.state in (
                    State.CHOOSING,
                    State.WAITING,
                    State.DIALING,
                ):
                    self._whisper.renew()
            case m.Escalate():
                self.escalate(message.escalation)
            case m.Ordered():
                self._ordered(message)
            case m.Adopted():
                self._adopt(message)

    def _elapsed(self, name: str) -> None:
        match name:
            case "handoff":
                assert name == TIMER
                if self._handoff:
                    self._handoff.timed_out()
            case "farewell":
                assert name == FAREWELL
                if self._handoff:
                    self._handoff.farewell_over()
            case "zero":
                assert name == ZERO_TIMER
                self._watch.zero_stood_alone()
            case "bot_no_answer":
                assert name == BOT_TIMER
                if self._bot:
                    self._bot.timed_out()
            case "flush":
                self._finish()
            case "caller_gone":
                self._caller_gone()
            case "caller_silent":
                self._hang_up_caller("no audio from the caller")
            case _:
                self._listening.retry(name)

    # -- legs

    def _answered(self, event: e.LegAnswered) -> None:
        at_s = self.call.at_s(event.at)
        leg = self.call.legs.answered(event, at_s)
        if leg is None:
            return
        self.call.emit("answered", leg=event.leg, codec=event.codec)
        if leg.role == "caller":
            self._listening.start(leg.id, Speaker.CALLER)
            if self._handoff is None:
                self._start_bot()
        elif leg.role == "bot":
            self._listening.start(leg.id, Speaker.BOT)
        elif leg.role == "agent":
            self._agent_answered(leg.id, at_s)
        self._ear.apply()

    def _agent_answered(self, leg: str, at_s: float) -> None:
        handoff = self._handoff
        current = self.call.legs.get("agent")
        if handoff is None or handoff.state is not State.DIALING or current is None or current.id != leg:
            self.call.ua.send(c.Hangup(leg=leg, q850=26, text="completed elsewhere"))
            return
        self._listening.start(leg, Speaker.AGENT)
        handoff.attempts.answered(at_s)
        handoff.marks["agent_answered"] = at_s
        self._ear.lay(headset=bool(handoff.attempts.target and handoff.attempts.target.headset))
        handoff.fire(H.AGENT_ANSWERED)

    def _start_bot(self) -> None:
        if self._bot:
            self._bot.start()
        elif self.call.settings.bot.uri:
            self._dial_bot()
        else:
            self._escalate_bot_missing("no_bot_configured")

    def _dial_bot(self) -> None:
        settings = self.call.settings.bot
        assert settings.uri is not None
        leg = self.call.legs.next_id("bot")
        self.call.legs.add(leg, "bot", self.call.now_s())
        headers = [(name, value) for name, value in self._incoming.headers if name.lower().startswith("x-")]
        self.call.ua.send(
            c.Dial(
                leg=leg,
                uri=settings.uri,
                no_answer_s=settings.answer_within_s,
                caller_id=self.call.caller_id,
                headers=(*headers, ("X-Conversation-Id", self.call.id)),
            )
        )

    def _leg_ended(self, event: e.LegEnded) -> None:
        leg = self.call.legs.ended(event, self.call.at_s(event.at))
        if leg is None:
            return
        self.call.emit("leg_ended", leg=event.leg, status=event.cause.status, by_us=event.by_us)
        self._listening.stop(leg.id)
        if self._handoff:
            self._handoff.attempts.ended(event)
        if leg.role == "caller":
            referring = self._handoff is not None and self._handoff.state in REFERS
            if referring:  # the NOTIFY may come behind the BYE
                self.call.after(CALLER_GONE, NOTIFY_WAIT_S)
            else:
                self._caller_gone()
        elif leg.role == "agent":
            self._agent_ended(event)
        elif leg.role == "bot":
            self._bot_ended(event)
        self._ear.apply()
        self._close_when_alone()

    def _agent_ended(self, event: e.LegEnded) -> None:
        handoff = self._handoff
        if handoff is None or handoff.state.final or event.leg != self.call.legs.current.get("agent"):
            return
        handoff.farewell_over()
        if event.by_us and event.cause.status != 408:
            return  # our own doing; the table knows already
        if handoff.state is State.CONNECTED and self._return_after_hangup():
            handoff.fire(H.HAND_BACK)
        else:
            handoff.fire(H.AGENT_GONE if event.answered else H.AGENT_REFUSED)

    def _return_after_hangup(self) -> bool:
        return self.call.settings.handoff.after_agent_hangup == "bot"

    def _bot_ended(self, event: e.LegEnded) -> None:
        if event.by_us and event.cause.status != 408:
            return
        if self._handoff and not self._handoff.state.final:
            self._handoff.fire(H.BOT_GONE)
        elif event.answered:
            self._hang_up_caller("the bot ended the call")
        else:
            self._escalate_bot_missing("bot_unreachable")

    def _escalate_bot_missing(self, rule: str) -> None:
        self.escalate(
            Escalation(
                reason="bot_limit", rule=rule, quote="", score=1.0, at_s=self.call.now_s(), source="bridge"
            )
        )

    def _caller_gone(self) -> None:
        if self._bot:
            self._bot.pause()
        if self._handoff and not self._handoff.state.final:
            self._handoff.fire(H.CALLER_GONE)
        self._ended = self._ended or "caller_gone"
        self._close_when_alone()

    def _hang_up_caller(self, why: str) -> None:
        if leg := self.call.legs.get("caller"):
            self._ended = "completed"
            self.call.ua.send(c.Hangup(leg=leg.id, q850=16, text=why))

    def _lost(self, event: e.LegLost) -> None:
        leg = self.call.legs.all.get(event.leg)
        if leg is None or not leg.live:
            return
        leg.lost = True
        self.call.emit("leg_lost", leg=event.leg, silent_s=event.silent_s)
        if leg.role == "agent" and self._handoff:
            self._handoff.fire(H.AGENT_LOST)
            self.call.ua.send(c.Hangup(leg=leg.id, text="no media"))
        elif leg.role == "bot":
            self.call.ua.send(c.Hangup(leg=leg.id, text="no media"))
            if self._handoff is None:
                self._escalate_bot_missing("bot_lost")
        elif leg.role == "caller":
            self.call.after(SILENT, CALLER_SILENT_S)

    def _media(self, event: e.LegMedia) -> None:
        if leg := self.call.legs.all.get(event.leg):
            leg.remote_hold = event.remote_hold
            leg.lost = False
            self._ear.apply()

    def _failed(self, event: e.CommandFailed) -> None:
        log.warning("command failed", call=self.call.id, command=event.command, code=event.code)
        self.call.emit("fault", task=event.command, error=event.code)
        handoff = self._handoff
        if handoff and event.command in ("refer", "refer_replaces"):
            handoff.fire(H.TRANSFER_FAILED)
        leg = self.call.legs.all.get(event.leg or "")
        if event.command != "dial" or leg is None:
            return
        leg.ended_s, leg.reason = self.call.now_s(), event.code
        if leg.role == "bot":
            self._escalate_bot_missing("bot_unreachable")
        elif handoff and leg.id == self.call.legs.current.get("agent"):
            handoff.attempts.note("unreachable")
            handoff.fire(H.AGENT_REFUSED)

    # -- speech

    def _hear(self, utterance: Utterance) -> None:
        self.call.transcript = self.call.transcript.add(utterance)
        self.call.emit(
            "utterance", id=utterance.id, speaker=utterance.speaker, text=redact(utterance.text),
            start_s=utterance.start_s, end_s=utterance.end_s, during=utterance.during,
        )  # fmt: skip
        if self._handoff is None or self._handoff.state.final:
            self._watch.hear(utterance)
            if utterance.speaker is Speaker.CALLER and self._bot:
                self._bot.heard(utterance.text)
        elif utterance.speaker is Speaker.CALLER and self._handoff.state in (
            State.CHOOSING, State.WAITING, State.DIALING,
        ):  # fmt: skip
            self._whisper.renew()

    def _glimpse(self, speaker: Speaker, partial: Partial) -> None:
        self.call.emit("partial", speaker=speaker, words=len(partial.text.split()), stable=partial.stable)
        if speaker is not Speaker.CALLER or (self._handoff and not self._handoff.state.final):
            return
        if self._bot:
            self._bot.glimpsed()
        self._watch.glimpse(partial)

    def _voiced(self, speaker: Speaker, speaking: bool) -> None:
        self.call.emit("speech", speaker=speaker, speaking=speaking)

    def _during(self) -> str:
        state = self._handoff.state if self._handoff else None
        if state in (State.BRIEFING, State.OFFERED):
            return "whisper"
        if state in (
            State.CHOOSING,
            State.WAITING,
            State.DIALING,
            State.JOINING,
            State.REFERRING,
            State.SENDING,
        ):
            return "hold"
        return "dialogue"

    def _bot_spoke(self, text: str, seconds: float) -> None:
        self._spoken += 1
        now_s = self.call.now_s()
        self._hear(
            Utterance(
                id=f"b{self._spoken}",
                speaker=Speaker.BOT,
                text=text,
                start_s=now_s,
                end_s=round(now_s + seconds, 3),
            )
        )

    def _leave(self) -> None:
        self._hang_up_caller("the bot ended the call")

    def _digit(self, event: e.DtmfReceived) -> None:
        leg = self.call.legs.all.get(event.leg)
        role = leg.role if leg else ""
        if role == "caller":
            if self._bot:
                self._bot.keyed(event.digit)
            if self._handoff is None or self._handoff.state.final:
                collecting = self._bot.collecting if self._bot else self._collecting
                self._watch.digit(event.digit, collecting=collecting)
        elif role == "agent" and event.leg == self.call.legs.current.get("agent") and self._handoff:
            self.call.emit("agent_key", key=event.digit)
            self._handoff.pressed(event.digit)

    def _played(self, event: e.PlayEnded) -> None:
        if event.player == ANNOUNCE:
            self._ear.lay(announcing=False)
        if event.tag == FAREWELL and self._handoff:
            self._handoff.farewell_over()
        if self._bot:
            self._bot.play_ended(event)
        self._whisper.play_ended(event)

    # -- the handoff

    def _armed(self, escalation: Escalation) -> None:
        """A request may be coming: start the brief, and let the voice be ready."""
        self.call.emit("armed", rule=escalation.rule)
        self._whisper.prepare(escalation)

    def escalate(self, escalation: Escalation) -> None:
        """One handoff at a time, however often a cue fires; an explicit request is never held back."""
        busy = self._handoff is not None and not self._handoff.state.final
        guarded = len(self._handoffs) >= MAX_HANDOFFS and not escalation.explicit
        if busy or guarded or self.call.legs.up("caller") is None:
            self.call.emit("escalation_ignored", rule=escalation.rule, why="busy" if busy else "guard")
            return
        self.call.emit(
            "escalation", reason=escalation.reason, rule=escalation.rule, quote=escalation.quote,
            score=escalation.score, source=escalation.source, explicit=escalation.explicit,
        )  # fmt: skip
        if self._bot:
            self._bot.pause()
        self._whisper.prepare(escalation)
        number = len(self._handoffs) + 1
        self._handoff = Handoff(
            self.call,
            self._ear,
            self._whisper,
            escalation,
            id=f"{self.call.id}-h{number}",
            strict=self._strict,
            return_to_bot=self._return_to_bot,
            done=self._handoff_done,
            entered=self._posed,
            on_token=self._on_token,
        )
        self._whisper.announce(self.call.settings.words.transferring)
        self._handoff.begin()

    def _mark(self, name: str) -> None:
        if self._handoff:
            self._handoff.mark(name)

    def _whispered(self) -> None:
        handoff = self._handoff
        if handoff is None or handoff.state is not State.BRIEFING:
            return
        handoff.fire(H.WHISPER_ENDED)
        target = handoff.attempts.target
        if target and target.auto_accept:
            handoff.accept()

    def _transferred(self, event: e.TransferProgress) -> None:
        self.call.emit("transfer_progress", status=event.status, final=event.final)
        handoff = self._handoff
        if handoff is None or not event.final:
            return
        self._mark("refer_done")
        returned = handoff.state is State.SENDING and handoff.returned
        if event.status < 300 and not returned:
            handoff.fire(H.TRANSFER_SUCCEEDED)
        else:
            handoff.fire(H.TRANSFER_FAILED)

    def _bot_refers(self, event: e.TransferRequested) -> None:
        user = event.target.partition(":")[2].partition("@")[0]
        allowed = user if user in self.call.settings.bot.refer_targets else None
        self.escalate(
            Escalation(
                reason="bot_limit", rule="bot_refer", quote="", score=1.0, at_s=self.call.now_s(),
                source="bot_refer", explicit=True, target=allowed,
            )
        )  # fmt: skip

    def _ordered(self, order: m.Ordered) -> None:
        handoff = self._handoff
        if handoff is None or handoff.state.final:
            return
        if order.event in (H.ACCEPTED_CONFERENCE, H.ACCEPTED_REFER):
            if handoff.state in (State.BRIEFING, State.OFFERED):
                handoff.accept()
            return
        handoff.disposition = order.disposition or handoff.disposition
        handoff.note = order.note or handoff.note
        if handoff.can(order.event):
            handoff.fire(order.event)
        else:
            self.call.emit("order_refused", event=order.event, state=handoff.state)

    def _return_to_bot(self, state: State) -> None:
        """FAILED and DISMISSED tell the caller why; a lost SIP bot is dialled again with the context."""
        if self.call.legs.get("caller") is None:
            return
        self.call.ua.send(c.Stop(player=ANNOUNCE))
        words = self.call.settings.words
        told = {State.FAILED: words.failed, State.DISMISSED: words.dismissed}.get(state, "")
        if self._bot:
            self._bot.resume(told)
        else:
            if told:
                self._whisper.announce(told)
            if self.call.legs.get("bot") is None:
                self._bring_back_bot()

    def _bring_back_bot(self) -> None:
        settings = self.call.settings
        redialled = sum(leg.role == "bot" for leg in self.call.legs.all.values())
        caller = self.call.legs.up("caller")
        if settings.bot.uri and redialled < 3:
            self._dial_bot()
        elif settings.handoff.failsafe_uri and caller:
            self.call.ua.send(c.Refer(leg=caller.id, target=settings.handoff.failsafe_uri))
        else:
            self._whisper.announce(settings.words.goodbye)
            self.call.after(SILENT, 6.0)

    def _handoff_done(self, record: HandoffRecord) -> None:
        self._handoffs.append(record)
        if self._handoff:
            self._handoff.attempts.release()
        self.call.emit("outcome", handoff=record.id, result=record.outcome.result, phase=record.outcome.phase)
        if record.outcome.result.startswith("transferred"):
            self._ended = "transferred"
        self._ear.apply()
        self._close_when_alone()

    def _adopt(self, message: m.Adopted) -> None:
        """A blind transfer came back as a new INVITE on another worker: the conversation moves there."""
        old = self.call.ua
        self.call.legs.retire("caller")
        for leg in list(self.call.legs.all.values()):
            if leg.live:
                leg.ended_s, leg.reason, leg.by_us = self.call.now_s(), "moved to another worker", True
        self.call.ua = message.ua
        self._ear.forget()
        self.call.spawn("events", self._pump(message.ua, message.events))
        self._begin(message.incoming)
        old.send(c.Finish(reason="caller returned elsewhere"))
        if self._handoff:
            self._handoff.returned = True
            self._handoff.fire(H.CALLER_RETURNED)

    # -- the end

    def _posed(self, state: State) -> None:
        """Tell the worker what to do alone, should this process die."""
        posture = self._posture(state)
        if posture != self._last_posture:
            self._last_posture = posture
            self.call.ua.send(posture)

    def _posture(self, state: State | None) -> c.Posture:
        handoff = self.call.settings.handoff
        keep = state in (State.CONNECTED, State.RELEASING)
        return c.Posture(
            orphan="keep" if keep else "fallback",
            apology=self._apology,
            failsafe_uri=handoff.failsafe_uri,
            grace_s=handoff.orphan_grace_s,
        )

    def _close_when_alone(self) -> None:
        """The caller is gone and nobody else is owed anything: flush the last words, then finish."""
        handoff = self._handoff
        if self.call.legs.get("caller") is not None or self._flushing:
            return
        if handoff and not handoff.state.final and handoff.state is not State.WRAP_UP:
            return
        for role in ("bot", "agent"):
            leg = self.call.legs.get(role)
            if leg and not (handoff and handoff.bidding_farewell):
                self.call.ua.send(c.Hangup(leg=leg.id, q850=16, text="caller gone"))
            if leg:
                return
        self._flushing = True
        self.call.after(FLUSH, self.call.settings.handoff.flush_timeout_s)
        self._finish_when_flushed()

    def _finish_when_flushed(self) -> None:
        if self._flushing and self._listening.flushed:
            self._finish()

    def _finish(self) -> None:
        self.call.cancel(FLUSH)
        self._flushing = True
        self.call.ua.send(c.Finish())

    def _worker_lost(self) -> None:
        now_s = self.call.now_s()
        for leg in self.call.legs.all.values():
            if leg.live:
                leg.ended_s, leg.reason = now_s, "worker lost"
        self._ended = "worker_lost"
        self._closed = True
        if self._handoff and not self._handoff.state.final:
            self._handoffs.append(self._handoff.record())
            self._handoff.attempts.release()
            self._handoff = None
        if self._bot:
            self._bot.pause()

    def _record(self) -> ConversationRecord:
        brief = self._whisper.brief
        return ConversationRecord(
            v=RECORD_VERSION,
            id=self.call.id,
            started_at=self._started_at,
            seconds=self.call.now_s(),
            ended=self._ended or "completed",
            caller=self._incoming.from_uri,
            called=self._incoming.to_uri,
            headers=self.call.headers,
            worker=self.call.ua.id,
            asr=self._pool.describe(),
            legs=self.call.legs.records(),
            transcript=tuple(replace(u, text=redact(u.text)) for u in self.call.transcript.utterances),
            gaps=self.call.transcript.gaps,
            flush_incomplete=self._listening.unflushed(),
            cues=tuple(self.call.cues),
            bot_state=self.call.bot_state,
            brief=brief,
            handoffs=tuple(self._handoffs),
            absorbed=sum(h.absorbed for h in self._handoffs),
        )

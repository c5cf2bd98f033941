"""One conversation, from the caller's INVITE to its record: one inbox, one consumer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from asr.types import Partial, StreamEvent
from bridge.app import messages as m
from bridge.app.bot_escalates import bot_missing, bot_refers
from bridge.app.bot_side import BotSide
from bridge.app.call import Call, Desk
from bridge.app.called_back import dial_back, remember
from bridge.app.controls import Controls
from bridge.app.ear import Ear
from bridge.app.handoffs import Handoffs
from bridge.app.lines import Lines
from bridge.app.listening import AsrPool, Listening
from bridge.app.orders import Orders
from bridge.app.profile import user_of
from bridge.app.recorded import record_of
from bridge.app.telling import Telling
from bridge.app.watch import Watch
from bridge.core.redaction import redact
from bridge.model.botscript import BotScript
from bridge.model.brief import Brief
from bridge.model.callback import Callback
from bridge.model.record import ConversationRecord
from bridge.model.transcript import Speaker, Utterance
from sip import commands as c
from sip import events as e
from sip.agent import UserAgent
from sip.types import ANNOUNCE, VOICE


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
        callback: Callback | None = None,
        strict: bool = False,
        apology: str | None = None,
        on_token: Callable[[str], None] = lambda token: None,
    ) -> None:
        self.call = call = Call(id=id, ua=ua, desk=desk, tasks=tasks, started=incoming.at)
        call.caller_id = callback.number if callback else user_of(incoming.from_uri)
        call.headers = dict(incoming.headers)
        self._incoming, self._events, self._pool = incoming, events, pool
        self._callback = callback
        self._telling = Telling(call)
        self.started_at, self.over = desk.clock.utc(), asyncio.Event()
        self.bot = BotSide(
            call, script, incoming.headers, hear=self._hear, asked=self._asked,
            reprompted=lambda: self._watch.reprompted(),
            hang_up_caller=lambda why: self.lines.hang_up_caller(why),
            announce=lambda text: self.handoffs.whisper.announce(text), missing=self._bot_missing,
        )  # fmt: skip
        self.ear = Ear(call, local_bot=self.bot.local)
        self.handoffs = Handoffs(
            call, self.ear, self.bot, strict=strict, apology=apology, on_token=on_token,
            changed=lambda: self.lines.close_when_alone(),
        )  # fmt: skip
        self._orders = Orders(call, self.handoffs)
        self.controls = Controls(call, self.ear, self.handoffs, lambda: self.brief)
        self._watch = Watch(call, self.handoffs, self.bot)
        self._listening = Listening(
            call, pool, hear=self._hear, glimpse=self._glimpse, voice=self._voiced,
            noticed=self.handoffs.agent.noticed, during=self.controls.during,
        )  # fmt: skip
        self.lines = Lines(
            call, self.ear, self._listening, self.bot, self.handoffs, self._bot_missing,
            self._caller_answered,
        )  # fmt: skip

    @property
    def brief(self) -> Brief | None:
        return self.handoffs.whisper.brief

    # -- life

    async def run(self) -> ConversationRecord:
        """Consume the inbox until the conversation is over; save and return its record."""
        call = self.call
        call.desk.store.begin(self._record())
        exact = {"monotonic": call.started} if self._telling.plainly else {}
        call.emit("started", caller=redact(call.caller_id), worker=call.ua.id, **exact)
        call.spawn("events", self._pump(call.ua, self._events))
        self.handoffs.customer.ask()
        self._begin(self._incoming)
        while not (self.lines.closed and self.handoffs.live is None):
            self._take(await call.inbox.get())
            self.controls.follow()
        self.handoffs.customer.close()
        record = self._record()
        await call.desk.store.save(record)
        call.desk.browsers.forget(call.id)
        self.over.set()
        call.emit("ended", ended=record.ended, handoffs=[h.outcome.result for h in record.handoffs])
        return record

    def _begin(self, incoming: e.CallIncoming) -> None:
        self.call.legs.add(incoming.leg, "caller", self.call.at_s(incoming.at))
        self.handoffs.moved()
        if self._callback is None:
            self.call.ua.send(c.Answer(leg=incoming.leg))
        else:
            remember(self.call, self._callback)
            self.call.ua.send(dial_back(self.call, self._callback, incoming.leg))

    def _caller_answered(self) -> None:
        """The bot welcomes him; one who is called back gets the agent he has waited for."""
        if self._callback is None:
            self.bot.start()
            return
        self.handoffs.escalate(replace(self._callback.escalation, at_s=self.call.now_s(), source="callback"))

    async def _pump(self, ua: UserAgent, events: AsyncIterator[e.Event]) -> None:
        async for event in events:
            if ua is self.call.ua:
                self.call.desk.browsers.note(self.call.id, event)
                self.call.inbox.put_nowait(event)
        if ua is self.call.ua:
            self.call.inbox.put_nowait(Closed())  # type: ignore[arg-type]

    def _take(self, message: m.Message | Closed) -> None:
        match message:
            case e.LegAnswered():
                self.lines.answered(message)
            case e.LegEnded():
                self.lines.leg_ended(message)
            case e.LegLost():
                self.lines.lost(message)
            case e.LegMedia():
                self.lines.media(message)
            case e.LegRinging():
                self.call.emit("ringing", leg=message.leg)
                self.handoffs.mark("ringing")
            case e.DtmfReceived():
                self._digit(message)
            case e.PlayStarted() | e.PlayEnded():
                self._played(message)
            case e.TransferProgress():
                self.handoffs.transferred(message)
            case e.TransferRequested():
                self._bot_refers(message)
            case e.StreamOpened():
                self._listening.opened(message)
            case e.StreamBroken():
                self._listening.broken(message)
            case StreamEvent():
                self._listening.take(message)
                self.lines.finish_when_flushed()
            case e.CommandFailed():
                self.lines.failed(message)
            case e.WorkerLost():
                self.lines.worker_lost()
            case Closed():
                self.lines.closed = True
            case m.Elapsed():
                if self.call.due(message):
                    self._elapsed(message.name)
            case _:
                self._told(message)

    def _told(self, message: m.Message) -> None:
        """Messages from outside the call: API, service, other conversations."""
        match message:
            case m.AsrLost():
                self._listening.worker_lost(message.worker)
            case m.BotReported():
                self.call.bot_state = message.state
                self.bot.reports(message.collecting)
                self._listening.expect(message.expects or ("digits" if message.collecting else ""))
                if not self.handoffs.busy:
                    self._watch.reported(message.state)
                self.handoffs.renew_brief()
            case m.Escalate() | m.Ordered():
                self._orders.obey(message)
            case m.Commanded():
                message.answer(self._orders.answer(message))
            case m.Controlled():
                message.answer(self.controls.obey(message))
            case m.Draining():
                self.handoffs.release.drain()
            case m.Adopted():
                self._adopt(message)

    def _elapsed(self, name: str) -> None:
        match name:
            case "handoff" | "farewell" | "release" | "queue" | "person" | "survey":
                self.handoffs.elapsed(name)
            case "leave":
                self.lines.hang_up_caller("to be called back")
            case "assist":
                self.controls.assisting.elapsed()
            case "zero" | "quiet":
                self._watch.elapsed(name)
            case "bot_no_answer":
                if self.bot.voicebot:
                    self.bot.voicebot.timed_out()
            case "flush":
                self.lines.finish()
            case "caller_gone":
                self.lines.caller_gone()
            case "caller_silent":
                self.lines.hang_up_caller("no audio from the caller")
            case _:
                self._listening.retry(name)

    # -- speech, keys, clips

    def _hear(self, utterance: Utterance) -> None:
        self.call.transcript = self.call.transcript.add(utterance)
        self.controls.assisting.hear(self._telling.utterance(utterance))
        held = utterance.speaker is Speaker.BOT and self._caller_holds
        if not utterance.addressed or held or self.handoffs.survey.heard(utterance):
            return
        if not self.handoffs.busy:
            self._watch.hear(utterance, self.bot.heard)
        elif self.handoffs.live and utterance.speaker is Speaker.CALLER:
            self.handoffs.live.waiting.heard(utterance.text)
            self.handoffs.renew_brief()

    def _glimpse(self, speaker: Speaker, partial: Partial) -> None:
        self._telling.partial(speaker, partial)
        if speaker is not Speaker.CALLER or self.handoffs.busy or self._caller_holds:
            return
        if self.bot.voicebot:
            self.bot.voicebot.glimpsed()
        self._watch.glimpse(partial)

    @property
    def _caller_holds(self) -> bool:
        """Then his words are music, and a bot that asks again asks nobody."""
        caller = self.call.legs.get("caller")
        return caller is not None and caller.remote_hold

    def _voiced(self, speaker: Speaker, speaking: bool) -> None:
        self.call.emit("speech", speaker=speaker, speaking=speaking)
        self.controls.assisting.voiced(speaker, speaking)
        if speaker is Speaker.CALLER:
            self.lines.caller_heard()

    def _digit(self, event: e.DtmfReceived) -> None:
        leg = self.call.legs.all.get(event.leg)
        if leg and leg.role == "agent":
            self.handoffs.agent.pressed(leg.id, event.digit)
        elif leg and leg.role == "caller" and not self.handoffs.survey.pressed(event.digit):
            collecting = self.bot.collecting
            if self.bot.voicebot:
                self.bot.voicebot.keyed(event.digit)
            if not self.handoffs.busy:
                self._watch.digit(event.digit, collecting=collecting)
            elif self.handoffs.live:
                self.handoffs.live.waiting.pressed(event.digit)

    def _played(self, event: e.PlayStarted | e.PlayEnded) -> None:
        if event.player == VOICE:
            begins = isinstance(event, e.PlayStarted)
            self._listening.voices.turn(Speaker.BOT, begins, self.call.at_s(event.at))
        if event.player == ANNOUNCE:
            self.ear.lay(announcing=isinstance(event, e.PlayStarted))
        if isinstance(event, e.PlayStarted):
            self.handoffs.whisper.play_started(event)
            return
        if event.tag in ("farewell", "leave", "survey"):
            self._elapsed(event.tag)
        if self.bot.voicebot:
            self.bot.voicebot.play_ended(event)
        self.handoffs.whisper.play_ended(event)

    def _asked(self, kind: str) -> None:
        """The built-in bot's question; "" when it is answered."""
        self._listening.expect(kind)
        if not kind:
            self._watch.answered()

    # -- escalations

    def _adopt(self, message: m.Adopted) -> None:
        """A blind transfer came back as a new INVITE on another worker: the conversation moves there."""
        self.call.spawn("events", self._pump(message.ua, message.events))
        if not self.handoffs.may_return:  # an agent has accepted in this very moment
            message.ua.send(c.Hangup(leg=message.incoming.leg, status=480, text="no longer awaited"))
            message.ua.send(c.Finish(reason="caller not awaited"))
            return
        old = self.call.ua
        self.lines.move()
        self.call.ua = message.ua
        self._begin(message.incoming)
        old.send(c.Finish(reason="caller returned elsewhere"))
        self.handoffs.caller_returned()

    def _bot_missing(self, rule: str) -> None:
        self.handoffs.escalate(bot_missing(rule, self.call.now_s()))

    def _bot_refers(self, event: e.TransferRequested) -> None:
        targets = self.call.settings.bot.refer_targets
        self.handoffs.escalate(bot_refers(event.target, targets, self.call.now_s()))

    def _record(self) -> ConversationRecord:
        return record_of(
            self.call, self._incoming, started_at=self.started_at, ended=self.lines.ended,
            handoffs=tuple(self.handoffs.records), brief=self.brief, asr=self._pool.describe(),
            unflushed=self._listening.unflushed(), vault=self._telling.sealed(),
            holds_s=self.controls.holds_s, csat=self.handoffs.survey.score,
        )  # fmt: skip

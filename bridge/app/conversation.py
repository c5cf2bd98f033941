"""One conversation, from the caller's INVITE to its record: one inbox, one consumer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import structlog

from asr.types import Partial, StreamEvent
from bridge.app import messages as m
from bridge.app.bot_side import BotSide
from bridge.app.call import Call, Desk
from bridge.app.ear import Ear
from bridge.app.handoffs import Handoffs
from bridge.app.listening import AsrPool, Listening
from bridge.app.watch import Watch
from bridge.core.redaction import redact
from bridge.model.botscript import BotScript
from bridge.model.brief import Brief
from bridge.model.cue import Escalation
from bridge.model.record import RECORD_VERSION, ConversationRecord
from bridge.model.transcript import Speaker, Utterance
from sip import commands as c
from sip import events as e
from sip.agent import UserAgent
from sip.types import ANNOUNCE

log = structlog.get_logger()

FLUSH, CALLER_GONE, SILENT = "flush", "caller_gone", "caller_silent"
NOTIFY_WAIT_S = 1.0
CALLER_SILENT_S = 60.0
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
        self.call = call = Call(id=id, ua=ua, desk=desk, tasks=tasks, started=incoming.at)
        call.caller_id = incoming.from_uri.partition(":")[2].partition("@")[0]
        call.headers = dict(incoming.headers)
        self._incoming, self._events, self._pool = incoming, events, pool
        self._started_at = desk.clock.utc()
        self.over = asyncio.Event()
        self._ended, self._closed, self._flushing = "", False, False
        self._watch = Watch(call, escalate=self._escalate, arm=self._arm)
        self.bot = BotSide(
            call, script, incoming.headers, hear=self._hear, reprompted=self._watch.reprompted,
            hang_up_caller=self._hang_up_caller, announce=self._announce, missing=self._bot_missing,
        )  # fmt: skip
        self._ear = Ear(call, local_bot=self.bot.local)
        self.handoffs = Handoffs(
            call, self._ear, self.bot, strict=strict, apology=apology, on_token=on_token,
            changed=self._close_when_alone,
        )  # fmt: skip
        self._listening = Listening(
            call, pool, hear=self._hear, glimpse=self._glimpse, voice=self._voiced,
            during=self.handoffs.during,
        )  # fmt: skip

    @property
    def brief(self) -> Brief | None:
        return self.handoffs.whisper.brief

    # -- life

    async def run(self) -> ConversationRecord:
        """Consume the inbox until the conversation is over; save and return its record."""
        call = self.call
        call.desk.store.begin(self._record())
        call.emit("started", caller=redact(call.caller_id), worker=call.ua.id)
        call.spawn("events", self._pump(call.ua, self._events))
        self._begin(self._incoming)
        while not (self._closed and self.handoffs.live is None):
            self._take(await call.inbox.get())
        self.over.set()
        record = self._record()
        await call.desk.store.save(record)
        call.emit("ended", ended=record.ended, handoffs=[h.outcome.result for h in record.handoffs])
        return record

    def _begin(self, incoming: e.CallIncoming) -> None:
        self.call.legs.add(incoming.leg, "caller", self.call.at_s(incoming.at))
        self.handoffs.moved()
        self.call.ua.send(c.Answer(leg=incoming.leg))

    async def _pump(self, ua: UserAgent, events: AsyncIterator[e.Event]) -> None:
        async for event in events:
            if ua is self.call.ua:
                self.call.inbox.put_nowait(event)
        if ua is self.call.ua:
            self.call.inbox.put_nowait(Closed())  # type: ignore[arg-type]

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
                self._finish_when_flushed()
            case e.CommandFailed():
                self._failed(message)
            case e.WorkerLost():
                self._worker_lost()
            case Closed():
                self._closed = True
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
                self.bot.reports_collecting = message.collecting
                self.handoffs.renew_brief()
            case m.Escalate():
                self.handoffs.escalate(message.escalation)
            case m.Ordered():
                self.handoffs.order(message)
            case m.Adopted():
                self._adopt(message)

    def _elapsed(self, name: str) -> None:
        match name:
            case "handoff" | "farewell":
                self.handoffs.elapsed(name)
            case "zero":
                self._watch.zero_stood_alone()
            case "bot_no_answer":
                if self.bot.voicebot:
                    self.bot.voicebot.timed_out()
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
        if leg.role != "agent" or self.handoffs.agent_answered(leg.id, at_s):
            self._listening.start(leg.id, SPEAKERS[leg.role])
        if leg.role == "caller" and self.handoffs.current is None:
            self.bot.start()
        self._ear.apply()

    def _leg_ended(self, event: e.LegEnded) -> None:
        leg = self.call.legs.ended(event, self.call.at_s(event.at))
        if leg is None:
            return
        self.call.emit("leg_ended", leg=event.leg, status=event.cause.status, by_us=event.by_us)
        self._listening.stop(leg.id)
        if self.handoffs.current:
            self.handoffs.current.attempts.ended(event)
        if leg.role == "caller" and self.handoffs.referring:
            self.call.after(CALLER_GONE, NOTIFY_WAIT_S)  # the NOTIFY may come behind the BYE
        elif leg.role == "caller":
            self._caller_gone()
        elif leg.role == "agent":
            self.handoffs.agent_ended(event)
        elif leg.role == "bot":
            in_handoff = self.handoffs.live is not None
            if not event.by_us:
                self.handoffs.bot_gone()
            self.bot.ended(event, in_handoff=in_handoff)
        self._ear.apply()
        self._close_when_alone()

    def _caller_gone(self) -> None:
        self.bot.pause()
        self.handoffs.caller_gone()
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
        if leg.role == "agent":
            self.handoffs.agent_lost(leg.id)
        elif leg.role == "bot":
            self.call.ua.send(c.Hangup(leg=leg.id, text="no media"))
            if self.handoffs.live is None:
                self._bot_missing("bot_lost")
        elif leg.role == "caller":
            self.call.after(SILENT, CALLER_SILENT_S)

    def _media(self, event: e.LegMedia) -> None:
        if leg := self.call.legs.all.get(event.leg):
            leg.remote_hold, leg.lost = event.remote_hold, False
            if leg.role == "caller":
                self.call.cancel(SILENT)
            self._ear.apply()

    def _failed(self, event: e.CommandFailed) -> None:
        log.warning("command failed", call=self.call.id, command=event.command, code=event.code)
        self.call.emit("command_failed", command=event.command, code=event.code)
        if event.command in ("refer", "refer_replaces"):
            self.handoffs.refer_failed()
        leg = self.call.legs.all.get(event.leg or "")
        if event.command != "dial" or leg is None:
            return
        leg.ended_s, leg.reason = self.call.now_s(), event.code
        if leg.role == "bot":
            self._bot_missing("bot_unreachable")
        else:
            self.handoffs.dial_failed(leg.id)

    # -- speech, keys, clips

    def _hear(self, utterance: Utterance) -> None:
        self.call.transcript = self.call.transcript.add(utterance)
        self.call.emit(
            "utterance", id=utterance.id, speaker=utterance.speaker, text=redact(utterance.text),
            start_s=utterance.start_s, end_s=utterance.end_s, during=utterance.during,
        )  # fmt: skip
        if self.handoffs.live is None:
            self._watch.hear(utterance)
            if utterance.speaker is Speaker.CALLER and self.bot.voicebot:
                self.bot.voicebot.heard(utterance.text)
        elif utterance.speaker is Speaker.CALLER:
            self.handoffs.renew_brief()

    def _glimpse(self, speaker: Speaker, partial: Partial) -> None:
        self.call.emit("partial", speaker=speaker, words=len(partial.text.split()), stable=partial.stable)
        if speaker is not Speaker.CALLER or self.handoffs.live:
            return
        if self.bot.voicebot:
            self.bot.voicebot.glimpsed()
        self._watch.glimpse(partial)

    def _voiced(self, speaker: Speaker, speaking: bool) -> None:
        self.call.emit("speech", speaker=speaker, speaking=speaking)
        if speaker is Speaker.CALLER:
            self.call.cancel(SILENT)

    def _digit(self, event: e.DtmfReceived) -> None:
        leg = self.call.legs.all.get(event.leg)
        if leg and leg.role == "agent":
            self.handoffs.agent_pressed(leg.id, event.digit)
        elif leg and leg.role == "caller":
            collecting = self.bot.collecting
            if self.bot.voicebot:
                self.bot.voicebot.keyed(event.digit)
            if self.handoffs.live is None:
                self._watch.digit(event.digit, collecting=collecting)

    def _played(self, event: e.PlayStarted | e.PlayEnded) -> None:
        if event.player == ANNOUNCE:
            self._ear.lay(announcing=isinstance(event, e.PlayStarted))
        if isinstance(event, e.PlayStarted):
            self.handoffs.whisper.play_started(event)
            return
        if event.tag == "farewell":
            self.handoffs.elapsed(event.tag)
        if self.bot.voicebot:
            self.bot.voicebot.play_ended(event)
        self.handoffs.whisper.play_ended(event)

    def _announce(self, text: str) -> None:
        self.handoffs.whisper.announce(text)

    # -- escalations

    def _escalate(self, escalation: Escalation) -> None:
        self.handoffs.escalate(escalation)

    def _arm(self, escalation: Escalation) -> None:
        self.handoffs.arm(escalation)

    def _bot_missing(self, rule: str) -> None:
        at_s = self.call.now_s()
        self.handoffs.escalate(
            Escalation(reason="bot_limit", rule=rule, quote="", score=1.0, at_s=at_s, source="bridge")
        )

    def _bot_refers(self, event: e.TransferRequested) -> None:
        """A bot's REFER escalates, and reaches only users in `bot.refer_targets`."""
        user = event.target.partition(":")[2].partition("@")[0]
        self.handoffs.escalate(
            Escalation(
                reason="bot_limit", rule="bot_refer", quote="", score=1.0, at_s=self.call.now_s(),
                source="bot_refer", explicit=True,
                target=user if user in self.call.settings.bot.refer_targets else None,
            )
        )  # fmt: skip

    def _adopt(self, message: m.Adopted) -> None:
        """A blind transfer came back as a new INVITE on another worker: the conversation moves there."""
        old = self.call.ua
        for leg in self.call.legs.all.values():
            if leg.live:
                leg.ended_s, leg.reason, leg.by_us = self.call.now_s(), "moved to another worker", True
            self._listening.stop(leg.id)
        self.call.legs.retire("caller")
        self.call.ua = message.ua
        self._ear.forget()
        self.call.spawn("events", self._pump(message.ua, message.events))
        self._begin(message.incoming)
        old.send(c.Finish(reason="caller returned elsewhere"))
        self.handoffs.caller_returned()

    # -- the end

    def _close_when_alone(self) -> None:
        """The caller is gone and nobody else is owed anything: flush the last words, then finish."""
        if self.call.legs.get("caller") or self._flushing or self.handoffs.owes:
            return
        for role in ("bot", "agent"):
            if leg := self.call.legs.get(role):
                self.call.ua.send(c.Hangup(leg=leg.id, q850=16, text="caller gone"))
                return
        self._flushing = True
        self.call.after(FLUSH, self.call.settings.handoff.flush_timeout_s)
        self._finish_when_flushed()

    def _finish_when_flushed(self) -> None:
        if self._flushing and self._listening.flushed:
            self._finish()

    def _finish(self) -> None:
        self.call.cancel(FLUSH)
        self.call.ua.send(c.Finish())

    def _worker_lost(self) -> None:
        for leg in self.call.legs.all.values():
            if leg.live:
                leg.ended_s, leg.reason = self.call.now_s(), "worker lost"
        self._ended, self._closed = "worker_lost", True
        self.handoffs.interrupt()
        self.bot.pause()

    def _record(self) -> ConversationRecord:
        call, records = self.call, tuple(self.handoffs.records)
        transferred = bool(records) and records[-1].outcome.result.startswith("transferred")
        return ConversationRecord(
            v=RECORD_VERSION,
            id=call.id,
            started_at=self._started_at,
            seconds=call.now_s(),
            ended="transferred" if transferred else self._ended or "completed",
            caller=self._incoming.from_uri,
            called=self._incoming.to_uri,
            headers=call.headers,
            worker=call.ua.id,
            asr=self._pool.describe(),
            legs=call.legs.records(),
            transcript=tuple(replace(u, text=redact(u.text)) for u in call.transcript.utterances),
            gaps=call.transcript.gaps,
            flush_incomplete=self._listening.unflushed(),
            cues=tuple(call.cues),
            bot_state=call.bot_state,
            brief=self.brief,
            handoffs=records,
            absorbed=sum(h.absorbed for h in records),
        )

"""The legs of one conversation: what happens on them, until nobody is owed anything and all was heard."""

from collections.abc import Callable
from pathlib import Path

import structlog

from bridge.app.bot_side import BotSide
from bridge.app.call import Call
from bridge.app.ear import Ear
from bridge.app.handoffs import Handoffs
from bridge.app.listening import Listening
from bridge.model.transcript import Speaker
from sip import commands as c
from sip import events as e

log = structlog.get_logger()

FLUSH, CALLER_GONE, SILENT = "flush", "caller_gone", "caller_silent"
NOTIFY_WAIT_S = 1.0
CALLER_SILENT_S = 60.0
SUPERVISOR = "supervisor"
SPEAKERS = {"caller": Speaker.CALLER, "bot": Speaker.BOT, "agent": Speaker.AGENT}


class Lines:
    """`ended` is how the conversation ended, `closed` whether its user agent is gone."""

    def __init__(
        self,
        call: Call,
        ear: Ear,
        listening: Listening,
        bot: BotSide,
        handoffs: Handoffs,
        missing: Callable[[str], None],
        caller_answered: Callable[[], None],
    ) -> None:
        self._caller_answered = caller_answered
        self._call, self._ear, self._listening = call, ear, listening
        self._bot, self._handoffs, self._missing = bot, handoffs, missing
        self.ended, self.closed, self._flushing = "", False, False

    def caller_heard(self) -> None:
        """The caller's audio is back."""
        self._call.cancel(SILENT)

    def answered(self, event: e.LegAnswered) -> None:
        at_s = self._call.at_s(event.at)
        leg = self._call.legs.answered(event, at_s)
        if leg is None:
            return
        self._call.emit("answered", leg=event.leg, codec=event.codec)
        if leg.role == SUPERVISOR:  # neither recorded nor transcribed: `bridge.app.controls` does the rest
            return
        if self._call.settings.records.audio:
            self._call.ua.send(c.Record(leg=leg.id, path=str(self._recording(leg.id))))
        if leg.role != "agent" or self._handoffs.agent.answered(leg.id, at_s):
            self._listening.start(leg.id, SPEAKERS[leg.role])
        if leg.role == "caller" and self._handoffs.current is None:
            self._caller_answered()
        self._ear.apply()

    def _recording(self, leg: str) -> Path:
        """What a leg says, and nothing of what it hears: a whisper is in no recording."""
        records = self._call.settings.records.dir
        return records / "audio" / self._call.id / f"{leg}.wav"

    def leg_ended(self, event: e.LegEnded) -> None:
        leg = self._call.legs.ended(event, self._call.at_s(event.at))
        if leg is None:
            return
        self._call.emit("leg_ended", leg=event.leg, status=event.cause.status, by_us=event.by_us)
        self._listening.stop(leg.id)
        if self._handoffs.current:
            self._handoffs.current.attempts.ended(event)
        if leg.role == "caller" and self._handoffs.referring:
            self._call.after(CALLER_GONE, NOTIFY_WAIT_S)  # the NOTIFY may come behind the BYE
        elif leg.role == "caller":
            self.caller_gone(by_us=event.by_us)
        elif leg.role == "agent":
            self._handoffs.agent.ended(event)
        elif leg.role == "bot":
            in_handoff = self._handoffs.busy
            if not event.by_us:
                self._handoffs.bot_gone()
            self._bot.ended(event, in_handoff=in_handoff)
        self._ear.apply()
        self.close_when_alone()

    def caller_gone(self, *, by_us: bool = False) -> None:
        self._bot.pause()
        self._handoffs.caller_gone()
        self.ended = self.ended or ("completed" if by_us else "caller_gone")
        self.close_when_alone()

    def hang_up_caller(self, why: str) -> None:
        if leg := self._call.legs.get("caller"):
            self.ended = "completed"
            self._call.ua.send(c.Hangup(leg=leg.id, q850=16, text=why))

    def lost(self, event: e.LegLost) -> None:
        leg = self._call.legs.all.get(event.leg)
        if leg is None or not leg.live:
            return
        leg.lost = True
        self._call.emit("leg_lost", leg=event.leg, silent_s=event.silent_s)
        if leg.role == "agent":
            self._handoffs.agent.lost(leg.id)
        elif leg.role in ("bot", SUPERVISOR):
            self._call.ua.send(c.Hangup(leg=leg.id, text="no media"))
            if leg.role == "bot" and not self._handoffs.busy:
                self._missing("bot_lost")
        elif leg.role == "caller":
            self._call.after(SILENT, CALLER_SILENT_S)

    def media(self, event: e.LegMedia) -> None:
        if leg := self._call.legs.all.get(event.leg):
            leg.lost = False
            if leg.role == "caller":
                self._call.cancel(SILENT)
            if leg.held(event.remote_hold, self._call.at_s(event.at)):
                self._call.emit("remote_hold", leg=event.leg, held=event.remote_hold)
                if leg.role == "caller":
                    self._bot.caller_held(event.remote_hold)
            self._ear.apply()

    def failed(self, event: e.CommandFailed) -> None:
        log.warning("command failed", call=self._call.id, command=event.command, code=event.code)
        self._call.emit("command_failed", command=event.command, code=event.code)
        if event.command in ("refer", "refer_replaces"):
            self._handoffs.refer_failed()
        leg = self._call.legs.all.get(event.leg or "")
        if event.command not in ("dial", "ring_browser") or leg is None:
            return
        leg.ended_s, leg.reason = self._call.now_s(), event.code
        if leg.role == "bot":
            self._missing("bot_unreachable")
        elif leg.role == "agent":
            self._handoffs.agent.dial_failed(leg.id)

    # -- the end

    def close_when_alone(self) -> None:
        """The caller is gone and nobody else is owed anything: flush the last words, then finish."""
        if self._call.legs.get("caller") or self._flushing or self._handoffs.owes:
            return
        if left := [leg for role in ("bot", "agent", SUPERVISOR) for leg in self._call.legs.live(role)]:
            for leg in left:
                self._call.ua.send(c.Hangup(leg=leg.id, q850=16, text="caller gone"))
            return
        self._flushing = True
        self._call.after(FLUSH, self._call.settings.handoff.flush_timeout_s)
        self.finish_when_flushed()

    def finish_when_flushed(self) -> None:
        if self._flushing and self._listening.flushed:
            self.finish()

    def finish(self) -> None:
        self._call.cancel(FLUSH)
        self._call.ua.send(c.Finish())

    def worker_lost(self) -> None:
        cut = [leg for leg in self._call.legs.all.values() if leg.live]
        for leg in cut:
            leg.ended_s, leg.reason = self._call.now_s(), "worker lost"
        self.ended, self.closed = "worker_lost" if cut else self.ended, True
        self._handoffs.interrupt()
        self._bot.pause()

    def move(self) -> None:
        """The conversation goes on with another user agent; what stood on this one is over."""
        for leg in self._call.legs.all.values():
            if leg.live:
                leg.ended_s, leg.reason, leg.by_us = self._call.now_s(), "moved to another worker", True
            self._listening.stop(leg.id)
        self._call.legs.retire("caller")
        self._ear.forget()

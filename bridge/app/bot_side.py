"""The bot of one conversation: a SIP leg of its own, or the built-in one. Everything about it stands here."""

from collections.abc import Callable
from typing import Literal

from asr.itn.normalize import normalize
from bridge.app.call import Call
from bridge.app.voicebot import Voicebot
from bridge.model.botscript import BotScript
from bridge.model.handoff import State
from bridge.model.transcript import Speaker, Utterance
from sip import commands as c
from sip import events as e
from sip.types import ANNOUNCE, Header

REDIALS = 3
GOODBYE_S = 6.0


class BotSide:
    """`hear` gets what the built-in bot says; `missing` is called with why there is nobody to talk to."""

    def __init__(
        self,
        call: Call,
        script: BotScript | None,
        headers: tuple[Header, ...],
        *,
        hear: Callable[[Utterance], None],
        asked: Callable[[str], None],
        reprompted: Callable[[], None],
        hang_up_caller: Callable[[str], None],
        announce: Callable[[str], None],
        missing: Callable[[str], None],
    ) -> None:
        self._call, self._headers = call, headers
        self._hear, self._hang_up, self._announce, self._missing = hear, hang_up_caller, announce, missing
        self.local = call.settings.bot.uri is None
        self.voicebot = (
            Voicebot(call, script, spoke=self._spoke, asked=asked, reprompted=reprompted, leave=self._leave)
            if script and self.local
            else None
        )
        self.reports_collecting: bool | Literal["card"] = False
        self.asked_to_put_through = False
        self._spoken = 0
        self._owed: str | None = None
        """with what words the built-in bot goes on once the caller hears it again"""

    @property
    def collecting(self) -> bool:
        """Digits are the bot's now, so a 0 among them is no request for a person."""
        return self.voicebot.collecting if self.voicebot else bool(self.reports_collecting)

    def reports(self, collecting: bool | Literal["card"]) -> None:
        """What a bot of its own says it takes: digits, those of a card, or none."""
        if collecting == "card" and self.reports_collecting != "card":
            self._call.redactor.expect("card number")
        self.reports_collecting = collecting

    def start(self) -> None:
        if self.voicebot:
            self.voicebot.start()
        elif self._call.settings.bot.uri:
            self._dial()
        else:
            self._missing("no_bot_configured")

    def pause(self) -> None:
        """A SIP bot is held by mixer edges alone; the built-in one falls silent."""
        self._owed = None
        if self.voicebot:
            self.voicebot.pause()

    def caller_held(self, held: bool) -> None:
        """The caller's telephone holds us: the built-in bot waits, and then asks its open question again."""
        if self.voicebot is None:
            return
        if held and self.voicebot.active:
            self.voicebot.pause()
            self._owed = ""
        elif not held and self._owed is not None:
            told, self._owed = self._owed, None
            self.voicebot.resume(told)

    def heard(self, text: str) -> None:
        """The caller's words, for the built-in bot to take as its answer."""
        if self.voicebot:
            self.voicebot.heard(text)

    def ask_to_put_through(self) -> bool:
        """Have the built-in bot ask whether the caller wants a person. False: a SIP bot speaks for itself."""
        if self.voicebot is None or not self.voicebot.active:
            return False
        self.voicebot.put(self._call.settings.words.put_through)
        self.asked_to_put_through = True
        return True

    def carry_on(self) -> None:
        """The caller said no to it: back to the open question."""
        self.asked_to_put_through = False
        if self.voicebot:
            self.voicebot.resume(self._call.settings.words.dismissed)

    def take_back(self, state: State) -> None:
        """The caller is the bot's again: FAILED and DISMISSED tell why; a lost SIP bot is dialled again."""
        if self._call.legs.get("caller") is None:
            return
        self._call.ua.send(c.Stop(player=ANNOUNCE))
        words = self._call.settings.words
        told = {State.FAILED: words.failed, State.DISMISSED: words.dismissed}.get(state, "")
        if self.voicebot:
            caller = self._call.legs.get("caller")
            if caller and caller.remote_hold:
                self._owed = told
            else:
                self.voicebot.resume(told)
            return
        if told:
            self._announce(told)
        if self._call.legs.get("bot") is None:
            self._bring_back()

    def ended(self, event: e.LegEnded, *, in_handoff: bool) -> None:
        """Its leg is over: a clean BYE outside a handoff ends the call, as if the bot had hung up."""
        if (event.by_us and event.cause.status != 408) or in_handoff:
            return
        if event.answered:
            self._leave()
        else:
            self._missing("bot_unreachable")

    def _dial(self) -> None:
        settings = self._call.settings.bot
        assert settings.uri is not None
        leg = self._call.legs.next_id("bot")
        self._call.legs.add(leg, "bot", self._call.now_s())
        passed_on = tuple((name, value) for name, value in self._headers if name.lower().startswith("x-"))
        self._call.ua.send(
            c.Dial(
                leg=leg,
                uri=settings.uri,
                no_answer_s=settings.answer_within_s,
                caller_id=self._call.caller_id,
                headers=(*passed_on, ("X-Conversation-Id", self._call.id)),
            )
        )

    def _bring_back(self) -> None:
        """Redial it with the conversation's id; after that, the failsafe, and last a goodbye."""
        settings = self._call.settings
        dialled = sum(leg.role == "bot" for leg in self._call.legs.all.values())
        caller = self._call.legs.up("caller")
        if settings.bot.uri and dialled < REDIALS:
            self._dial()
        elif settings.handoff.failsafe_uri and caller:
            self._call.ua.send(c.Refer(leg=caller.id, target=settings.handoff.failsafe_uri))
        else:
            self._announce(settings.words.goodbye)
            self._call.after("caller_silent", GOODBYE_S)

    def _spoke(self, text: str, seconds: float) -> None:
        self._spoken += 1
        now_s = self._call.now_s()
        self._hear(
            Utterance(
                id=f"b{self._spoken}",
                speaker=Speaker.BOT,
                text=text,
                normalized=normalize(text, self._call.settings.asr.language),
                start_s=now_s,
                end_s=round(now_s + seconds, 3),
            )
        )

    def _leave(self) -> None:
        self._hang_up("the bot ended the call")

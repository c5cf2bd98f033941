"""The built-in bot: walks a script of prompts and slots, with re-prompts and barge-in, spoken by the TTS.

It is deliberately plain: a product to run without a third system, not an AI agent.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from bridge.app.call import Call
from bridge.model.bot import Action, Authentication
from bridge.model.botscript import Ask, BotScript
from sip.commands import Play, Stop
from sip.events import PlayEnded
from sip.types import VOICE

TIMER = "bot_no_answer"
KEPT = "*"
"""what is kept of a digit of a card: that there was one"""
YES = re.compile(r"\b(yes|yeah|yep|sure|correct|right|please do|ok(ay)?)\b", re.I)
NO = re.compile(r"\b(no|nope|not|don't|wrong)\b", re.I)
SPOKEN_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip


class Voicebot:
    """`spoke(text, seconds)` for each prompt said; `asked(kind)` for each question, "" when it is answered;
    `reprompted()` for each failed try; `leave()` hangs up."""

    def __init__(
        self,
        call: Call,
        script: BotScript,
        *,
        spoke: Callable[[str, float], None],
        asked: Callable[[str], None],
        reprompted: Callable[[], None],
        leave: Callable[[], None],
    ) -> None:
        self._call, self._script = call, script
        self._spoke, self._asked, self._reprompted, self._leave = spoke, asked, reprompted, leave
        self._index = 0
        self._tries = 0
        self._keyed = ""
        self._utterance = 0
        self._speaking: str | None = None
        self.active = False

    def start(self) -> None:
        self.active = True
        if self._script.intent:
            self._call.bot_state = replace(self._call.bot_state, intent=self._script.intent)
        self._step()

    def pause(self) -> None:
        """A handoff began: say nothing more until `resume`."""
        self.active = False
        self._asked("")
        self._call.cancel(TIMER)
        if self._speaking:
            self._speaking = None
            self._call.ua.send(Stop(player=VOICE))

    def resume(self, context: str = "") -> None:
        """The caller is back: say so, and go on with the open question."""
        self.active = True
        self._say(f"{context or self._script.resume}", then="step")

    def put(self, question: str) -> None:
        """Ask something in between; what was being said is said again by `resume`."""
        self._asked("yes_no")
        self._say(question, then="listen")

    @property
    def collecting(self) -> bool:
        ask = self._ask
        return self.active and ask is not None and ask.kind == "digits"

    @property
    def _ask(self) -> Ask | None:
        steps = self._script.steps
        return steps[self._index].ask if self._index < len(steps) else None

    def _step(self) -> None:
        """Walk on to the next step that speaks."""
        while self._index < len(self._script.steps):
            step = self._script.steps[self._index]
            if step.ask:
                self._tries, self._keyed = 0, ""
                self._asked(step.ask.kind)
                if step.ask.collect:
                    self._call.redactor.expect(f"{step.ask.collect} number")
                self._say(step.ask.prompt, then="listen")
                return
            self._index += 1
            if step.say:
                self._say(step.say, then="step")
                return
            if step.hang_up:
                self._leave()
                return
            action = Action(**step.act.model_dump()) if step.act else None
            self._know(action, step.limit, step.authenticated, step.open)

    def _know(
        self, action: Action | None, limit: str | None, authenticated: str | None, open_point: str | None
    ) -> None:
        state = self._call.bot_state
        if action:
            state = replace(state, actions=(*state.actions, action))
        if limit:
            state = replace(state, limits=(*state.limits, limit))
        if authenticated:
            status, _, method = authenticated.partition(":")
            state = replace(state, authentication=Authentication(status=status, method=method or None))
        if open_point:
            state = replace(state, open=open_point)
        self._call.bot_state = state

    def _say(self, text: str, *, then: str) -> None:
        self._call.cancel(TIMER)
        self._utterance += 1
        tag = f"{then}:{self._utterance}"
        self._speaking = tag

        async def speak() -> None:
            clip = await self._call.desk.tts.render(text, voice="bot")
            if self._speaking == tag:
                self._call.ua.send(Play(player=VOICE, path=str(clip.path), tag=tag))
                self._spoke(text, clip.seconds)

        self._call.spawn("voicebot", speak())

    # -- what comes in

    def play_ended(self, event: PlayEnded) -> None:
        if event.player != VOICE or event.tag != self._speaking:
            return
        self._speaking = None
        if event.tag.startswith("step"):
            self._step()
        elif ask := self._ask:
            self._call.after(TIMER, ask.no_answer_s)

    def glimpsed(self) -> None:
        """The caller is saying words while the bot talks: barge-in."""
        ask = self._ask
        if self.active and self._speaking and self._speaking.startswith("listen") and ask and ask.barge_in:
            self._speaking = None
            self._call.ua.send(Stop(player=VOICE))
        if self.active and ask and not self._speaking:
            self._call.after(TIMER, ask.no_answer_s)

    def heard(self, text: str) -> None:
        """A final of the caller's."""
        ask = self._ask
        if not self.active or ask is None or (self._speaking and not self._speaking.startswith("listen")):
            return
        value = self._value(ask, text)
        if value is None:
            self._try_again(ask)
        else:
            self._fill(ask, value)

    def keyed(self, digit: str) -> None:
        ask = self._ask
        if not self.active or ask is None or ask.kind != "digits":
            return
        if digit != "#":
            self._keyed += KEPT if ask.collect else digit
        self._call.after(TIMER, ask.no_answer_s)
        if digit == "#" or len(self._keyed) == ask.digits:
            self._fill(ask, self._keyed)

    def timed_out(self) -> None:
        ask = self._ask
        if self.active and ask:
            if self._keyed:
                self._fill(ask, self._keyed)
            else:
                self._try_again(ask)

    def _fill(self, ask: Ask, value: str) -> None:
        self._asked("")
        state = self._call.bot_state
        kept = f"[{ask.collect}]" if ask.collect else value
        self._call.bot_state = replace(state, slots={**state.slots, ask.slot: kept})
        self._index += 1
        self._step()

    def _try_again(self, ask: Ask) -> None:
        self._tries += 1
        self._reprompted()
        if not self.active:  # the re-prompt was one too many: a handoff took over
            return
        if self._tries >= ask.max_tries:
            self._asked("")
            self._know(None, f"could not understand the answer to: {ask.prompt}", None, None)
            self._index += 1
            self._step()
            return
        reprompt = ask.reprompts[min(self._tries, len(ask.reprompts)) - 1]
        self._say(reprompt.format(prompt=ask.prompt), then="listen")

    def _value(self, ask: Ask, text: str) -> str | None:
        match ask.kind:
            case "free":
                return text if len(text.split()) >= 2 else None
            case "digits":
                digits = _digits(text)
                return digits if digits and (ask.digits is None or len(digits) == ask.digits) else None
            case "yes_no":
                return "no" if NO.search(text) else "yes" if YES.search(text) else None
            case "choice":
                said = text.lower()
                return next(
                    (v for v, phrases in ask.choices.items() if any(p.lower() in said for p in phrases)), None
                )


def _digits(text: str) -> str:
    words = re.findall(r"\d|[a-z]+", text.lower())
    return "".join(w if w.isdigit() else SPOKEN_DIGITS.get(w, "") for w in words)

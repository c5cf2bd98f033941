"""Listens for the moment a human is needed. Arms on partials, acts on what is stable or final.

What is a sign, `CueTracker` knows; what a sign is worth, `Policy`. Here are the clock and the hands.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asr.types import Partial
from bridge.app.bot_side import BotSide
from bridge.app.call import Call
from bridge.app.handoffs import Handoffs
from bridge.core.cues.tracker import CueTracker
from bridge.core.grammar import Match
from bridge.core.policy import Context, Decision, Policy, open_at
from bridge.model.bot import BotState
from bridge.model.cue import Cue, CueKind, Escalation
from bridge.model.policy import Do
from bridge.model.transcript import Speaker, Utterance

ZERO_TIMER, QUIET_TIMER = "zero", "quiet"
ZERO_ALONE_S = 1.5
SETTLE_S = 0.2  # one more hop of the recognizer, or its guess at the end of the sentence


@dataclass(slots=True)
class Armed:
    """A phrase seen in a partial, waiting to survive."""

    utterance: int
    end: int


class Watch:
    """One conversation's. It escalates through `handoffs`, and asks the caller through the built-in bot.

    The built-in bot tells of its re-prompts and follows a script, so its words count as offers only.
    """

    def __init__(self, call: Call, handoffs: Handoffs, bot: BotSide) -> None:
        self._call, self._handoffs, self._bot = call, handoffs, bot
        self._tracker = CueTracker(call.desk.ears, hears_bot=bot.voicebot is None)
        self._policy = Policy(call.settings.policy)
        self._armed: Armed | None = None
        self._last_digit_s = -10.0
        self._acted_s = 0.0
        self._spoke_s = 0.0

    # -- speech

    def glimpse(self, partial: Partial) -> None:
        """A caller's partial: its stable words count, and a hit must survive 0.2 s of further audio."""
        self._spoken(self._call.now_s())
        match = self._tracker.glimpse(" ".join(partial.text.split()[: partial.stable]))
        if match is None or self._tracker.glimpse(partial.text) is None:
            self._armed = None
            return
        if self._armed is None or self._armed.utterance != partial.utterance:
            self._armed = Armed(partial.utterance, partial.end)
            self._handoffs.arm(self._escalation(self._glimpsed(match, 0.6), said=partial.text))
        elif partial.end - self._armed.end >= SETTLE_S * self._call.settings.sip.clock_rate:
            self._decide([self._glimpsed(match, 0.9)], said=partial.text)

    def hear(self, utterance: Utterance, answer: Callable[[str], None]) -> None:
        """A final. `answer` passes the caller's words on to the bot, unless they were for the bridge."""
        self._spoken(utterance.end_s)
        caller = utterance.speaker is Speaker.CALLER
        if caller:
            self._armed = None
            if utterance.start_s < self._acted_s:
                return  # its partial has been obeyed already
        declined_s = self._tracker.declined_s
        decision = self._decide(self._tracker.hear(utterance), said=utterance.text)
        if caller and self._tracker.declined_s != declined_s and self._bot.asked_to_put_through:
            self._bot.carry_on()
        elif caller:
            answer(utterance.text)
        if decision.do is Do.ASK and not self._handoffs.busy and self._bot.ask_to_put_through():
            self._tracker.asks_to_put_through(self._call.settings.words.put_through)

    def _glimpsed(self, match: Match, score: float) -> Cue:
        return Cue(
            kind=CueKind.EXPLICIT_REQUEST, rule=match.rule, score=score, at_s=self._call.now_s(),
            quote=self._tellable(match.quote), span=match.span,
        )  # fmt: skip

    # -- what the bot tells, keys, silence

    def reported(self, state: BotState) -> None:
        """The bot told its state."""
        self._decide(self._tracker.report(state, self._call.now_s()))

    def reprompted(self) -> None:
        """The built-in bot asked again; the third time in a row is a repeated failure."""
        self._decide(self._tracker.reprompted(self._call.now_s()))

    def answered(self) -> None:
        """The built-in bot has what it asked for."""
        self._tracker.answered()

    def digit(self, digit: str, *, collecting: bool) -> None:
        """0 escalates when alone for 1.5 s while the bot collects nothing."""
        now_s = self._call.now_s()
        alone = now_s - self._last_digit_s >= ZERO_ALONE_S
        self._last_digit_s = now_s
        self._spoken(now_s)
        self._call.cancel(ZERO_TIMER)
        if digit == "0" and alone and not collecting:
            self._call.after(ZERO_TIMER, ZERO_ALONE_S)

    def elapsed(self, name: str) -> None:
        """A timer of ours: a 0 stood alone, or nobody has spoken for a while."""
        now_s = self._call.now_s()
        if name == ZERO_TIMER:
            self._decide(self._tracker.digit("0", now_s), source="dtmf")
        elif not self._handoffs.busy:
            decision = self._decide(self._tracker.quiet(now_s - self._spoke_s, now_s))
            if decision.do is Do.ASK and self._bot.ask_to_put_through():
                self._tracker.asks_to_put_through(self._call.settings.words.put_through)

    def _spoken(self, at_s: float) -> None:
        """The silence begins anew; the built-in bot's words are told when it begins to speak them."""
        self._spoke_s = max(at_s, self._spoke_s)
        wait_s = self._tracker.silence_s + max(self._spoke_s - self._call.now_s(), 0.0)
        self._call.after(QUIET_TIMER, wait_s)

    # -- deciding

    def _decide(self, cues: Sequence[Cue], *, said: str = "", source: str = "speech") -> Decision:
        kept = tuple(replace(cue, quote=self._tellable(cue.quote)) for cue in cues)
        decision = self._policy.decide(kept, self._context())
        self._call.cues.extend(kept)
        for cue in kept:
            self._call.emit("cue", cue=cue.kind, rule=cue.rule, score=cue.score, utterance=cue.utterance)
        if decision.do is Do.ACT and decision.cue is not None:
            self._armed = None
            self._acted_s = self._call.now_s()
            escalation = self._escalation(decision.cue, said=said, source=source)
            self._handoffs.escalate(
                replace(
                    escalation, reason=decision.reason, cues=kept, explicit=decision.explicit,
                    target=decision.target_hint, mode=decision.mode,
                )
            )  # fmt: skip
        elif decision.do is Do.ASK:
            self._call.emit("ask", reason=decision.reason, rule=decision.rule)
        return decision

    def _escalation(self, cue: Cue, *, said: str, source: str = "speech") -> Escalation:
        return Escalation(
            reason=cue.kind.value, rule=cue.rule, quote=cue.quote, score=cue.score, at_s=cue.at_s,
            source=source, explicit=cue.kind is CueKind.EXPLICIT_REQUEST, cues=(cue,),
            said=self._tellable(said),
        )  # fmt: skip

    def _tellable(self, words: str) -> str:
        """Nothing of a number leaves here that may yet turn out to be a card's."""
        return self._call.redactor.partial(Speaker.CALLER, words)

    def _context(self) -> Context:
        had, utc = self._handoffs.had, datetime.fromisoformat(self._call.desk.clock.utc())
        return Context(
            at_s=self._call.now_s(),
            live=self._handoffs.busy,
            handoffs=len(had),
            back_s=self._handoffs.back_s,
            handed_off_for=frozenset(escalation.reason for escalation in had),
            declined_s=self._tracker.declined_s,
            open=open_at(self._call.settings.policy.hours, utc.weekday(), utc.strftime("%H:%M")),
            tier=self._call.crm.record.tier if self._call.crm.record else None,
        )

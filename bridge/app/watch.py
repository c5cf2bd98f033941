"""Listens for the moment a human is needed. Arms on partials, acts on what is stable or final."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from asr.types import Partial
from bridge.app.call import Call
from bridge.core.cues.explicit import Band, Verdict
from bridge.core.redaction import redact
from bridge.model.cue import Cue, CueKind, Escalation
from bridge.model.transcript import Speaker, Utterance

ZERO_TIMER = "zero"
ZERO_ALONE_S = 1.5
SETTLE_S = 0.2  # one more hop of the recognizer, or its guess at the end of the sentence
REPROMPTS = 3
REPROMPT = re.compile(
    r"\b(sorry|apolog\w+|pardon)\b.*\b(get|catch|understand|hear|follow)\b|"
    r"\b(didn't|did not|don't|do not|couldn't|could not) (quite )?(get|catch|understand|hear)\b|"
    r"\b(say|try) (that )?again\b|\brepeat (that|it)\b",
    re.I,
)


@dataclass(slots=True)
class Armed:
    """A phrase seen in a partial, waiting to survive."""

    utterance: int
    end: int


class Watch:
    """`escalate` is called once per reason to act; `arm` when a request may be coming."""

    def __init__(
        self, call: Call, *, escalate: Callable[[Escalation], None], arm: Callable[[Escalation], None]
    ) -> None:
        self._call, self._escalate, self._arm = call, escalate, arm
        self._armed: Armed | None = None
        self._reprompts = 0
        self._last_digit_s = -10.0
        self._acted_s = 0.0

    # -- speech

    def glimpse(self, partial: Partial) -> None:
        """A caller's partial: its stable words count, and a hit must survive 0.2 s of further audio."""
        stable = " ".join(partial.text.split()[: partial.stable])
        requests = self._call.desk.requests
        hit = requests.glimpse(stable)
        if hit.band is not Band.ACT or requests.glimpse(partial.text).band is not Band.ACT:
            self._armed = None
            return
        if self._armed is None or self._armed.utterance != partial.utterance:
            self._armed = Armed(partial.utterance, partial.end)
            self._arm(self._explicit(hit, self._call.now_s(), 0.6, partial.text))
        elif partial.end - self._armed.end >= SETTLE_S * self._call.settings.sip.clock_rate:
            self._act(hit, self._call.now_s(), 0.9, partial.text)

    def hear(self, utterance: Utterance) -> None:
        """A final: the caller's words decide; the bot's re-prompts are counted."""
        if utterance.speaker is Speaker.BOT:
            self._count_reprompt(utterance)
            return
        if utterance.speaker is not Speaker.CALLER:
            return
        self._armed = None
        if utterance.start_s < self._acted_s:
            return  # its partial has been obeyed already
        hit = self._call.desk.requests.judge(utterance.text)
        if hit.band is Band.ACT:
            self._act(hit, utterance.end_s, hit.score, utterance.text)
        elif hit.band is Band.ASK:  # not enough to act on; the record says that it was heard
            self._call.cues.append(self._cue(hit, utterance.end_s, hit.score))

    def _act(self, hit: Verdict, at_s: float, score: float, said: str) -> None:
        self._armed = None
        self._acted_s = self._call.now_s()
        escalation = self._explicit(hit, at_s, score, said)
        self._call.cues.extend(escalation.cues)
        self._escalate(escalation)

    def _explicit(self, hit: Verdict, at_s: float, score: float, said: str) -> Escalation:
        told = self._call.redactor.partial(Speaker.CALLER, said)
        return _escalation(self._cue(hit, at_s, score), "speech", explicit=True, said=told)

    def _cue(self, hit: Verdict, at_s: float, score: float) -> Cue:
        return Cue(
            kind=CueKind.EXPLICIT_REQUEST, rule=hit.rule, score=round(score, 3), at_s=at_s,
            quote=redact(hit.quote), span=hit.span,
        )  # fmt: skip

    # -- repeated failure

    def _count_reprompt(self, utterance: Utterance) -> None:
        if REPROMPT.search(utterance.text):
            self.reprompted(utterance.text)
        elif not utterance.text.endswith("?"):
            self._reprompts = 0

    def reprompted(self, quote: str = "") -> None:
        """The bot asked again; the third time in a row is a repeated failure."""
        self._reprompts += 1
        if self._reprompts >= REPROMPTS:
            self._reprompts = 0
            cue = Cue(
                kind=CueKind.REPEATED_FAILURE,
                rule="re_prompts",
                score=0.9,
                at_s=self._call.now_s(),
                quote=redact(quote),
            )
            self._call.cues.append(cue)
            self._escalate(_escalation(cue, "speech"))

    # -- keys

    def digit(self, digit: str, *, collecting: bool) -> None:
        """0 escalates when alone for 1.5 s while the bot collects nothing."""
        now_s = self._call.now_s()
        alone = now_s - self._last_digit_s >= ZERO_ALONE_S
        self._last_digit_s = now_s
        self._call.cancel(ZERO_TIMER)
        if digit == "0" and alone and not collecting:
            self._call.after(ZERO_TIMER, ZERO_ALONE_S)

    def zero_stood_alone(self) -> None:
        cue = Cue(kind=CueKind.DTMF, rule="dtmf_0", score=1.0, at_s=self._call.now_s(), quote="0")
        self._call.cues.append(cue)
        self._escalate(_escalation(cue, "dtmf", explicit=True))


def _escalation(cue: Cue, source: str, *, explicit: bool = False, said: str = "") -> Escalation:
    return Escalation(
        reason=cue.kind.value, rule=cue.rule, quote=cue.quote, score=cue.score, at_s=cue.at_s,
        source=source, explicit=explicit, cues=(cue,), said=said,
    )  # fmt: skip

"""One conversation heard turn by turn: every kind of cue, with what only the course of the talk can tell.

The same object runs live, in `handoff replay` and in the benches. It decides nothing: that is the policy.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bridge.core.cues.frustration import Frustration, Sign, signs_in_voice
from bridge.core.cues.kinds import LISTED, anger, listed
from bridge.core.cues.progress import Failures, Progress
from bridge.core.cues.reported import reported
from bridge.core.cues.scope import Scope
from bridge.core.cues.silence import Silence
from bridge.core.grammar import Grammar, Match
from bridge.model.bot import BotState
from bridge.model.cue import Cue, CueKind
from bridge.model.rules import ACT
from bridge.model.transcript import Speaker, Utterance

Explicit = Callable[[str], Match | None]
"""The request for a person in a caller's words, if there is one."""
Consent = Callable[[str], str]
"""yes, no or unclear: the answer to "shall I put you through?"."""

OFFER = (CueKind.EXPLICIT_REQUEST, "offer")
RE_PROMPT = (CueKind.REPEATED_FAILURE, "re_prompt")
RELIEF = (CueKind.FRUSTRATION, "relief")
ECHO = 0.25
"""weight for frustration of having to say the same again"""
OUTSIDE_AGAIN = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """What a tracker hears with; one set for all conversations of a deployment."""

    grammar: Grammar
    glimpse: Explicit = lambda text: None
    """quick enough for every partial"""
    explicit: Explicit = lambda text: None
    consent: Consent = lambda text: "unclear"
    scope: Scope | None = None


class CueTracker:
    """`hears_bot` False: the bot tells of its failures itself (`reprompted`); its words are but offers."""

    def __init__(self, ears: Ears, *, hears_bot: bool = True) -> None:
        self._ears = ears
        self._hears_bot = hears_bot
        self._frustration = Frustration()
        self._failures, self._progress, self._silence = Failures(), Progress(), Silence()
        self._state = BotState()
        self._offered = False
        self._question: str | None = None
        self._outside = 0
        self.declined_s: float | None = None
        """when the caller last refused to be put through"""

    # -- words

    def glimpse(self, text: str) -> Match | None:
        """A request in words that may still change, where it is one to act on."""
        match = self._ears.glimpse(text)
        return match if match and match.score >= ACT else None

    def hear(self, utterance: Utterance) -> tuple[Cue, ...]:
        """A final. Cues carry the utterance's id and end; their quotes are the words as said."""
        match utterance.speaker:
            case Speaker.CALLER:
                return tuple(self._caller(utterance))
            case Speaker.BOT:
                return tuple(self._bot(utterance))
        return ()

    def _caller(self, utterance: Utterance) -> Iterator[Cue]:
        text = utterance.text
        self._silence.caller_said()
        found = self._ears.grammar.find(text)
        if wish := self._wish(utterance):
            yield wish
        for match in listed(found):
            if match.kind not in (CueKind.FRUSTRATION, CueKind.REPEATED_FAILURE):
                yield _cue(match, utterance)
        if angry := self._mood(found, utterance):
            yield angry
        if cue := self._moves(utterance):
            yield cue
        if cue := self._scope(utterance):
            yield cue

    def _wish(self, utterance: Utterance) -> Cue | None:
        """A request, or the answer to an offer."""
        offered, self._offered = self._offered, False
        answer = self._ears.consent(utterance.text) if offered else "unclear"
        if answer == "no":
            self.declined_s = utterance.end_s
            return None
        if answer == "yes":
            return _whole(CueKind.EXPLICIT_REQUEST, "accepted_offer", 1.0, utterance)
        match = self._ears.explicit(utterance.text)
        return _cue(match, utterance) if match and match.score >= LISTED else None

    def _mood(self, found: tuple[Match, ...], utterance: Utterance) -> Cue | None:
        at_s = utterance.end_s
        words = list(anger(found))
        if self._failures.reprompts and self._progress.echoes(utterance.text):
            words.append(Sign("says_it_again", ECHO))
        if not words and any((m.kind, m.rule) == RELIEF for m in found):
            self._frustration.relieve(at_s)
        manner = signs_in_voice(utterance.voice)
        level = round(self._frustration.hear(words, manner, at_s), 3)
        if level < LISTED or not (words or manner):
            return None
        best = max((*words, *manner), key=lambda sign: sign.weight)
        return Cue(
            kind=CueKind.FRUSTRATION, rule=best.name, score=level, at_s=at_s,
            quote=best.quote or utterance.text, span=best.span, utterance=utterance.id,
        )  # fmt: skip

    def _moves(self, utterance: Utterance) -> Cue | None:
        prompted = bool(self._failures.reprompts)
        score = self._progress.caller_said(utterance.text)
        self._progress.note(utterance.text)
        if score >= LISTED and not prompted:
            return _whole(CueKind.NO_PROGRESS, "same_request", score, utterance)
        if self._progress.standstill:
            return _whole(CueKind.NO_PROGRESS, "nothing_new", 0.6, utterance)
        return None

    def _scope(self, utterance: Utterance) -> Cue | None:
        if self._ears.scope is None or not self._ears.scope.judges(utterance.text):
            return None
        score = self._ears.scope.outside(utterance.text)
        self._outside = self._outside + 1 if score >= LISTED else 0
        if not self._outside:
            return None
        again = self._outside > 1
        rule = "outside_again" if again else "outside"
        return _whole(CueKind.OUT_OF_SCOPE, rule, max(score, OUTSIDE_AGAIN) if again else score, utterance)

    def _bot(self, utterance: Utterance) -> Iterator[Cue]:
        found = self._ears.grammar.find(utterance.text, Speaker.BOT)
        names = {(match.kind, match.rule) for match in found}
        self._offered = OFFER in names or utterance.text == self._question
        if not self._hears_bot:
            self._silence.bot_said(refuses=False)
            return
        limits = [match for match in listed(found) if match.kind is CueKind.BOT_LIMIT]
        self._silence.bot_said(refuses=bool(limits))
        for match in limits:
            yield _cue(match, utterance)
        if score := self._failures.bot_said(utterance.text, reprompt=RE_PROMPT in names):
            yield _whole(CueKind.REPEATED_FAILURE, "re_prompts", score, utterance)

    # -- the rest

    def asks_to_put_through(self, question: str) -> None:
        """The bridge has this asked: what the caller says next, or after it was said, is the answer."""
        self._offered = True
        self._question = question

    def report(self, state: BotState, at_s: float) -> tuple[Cue, ...]:
        """What the bot knows now."""
        before, self._state = self._state, state
        self._progress.reported(state)
        return reported(before, state, at_s)

    def reprompted(self, at_s: float, quote: str = "") -> tuple[Cue, ...]:
        """The bot tells that it asks again."""
        score = self._failures.reported()
        if not score:
            return ()
        return (Cue(kind=CueKind.REPEATED_FAILURE, rule="re_prompts", score=score, at_s=at_s, quote=quote),)

    def answered(self) -> None:
        """The bot tells that it has what it asked for."""
        self._failures.answered()

    def digit(self, digit: str, at_s: float) -> tuple[Cue, ...]:
        """A key that stood alone while the bot collected nothing; 0 asks for a person."""
        if digit != "0":
            return ()
        return (Cue(kind=CueKind.DTMF, rule="dtmf_0", score=1.0, at_s=at_s, quote="0"),)

    def quiet(self, seconds: float, at_s: float) -> tuple[Cue, ...]:
        """Nobody has spoken for so long."""
        sign = self._silence.quiet(seconds)
        return (Cue(kind=CueKind.SILENCE, rule=sign[0], score=sign[1], at_s=at_s),) if sign else ()

    @property
    def silence_s(self) -> float:
        """After how much silence `quiet` should be told."""
        return self._silence.waits_s

    def level(self, at_s: float) -> float:
        """Of frustration, 0 to 1."""
        return self._frustration.level(at_s)


def strongest(cues: Sequence[Cue]) -> Cue | None:
    """The surest; of equals the first."""
    return max(cues, key=lambda cue: cue.score, default=None)


def _cue(match: Match, utterance: Utterance) -> Cue:
    return Cue(
        kind=match.kind, rule=match.rule, score=match.score, at_s=utterance.end_s, quote=match.quote,
        span=match.span, utterance=utterance.id,
    )  # fmt: skip


def _whole(kind: CueKind, rule: str, score: float, utterance: Utterance) -> Cue:
    return Cue(
        kind=kind, rule=rule, score=score, at_s=utterance.end_s, quote=utterance.text,
        span=(0, len(utterance.text)), utterance=utterance.id,
    )  # fmt: skip

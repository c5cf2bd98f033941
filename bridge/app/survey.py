"""The caller whose agent has hung up is asked how satisfied he is; he answers by key or word, or hangs up."""

from typing import Final

from bridge.app.call import Call
from bridge.app.ear import Ear
from bridge.app.whispering import Whisper
from bridge.core.brief_items import figures
from bridge.model.handoff import Event
from bridge.model.transcript import Speaker, Utterance
from sip.commands import Hangup

TIMER: Final = "survey"
"""also the tag of the last sentence: what ends with it is the call"""
QUESTION: Final = "survey_question"
LAST_S: Final = 8.0
"""for the last sentence, should its end not be told"""
SCORES: Final = ("1", "2", "3", "4", "5")
MOST_WORDS: Final = 3


class Survey:
    """Once a conversation. The agent wraps up meanwhile; nothing here waits for him."""

    def __init__(self, call: Call, ear: Ear, whisper: Whisper) -> None:
        self._call, self._ear, self._whisper = call, ear, whisper
        self._begun = self._dropped = False
        self.score: int | None = None

    @property
    def under_way(self) -> bool:
        """Then the caller is nobody else's, unless he asks for a person."""
        return self._begun and not self._dropped and self._call.legs.up("caller") is not None

    def begin(self, left_by: Event | None) -> None:
        """On entry to the wrap-up: only a caller who is still there, and whose agent left him, is asked."""
        settings = self._call.settings.handoff
        wanted = settings.after_agent_hangup == "survey" and left_by is Event.AGENT_GONE
        if not wanted or self._begun or self._call.legs.up("caller") is None:
            return
        self._begun = self._call.asking = True
        self._ear.lay(asking=True)
        self._whisper.announce(self._call.settings.words.survey, tag=QUESTION)
        self._call.after(TIMER, settings.survey_timeout_s)

    def heard(self, utterance: Utterance) -> bool:
        """Whether it was said to us. A number alone is an answer, other words are none."""
        told = utterance.text
        short = utterance.speaker is Speaker.CALLER and len(told.split()) <= MOST_WORDS
        return short and self.pressed(figures(told))

    def pressed(self, digit: str) -> bool:
        """Whether it was meant for us. The first answer counts."""
        meant = self.under_way and digit in SCORES
        if meant and self.score is None:
            self.score = int(digit)
            self._call.emit("survey", score=self.score)
            self._whisper.announce(self._call.settings.words.survey_thanks, tag=TIMER)
            self._call.after(TIMER, LAST_S)
        return meant

    def drop(self) -> None:
        """The caller wants a person again, which comes before any answer."""
        if self.under_way:
            self._call.cancel(TIMER)
            self._dropped, self._call.asking = True, False
            self._ear.lay(asking=False)

    def over(self) -> None:
        """Thanked, or no answer came."""
        self._call.cancel(TIMER)
        if self.under_way and (leg := self._call.legs.get("caller")):
            self._call.ua.send(Hangup(leg=leg.id, q850=16, text="asked"))

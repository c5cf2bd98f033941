"""The agent's help while he is connected: hears both, keeps the hints, and tells when they change."""

from collections.abc import Callable
from typing import Any, Final

from bridge.app.call import Call
from bridge.app.ear import Ear
from bridge.app.handoff import Handoff
from bridge.app.handoffs import Handoffs
from bridge.app.in_ear import InEar
from bridge.core.assist.assistant import Assistant
from bridge.model.assist import Closed, Hint, Trend
from bridge.model.brief import Brief
from bridge.model.handoff import State
from bridge.model.knowledge import Snippet
from bridge.model.transcript import Speaker, Utterance

TIMER: Final = "assist"
SEARCH: Final = "knowledge"


class Assisting:
    """Of one conversation. Everything it is given is redacted already."""

    def __init__(self, call: Call, ear: Ear, handoffs: Handoffs, brief: Callable[[], Brief | None]) -> None:
        self._call, self._ear, self._handoffs, self._brief = call, ear, handoffs, brief
        self.in_ear = InEar(call, ear, TIMER)
        self._assistants: dict[str, Assistant] = {}
        self._told_back: tuple[str, str | None, str | None] = ("", None, None)
        self._handoff = ""
        """of the connected agent; "" while there is none"""
        self._shown: dict[str, Hint] = {}
        self._trend: Trend | None = None
        self._asked: tuple[str, Utterance] | None = None
        self._searching = False
        self._found: list[tuple[tuple[Snippet, ...], Utterance]] = []

    @property
    def _now(self) -> Assistant | None:
        return self._assistants.get(self._handoff)

    # -- what happens

    def follow(self) -> None:
        """Called behind everything that happens in the conversation: an agent may have come or gone."""
        live = self._handoffs.live
        handoff = live.id if live and live.state is State.CONNECTED else ""
        self._tell_back()
        if handoff == self._handoff:
            return
        if not handoff:
            self._update()
            self.in_ear.leave()
            self._call.cancel(TIMER)
        self._handoff = handoff
        if live and handoff:
            self._begin(handoff, live.escalation.reason)
            self._look_again()

    def _begin(self, handoff: str, reason: str) -> None:
        desk, wanted, brief = self._call.desk, self._call.settings.assist, self._brief()
        if wanted.on and desk.playbook and brief and handoff not in self._assistants:
            self._assistants[handoff] = Assistant(
                brief, reason, desk.playbook, joined_s=self._call.now_s(), most=wanted.most_hints,
                dead_air_s=wanted.dead_air_s, pace_words_per_s=wanted.pace_words_per_s,
            )  # fmt: skip

    def hear(self, told: Utterance) -> None:
        if assistant := self._now:
            assistant.hear(told)
            self._ask(assistant.question(told), told)
            self._look_again()

    def voiced(self, speaker: Speaker, speaking: bool) -> None:
        """Somebody begins or ceases to speak; what, is not known yet."""
        if (assistant := self._now) and speaker is not Speaker.BOT:
            self.in_ear.voiced(speaker, speaking)
            assistant.speaks(self._call.now_s())
            self._look_again()

    def elapsed(self) -> None:
        """The timer: nobody speaks, a hint lapses, or passages were found."""
        found, self._found = self._found, []
        if assistant := self._now:
            for snippets, because in found:
                assistant.found(snippets, because, self._call.now_s())
            self._look_again()

    def close(self, hint: str, how: Closed) -> bool:
        """The agent ticks or dismisses it. False: it is not there (any more)."""
        assistant = self._now
        if assistant is None or not assistant.close(hint, how, self._call.now_s()):
            return False
        self._look_again()
        return True

    # -- what is shown

    def view(self, handoff: str) -> dict[str, Any] | None:
        """For the page of this handoff's agent; None: there is no help."""
        assistant = self._assistants.get(handoff)
        if assistant is None:
            return None
        trend = assistant.trend
        return {
            "hints": [_view(hint) for hint in self._shown.values()] if handoff == self._handoff else [],
            "done": [{"id": hint.id, "title": hint.title} for hint in assistant.done()],
            "trend": {
                "before": trend.before, "now": trend.now, "direction": trend.direction,
                "utterances": list(trend.utterances),
            },
        }  # fmt: skip

    def _tell_back(self) -> None:
        """At once when the caller goes back; again at the end, if the agent has written something since."""
        handoff = self._handoffs.current
        if handoff is None or handoff.state not in (State.RETURNED, State.HANDED_BACK):
            return
        telling = (handoff.id, handoff.note, handoff.disposition)
        first = self._told_back[0] != handoff.id
        if first or (handoff.state is State.HANDED_BACK and telling != self._told_back):
            self._told_back = telling
            self._hand_back(handoff)

    def _hand_back(self, handoff: Handoff) -> None:
        """What the human did, for a bot that goes on from there."""
        joined = handoff.marks.get("connected", 0.0)
        said = [one.id for one in self._call.told.utterances if one.start_s >= joined and one.addressed]
        self._call.emit(
            "handed_back", handoff=handoff.id, disposition=handoff.disposition, told=handoff.note,
            done=list(self.done(handoff.id)), said=said,
        )  # fmt: skip

    def done(self, handoff: str) -> tuple[str, ...]:
        """What was done, in words: for a bot that takes the caller back."""
        assistant = self._assistants.get(handoff)
        return tuple(hint.title for hint in assistant.done()) if assistant else ()

    # -- inside

    def _look_again(self) -> None:
        self._update()
        if assistant := self._now:
            now = self._call.now_s()
            waits = [assistant.silent(now, held=self._ear.overlays.agent_hold)]
            if (lapses := assistant.lapses_s()) is not None:
                waits.append(max(0.1, lapses - now))
            self._update()
            if (spoken := self.in_ear.turn()) is not None:
                waits.append(spoken)
            self._call.after(TIMER, min(waits))

    def _update(self) -> None:
        """Tell what came up and what went, and keep it for the record."""
        assistant = self._now
        if assistant is None:
            return
        now = self._call.now_s()
        shown = {hint.id: hint for hint in assistant.hints(now)}
        before, self._shown = self._shown, shown
        records = assistant.records()
        self._call.hints[self._handoff] = records
        closed = {record.id: record.closed for record in records}
        for id in before.keys() - shown.keys():
            self._call.emit("hint_over", handoff=self._handoff, hint=id, how=closed.get(id) or "displaced")
        for id, hint in shown.items():
            if id not in before:
                lag_s = None if hint.words_s is None else round(now - hint.words_s, 3)
                self._call.emit(
                    "hint", handoff=self._handoff, hint=id, what=hint.kind, utterances=list(hint.utterances),
                    lag_s=lag_s,
                )  # fmt: skip
                self.in_ear.want(hint)
        if (trend := assistant.trend) != self._trend:
            self._trend = trend
            self._call.emit("mood_trend", handoff=self._handoff, direction=trend.direction)

    def _ask(self, question: str, because: Utterance) -> None:
        """One search at a time; of what is said meanwhile, the latest is asked next."""
        if not question or self._call.desk.knowledge is None:
            return
        self._asked = (question, because)
        if not self._searching:
            self._searching = True
            self._call.spawn(SEARCH, self._search())

    async def _search(self) -> None:
        """Beside the conversation; what is found comes in through its inbox, with the timer."""
        knowledge = self._call.desk.knowledge
        assert knowledge
        try:
            while self._asked:
                (question, because), self._asked = self._asked, None
                if found := await knowledge.search(question, limit=3):
                    self._found.append((found, because))
                    self._call.after(TIMER, 0.0)
        finally:
            self._searching = False


def _view(hint: Hint) -> dict[str, Any]:
    return {
        "id": hint.id, "kind": hint.kind, "title": hint.title, "why": hint.why, "at_s": hint.at_s,
        "utterances": list(hint.utterances), "link": hint.link,
    }  # fmt: skip

"""What the agent's page shows while he talks: few hints, ordered, each with why and evidence. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.core.assist.behaviour import Behaviour, Noticed
from bridge.core.assist.playbook import Line, Playbook, ticks
from bridge.core.assist.trend import trend_of
from bridge.core.repeats import Kind, Repeat, Repeats
from bridge.model.assist import Closed, Hint, HintRecord, Trend
from bridge.model.brief import Brief
from bridge.model.knowledge import Snippet
from bridge.model.transcript import Speaker, Utterance

REPEAT, NOT_HEARD, COMPLIANCE, BEHAVIOUR, STEP, KNOWLEDGE = 10, 15, 20, 30, 40, 60
LAPSE_S: Final = 30.0
"""so long what was noticed stands; steps stand until they are done"""
KNOWLEDGE_LAPSE_S: Final = 120.0
PASSAGES: Final = 2
"""shown at once"""
PASSAGE_WORDS: Final = 60
ASK_WORDS: Final = 4
"""a caller who says less asks nothing that a handbook answers"""
HELD: Final = re.compile(
    r"\b(?:(?:a|one|this|couple of|few) (?:moments?|seconds?|minutes?|sec)|bear with|let me|hang on|hold)\b"
)
"""the agent has said why it will be quiet"""
TOLD: Final = 3
"""then it may be quiet so many times as long"""

NOTICED: Final = {
    "talk_over": ("Let the caller finish", "You spoke over the caller {n} times."),
    "pace": ("Speak more slowly", "Your last {n} turns were fast; on the telephone that is hard to follow."),
    "not_acknowledged": ("Acknowledge it first", "The caller is upset, and nobody has said so yet."),
    "dead_air": (
        "Say what you are doing",
        "Nobody has spoken for a while; the caller may think you are gone.",
    ),
}
ALREADY: Final = {
    Kind.ASKED: ("The caller already said this: {item}", "{value}"),
    Kind.RESTATED: ("Heard again: {item}", "The caller had to say it twice. A word of thanks helps."),
    Kind.REVERIFIED: ("Already verified", "The caller was verified before you joined; no need to ask again."),
}


@dataclass(slots=True)
class _Shown:
    hint: Hint
    lapses_s: float | None
    closed: Closed = ""
    closed_s: float | None = None
    shown_s: float | None = None


class Assistant:
    """Of one agent with one caller: give it, in order, what both say, redacted; then ask for `hints`."""

    def __init__(
        self, brief: Brief, reason: str, playbook: Playbook, *, joined_s: float, most: int,
        dead_air_s: float, pace_words_per_s: float,
    ) -> None:  # fmt: skip
        self._brief, self._playbook, self._most, self._dead_air_s = brief, playbook, most, dead_air_s
        self._behaviour = Behaviour(pace_words_per_s=pace_words_per_s)
        self._repeats = Repeats(brief)
        self._spoken: list[Utterance] = []
        self._all: dict[str, _Shown] = {}
        self._lines: dict[str, Line] = {}
        self._quiet_since_s = joined_s
        self._passages = 0
        self._begin(playbook.for_reason(reason), joined_s, ())

    # -- what happens

    def hear(self, utterance: Utterance) -> None:
        """A final of caller or agent since the join."""
        if utterance.speaker is Speaker.BOT or not utterance.addressed:
            return
        self._spoken.append(utterance)
        self._quiet_since_s = max(self._quiet_since_s, utterance.end_s)
        self._close("dead_air", "done", utterance.end_s)
        if utterance.speaker is Speaker.AGENT:
            self._tick(utterance)
        else:
            self._begin(self._playbook.begun_by(utterance.text), utterance.end_s, (utterance.id,))
        for repeat in self._repeats.hear(utterance):
            self._already(repeat, utterance)
        for noticed in self._behaviour.hear(utterance):
            self._notice(noticed, utterance.end_s)
        if self._behaviour.acknowledged:
            self._close("not_acknowledged", "done", utterance.end_s)

    def silent(self, now_s: float, *, held: bool) -> float:
        """Nobody has begun to speak since. Returns when to look again. `held`: the caller hears music."""
        if held:
            self._quiet_since_s = now_s
        last = self._spoken[-1] if self._spoken else None
        told = last is not None and last.speaker is Speaker.AGENT and HELD.search(last.text.lower())
        limit_s = self._dead_air_s * (TOLD if told else 1)
        if now_s - self._quiet_since_s >= limit_s:
            ids = (last.id,) if last else ()
            self._notice(Noticed(name="dead_air", utterances=ids, at_s=now_s), None)
            self._quiet_since_s = now_s
        return max(1.0, self._quiet_since_s + limit_s - now_s)

    def speaks(self, now_s: float) -> None:
        """Somebody began to speak: there is no dead air, whatever the words will be."""
        self._quiet_since_s = max(self._quiet_since_s, now_s)
        self._close("dead_air", "done", now_s)

    def question(self, utterance: Utterance) -> str:
        """What a handbook may be asked because of this; "" for nothing."""
        if utterance.speaker is not Speaker.CALLER or len(utterance.text.split()) < ASK_WORDS:
            return ""
        return utterance.text

    def found(self, snippets: Sequence[Snippet], because: Utterance, now_s: float) -> None:
        """Passages that may answer what the caller said; they take the place of those before."""
        fresh = [one for one in snippets if f"knowledge/{one.passage.link}" not in self._all][:PASSAGES]
        if not fresh:
            return
        for id, shown in self._all.items():
            if shown.hint.kind == "knowledge":
                self._close(id, "lapsed", now_s)
        for place, one in enumerate(fresh):
            text = one.passage.text.split()
            why = " ".join(text[:PASSAGE_WORDS]) + (" …" if len(text) > PASSAGE_WORDS else "")
            self._show(
                Hint(
                    id=f"knowledge/{one.passage.link}", kind="knowledge", title=one.passage.heading, why=why,
                    at_s=now_s, rank=KNOWLEDGE + place, utterances=(because.id,), words_s=because.end_s,
                    link=one.passage.link,
                ),
                KNOWLEDGE_LAPSE_S,
            )  # fmt: skip

    def close(self, id: str, how: Closed, now_s: float) -> bool:
        """The agent ticks or dismisses a hint that is shown. False: there is none such."""
        shown = self._all.get(id)
        if shown is None or shown.closed:
            return False
        self._close(id, how, now_s)
        return True

    # -- what is shown

    def hints(self, now_s: float) -> tuple[Hint, ...]:
        """The most urgent, at most as many as are wanted."""
        for id, shown in self._all.items():
            if shown.lapses_s is not None and now_s >= shown.lapses_s:
                self._close(id, "lapsed", now_s)
        open_ = sorted(
            (shown for shown in self._all.values() if not shown.closed),
            key=lambda shown: (shown.hint.rank, shown.hint.at_s),
        )
        for shown in open_[: self._most]:
            if shown.shown_s is None:
                shown.shown_s = now_s
        return tuple(shown.hint for shown in open_[: self._most])

    def lapses_s(self) -> float | None:
        """When the next hint lapses."""
        due = [one.lapses_s for one in self._all.values() if not one.closed and one.lapses_s is not None]
        return min(due, default=None)

    def done(self) -> tuple[Hint, ...]:
        """Steps that were heard done or ticked, the latest last."""
        closed = [
            one
            for one in self._all.values()
            if one.closed in ("done", "ticked") and one.hint.id in self._lines
        ]
        return tuple(one.hint for one in sorted(closed, key=lambda one: one.closed_s or 0.0))

    @property
    def trend(self) -> Trend:
        return trend_of(self._brief.sentiment, self._spoken)

    def records(self) -> tuple[HintRecord, ...]:
        """Of everything that was on the page."""
        return tuple(
            HintRecord(
                id=one.hint.id, kind=one.hint.kind, shown_s=one.shown_s, words_s=one.hint.words_s,
                utterances=one.hint.utterances, closed=one.closed, closed_s=one.closed_s,
            )
            for one in self._all.values()
            if one.shown_s is not None
        )  # fmt: skip

    # -- inside

    def _begin(self, lines: Iterable[Line], at_s: float, because: tuple[str, ...]) -> None:
        for line in lines:
            if line.id in self._all:
                continue
            rank = (COMPLIANCE if line.step.compliance else STEP) + (1 if line.play.reasons == ("*",) else 0)
            self._lines[line.id] = line
            self._show(
                Hint(
                    id=line.id, kind="compliance" if line.step.compliance else "step", title=line.step.title,
                    why=line.step.why, at_s=at_s, rank=rank, utterances=because,
                    words_s=at_s if because else None,
                ),
                None,
            )  # fmt: skip

    def _tick(self, agent: Utterance) -> None:
        for id, line in self._lines.items():
            if not self._all[id].closed and ticks(line, agent.text):
                self._close(id, "done", agent.end_s)

    def _already(self, repeat: Repeat, utterance: Utterance) -> None:
        title, why = ALREADY[repeat.kind]
        value = repeat.value or "It was given to the assistant."
        evidence = tuple(
            dict.fromkeys(
                [*self._source_of(repeat.item), *([repeat.asked] if repeat.asked else []), utterance.id]
            )
        )
        self._show(
            Hint(
                id=f"repeat/{repeat.kind.value}/{repeat.item}", kind="repeat",
                title=title.format(item=repeat.item.replace("_", " ")), why=why.format(value=value),
                at_s=utterance.end_s, rank=REPEAT, utterances=evidence, words_s=utterance.end_s,
            ),
            LAPSE_S,
        )  # fmt: skip

    def _source_of(self, item: str) -> tuple[str, ...]:
        """Where the caller said it first."""
        lines = [line for line in self._brief.facts if line.text.lower().startswith(item.lower())]
        return lines[0].utterances if lines else ()

    def _notice(self, noticed: Noticed, words_s: float | None) -> None:
        title, why = NOTICED[noticed.name]
        rank = NOT_HEARD if noticed.name == "not_acknowledged" else BEHAVIOUR
        self._show(
            Hint(
                id=noticed.name, kind="behaviour", title=title, why=why.format(n=len(noticed.utterances)),
                at_s=noticed.at_s, rank=rank, utterances=noticed.utterances, words_s=words_s,
            ),
            LAPSE_S,
        )  # fmt: skip

    def _show(self, hint: Hint, lapse_s: float | None) -> None:
        """What the agent has dismissed does not come again."""
        before = self._all.get(hint.id)
        if before and (not before.closed or before.closed in ("dismissed", "ticked")):
            return
        self._all[hint.id] = _Shown(hint, None if lapse_s is None else hint.at_s + lapse_s)

    def _close(self, id: str, how: Closed, at_s: float) -> None:
        shown = self._all.get(id)
        if shown and not shown.closed:
            shown.closed, shown.closed_s = how, at_s

"""A fate as the record that the bridge would have left of it: words and states, nothing of the truth."""

import random
from datetime import UTC, datetime
from typing import Final, NamedTuple

from bridge.core.said import said
from bridge.measuring.fate import Fate
from bridge.measuring.world import ASKS, ASKS_MATTER, NEW, REFUSES, SHOWS, VERIFIES, spoken
from bridge.model.bot import Authentication, BotState
from bridge.model.brief import Brief, Line
from bridge.model.cue import Cue, CueKind, Escalation
from bridge.model.handoff import Attempt, Event, HandoffRecord, Outcome, State, StateAt
from bridge.model.record import RECORD_VERSION, ConversationRecord
from bridge.model.transcript import Speaker, Utterance

WORDS_PER_S: Final = 2.6


class Walked(NamedTuple):
    state: State
    event: Event | None


class Stage:
    """Of one conversation; `at_s` runs on with what is said and done."""

    def __init__(self, fate: Fate, chance: random.Random) -> None:
        self._fate, self._chance = fate, chance
        self.at_s = 1.0
        self.said: list[Utterance] = []
        self.states: list[StateAt] = []
        self.holds: list[tuple[float, float]] = []
        self.values = {
            label: "".join(str(chance.randrange(1, 9)) if c == "#" else c for c in form)
            for label, form in fate.topic.facts
        }

    def says(self, who: Speaker, text: str, during: str = "dialogue") -> None:
        end_s = self.at_s + max(0.5, len(text.split()) / WORDS_PER_S)
        self.said.append(
            Utterance(
                id=f"u{len(self.said)}", speaker=who, text=text, start_s=round(self.at_s, 3),
                end_s=round(end_s, 3), confidence=round(self._chance.uniform(0.6, 0.98), 2), during=during,
            )
        )  # fmt: skip
        self.at_s = end_s + self._chance.uniform(0.2, 1.2)

    def enters(self, state: State, event: Event | None, at_s: float | None = None) -> None:
        self.at_s = self.at_s if at_s is None else at_s
        self.states.append(StateAt(state=state, event=event, at_s=round(self.at_s, 3)))

    # -- scenes

    def with_bot(self) -> None:
        self.says(Speaker.BOT, "hello how can i help you")
        self.says(Speaker.CALLER, f"hi {self._fate.topic.why}")
        for label, value in self.values.items():
            self.says(Speaker.BOT, f"what is your {label}")
            self.says(Speaker.CALLER, f"it's {spoken(value)}")
        if not self._fate.escalated:
            self.says(Speaker.BOT, "i have taken care of that is there anything else")
            self.says(Speaker.CALLER, "no thank you" if self._fate.solved else "well that does not help me")

    def with_agents(self) -> None:
        """From the request to the end of the wrap-up, or to where the caller leaves."""
        fate = self._fate
        self.says(Speaker.CALLER, fate.topic.says)
        self.enters(State.PROPOSED, None)
        self.enters(State.CHOOSING, Event.APPROVED_WARM)
        began_s = self.at_s
        self._waits(began_s, began_s + fate.wait_s)
        if not fate.connected:
            self.enters(State.ABANDONED, Event.CALLER_GONE, began_s + fate.wait_s)
            return
        per_agent = _dealt(fate.asks, len(fate.talks_s))
        for number, talk_s in enumerate(fate.talks_s):
            self.enters(State.CONNECTED, Event.JOINED, began_s + fate.wait_s if not number else None)
            self._talks(talk_s, per_agent[number], verifies=number < fate.reverifies, first=not number)
            if number + 1 < len(fate.talks_s):
                self.enters(State.CHOOSING, Event.PASSED_ON)
                self._waits(self.at_s, self.at_s + 6.0)
                self.at_s += 6.0
        self.enters(State.WRAP_UP, Event.CALLER_GONE)
        self.enters(State.COMPLETED, Event.DISPOSITION_SET, self.at_s + fate.wrap_up_s)

    def _waits(self, start_s: float, end_s: float) -> None:
        last = self._fate.phase or "joining"
        walk = {
            "waiting": (State.WAITING,),
            "dialing": (State.DIALING,),
            "briefing": (State.DIALING, State.BRIEFING),
        }
        states = walk.get(last, (State.DIALING, State.BRIEFING, State.JOINING))
        for number, state in enumerate(states):
            at_s = start_s + (end_s - start_s) * number / len(states)
            self.states.append(StateAt(state=state, event=Event.TARGET_CHOSEN, at_s=round(at_s, 3)))

    def _talks(self, talk_s: float, asks: list[tuple[str, bool]], *, verifies: bool, first: bool) -> None:
        chance, start_s = self._chance, self.at_s
        if "problem" not in [item for item, _ in asks]:
            self.says(Speaker.AGENT, chance.choice(SHOWS).format(self._fate.topic.why))
            self.says(Speaker.CALLER, "yes")
        for item, answered in asks:
            wording = chance.choice(ASKS_MATTER) if item == "problem" else chance.choice(ASKS).format(item)
            self.says(Speaker.AGENT, wording)
            answer = (
                self._fate.topic.why if item == "problem" else f"it's {spoken(self.values.get(item, ''))}"
            )
            self.says(Speaker.CALLER, answer if answered else chance.choice(REFUSES))
        if verifies:
            self.says(Speaker.AGENT, chance.choice(VERIFIES))
            self.says(Speaker.CALLER, "the second of may" if chance.random() < 0.7 else "i did that already")
        for _ in range(chance.randrange(1, 3)):
            self.says(Speaker.AGENT, chance.choice(NEW))
            self.says(Speaker.CALLER, chance.choice(("yes please", "no that is fine", "since monday")))
        for held_s in self._fate.holds_s if first else ():
            self.holds.append((round(self.at_s, 3), round(self.at_s + held_s, 3)))
            self.at_s += held_s + 1.0
        self.at_s = max(self.at_s, start_s + talk_s)


def _dealt(asks: list[tuple[str, bool]], agents: int) -> list[list[tuple[str, bool]]]:
    """No agent asks twice for the same."""
    dealt: list[list[tuple[str, bool]]] = [[] for _ in range(agents)]
    for item, answered in asks:
        free = next((hand for hand in dealt if item not in [known for known, _ in hand]), None)
        if free is not None:
            free.append((item, answered))
    return dealt


def staged(fate: Fate, chance: random.Random) -> ConversationRecord:
    """Sets `fate.seconds` too."""
    stage = Stage(fate, chance)
    stage.with_bot()
    request_s = stage.at_s
    if fate.escalated:
        stage.with_agents()
    fate.seconds = round(stage.at_s, 3)
    return ConversationRecord(
        v=RECORD_VERSION, id=fate.id, started_at=_iso(fate.started_s), seconds=fate.seconds,
        ended="caller_gone", caller=f"sip:{fate.caller}@pbx", called="sip:900@bridge", headers={},
        worker="sip-0", asr={"engine": "simulated"}, legs=(), transcript=tuple(stage.said), gaps=(),
        flush_incomplete=(), cues=_cues(fate, request_s), bot_state=BotState(),
        brief=_brief(fate, stage) if fate.escalated else None,
        handoffs=(_handoff(fate, stage, request_s),) if fate.escalated else (),
        holds_s=tuple(stage.holds), csat=fate.satisfaction if fate.answers else None,
        rules_version="simulated",
    )  # fmt: skip


def _cues(fate: Fate, at_s: float) -> tuple[Cue, ...]:
    if not fate.frustration:
        return ()
    return (Cue(kind=CueKind.FRUSTRATION, rule="sighs", score=fate.frustration, at_s=round(at_s, 2)),)


def _handoff(fate: Fate, stage: Stage, request_s: float) -> HandoffRecord:
    at_s = round(request_s, 3)
    topic, connected = fate.topic, fate.connected
    return HandoffRecord(
        id=f"{fate.id}-1",
        escalation=Escalation(
            reason=topic.reason, rule=topic.rule, quote=said(topic.says).text, score=1.0, at_s=at_s,
            source="speech", explicit=topic.reason == "explicit_request",
        ),
        states=tuple(stage.states),
        attempts=(
            Attempt(
                number=1, target="desk", leg="agent-1", agent="desk", mode="conference", mode_why="default",
                dialed_s=at_s, answered_s=at_s + 1 if connected else None,
                outcome="answered" if connected else None,
            ),
        ),
        outcome=Outcome(
            result="connected" if connected else "abandoned",
            phase="connected" if connected else fate.phase, mode="conference",
        ),
        marks_s={"request": at_s}, absorbed=0, whisper_heard=fate.whisper,
        disposition=("resolved" if fate.solved else "not_resolved") if fate.disposed else None,
    )  # fmt: skip


def _brief(fate: Fate, stage: Stage) -> Brief:
    return Brief(
        version=1, headline=fate.topic.why, why=Line(text=fate.topic.why, source="transcript"), tried=(),
        unresolved=None, next=None, sentiment="frustrated" if fate.frustration > 0.5 else "neutral",
        reason=fate.topic.reason, quote="", intent=None,
        authentication=Authentication(status="verified" if fate.verified else "none"), actions=(),
        facts=tuple(Line(text=f"{k}: {v}", source="bot_state") for k, v in stage.values.items()),
        caller=None, missing=(), opening="",
    )  # fmt: skip


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""What a conversation's record says in numbers. Pure; the formulas are in docs/measures.md."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from bridge.core.effort import effort
from bridge.core.repeats import Kind, Repeat, Repeats
from bridge.model.brief import Brief
from bridge.model.cue import CueKind
from bridge.model.handoff import HandoffRecord, State
from bridge.model.measures import HandoffMeasures, Measures
from bridge.model.record import ConversationRecord
from bridge.model.transcript import Speaker, Utterance

FAULTS: Final = frozenset({"interrupted", "worker_lost", "failed"})
"""endings that are not the caller's or the agent's doing"""
TALKS: Final = frozenset({State.CONNECTED, State.RELEASING})
WAITS: Final = frozenset(
    {
        State.CHOOSING, State.WAITING, State.DIALING, State.BRIEFING, State.OFFERED, State.JOINING,
        State.REFERRING, State.SENDING,
    }
)  # fmt: skip
"""states in which the caller hears comfort audio; `proposed` he spends with the bot"""
TRANSFERRED: Final = frozenset({"transferred", "transferred_unconfirmed"})
MOODS: Final = {"impatient": 1, "frustrated": 2, "angry": 3, "distressed": 3}
NO_PROGRESS: Final = (CueKind.REPEATED_FAILURE, CueKind.NO_PROGRESS, CueKind.LOW_CONFIDENCE)
SOLVED: Final = {"resolved": True}
"""dispositions; any other that is set says that it is not solved yet"""


class Stretch(NamedTuple):
    state: State
    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        return max(0.0, self.end_s - self.start_s)


def measures_of(record: ConversationRecord) -> Measures:
    """Never raises for a record that could be read."""
    handoffs = tuple(_handoff(record, each, number) for number, each in enumerate(record.handoffs, 1))
    first = next((each for each in handoffs if each.escalated), None)
    escalated = first is not None
    complete = record.ended not in FAULTS
    wait_s, hold_s = _sum(handoffs, "wait_s"), _sum(handoffs, "hold_s")
    counts = {
        name: sum(getattr(each, name) for each in handoffs)
        for name in ("holds", "transfers", "asked", "restated", "repeats", "reverified")
    }
    connected = [each for each in handoffs if each.connected]
    counts["transfers"] += max(0, len(connected) - 1)
    frustration = [cue.score for cue in record.cues if cue.kind is CueKind.FRUSTRATION]
    return Measures(
        conversation=record.id,
        month=record.started_at[:7],
        complete=complete,
        escalated=escalated,
        reason=first.reason if first else "",
        rule=first.rule if first else "",
        contained=complete and not escalated,
        connected=bool(connected),
        abandoned=any(each.abandoned for each in handoffs),
        verified=record.brief is not None and record.brief.authentication.status == "verified",
        listened=any(each.listened for each in handoffs),
        seconds=record.seconds,
        time_to_human_s=next((e.time_to_human_s for e in handoffs if e.time_to_human_s is not None), None),
        wait_s=wait_s,
        talk_s=_sum(handoffs, "talk_s"),
        hold_s=hold_s,
        wrap_up_s=_sum(handoffs, "wrap_up_s"),
        effort=effort(
            repeats=counts["repeats"], reverified=counts["reverified"], holds=counts["holds"], hold_s=hold_s,
            transfers=counts["transfers"], wait_s=wait_s,
        ),
        frustration=round(max(frustration, default=0.0), 3),
        failures=sum(cue.kind in NO_PROGRESS for cue in record.cues),
        mood=MOODS.get(record.brief.sentiment, 0) if record.brief and escalated else 0,
        resolved=next((SOLVED.get(e.disposition, False) for e in handoffs[::-1] if e.disposition), None),
        csat=record.csat,
        handoffs=handoffs,
        **counts,
    )  # fmt: skip


def _sum(handoffs: Sequence[HandoffMeasures], name: str) -> float:
    values: list[float] = [getattr(each, name) for each in handoffs]
    return round(sum(values), 3)


def _handoff(record: ConversationRecord, handoff: HandoffRecord, number: int) -> HandoffMeasures:
    stretches = tuple(stretches_of(handoff, record.seconds))
    talks = [stretch for stretch in stretches if stretch.state in TALKS]
    visits = [stretch for stretch in talks if stretch.state is State.CONNECTED]
    held = [
        (max(start, talk.start_s), min(end, talk.end_s))
        for start, end in record.holds_s
        for talk in talks
        if start < talk.end_s and end > talk.start_s
    ]
    hold_s = sum(end - start for start, end in held)
    result = handoff.outcome.result
    moved = result in TRANSFERRED
    reached = visits[0].start_s if visits else _wrapped(stretches) if moved else None
    heard = tuple(repeats_in(record.brief, record.transcript, handoff, record.seconds))
    return HandoffMeasures(
        id=handoff.id,
        number=number,
        reason=handoff.escalation.reason,
        rule=handoff.escalation.rule,
        source=handoff.escalation.source,
        explicit=handoff.escalation.explicit,
        result=result,
        phase=handoff.outcome.phase,
        escalated=result != "dismissed",
        connected=bool(visits) or moved,
        abandoned=result == "abandoned",
        time_to_human_s=None if reached is None else round(max(0.0, reached - handoff.escalation.at_s), 3),
        wait_s=_seconds(stretches, WAITS),
        talk_s=round(max(0.0, sum(talk.seconds for talk in talks) - hold_s), 3),
        hold_s=round(hold_s, 3),
        wrap_up_s=_seconds(stretches, frozenset({State.WRAP_UP, State.RETURNED})),
        holds=len(held),
        transfers=max(0, len(_parties(visits, stretches)) - 1),
        whisper={"whole": "whole", "skipped": "skipped"}.get(handoff.whisper_heard or "", "none"),
        asked=sum(repeat.kind is Kind.ASKED for repeat in heard),
        restated=sum(repeat.kind is Kind.RESTATED for repeat in heard),
        repeats=sum(repeat.kind is Kind.ASKED or _unasked(repeat) for repeat in heard),
        reverified=sum(repeat.kind is Kind.REVERIFIED for repeat in heard),
        listened=any(
            u.speaker is Speaker.AGENT and _within(u, visit) for u in record.transcript for visit in visits
        ),
        disposition=handoff.disposition or "",
    )


def stretches_of(handoff: HandoffRecord, over_s: float) -> Iterator[Stretch]:
    """The states with their ends; one that was cut short lasted until the conversation was over."""
    states = handoff.states
    for entry, following in pairwise(states):
        yield Stretch(entry.state, entry.at_s, following.at_s)
    if states and not states[-1].state.final:
        yield Stretch(states[-1].state, states[-1].at_s, max(over_s, states[-1].at_s))


def repeats_in(
    brief: Brief | None, transcript: Sequence[Utterance], handoff: HandoffRecord, over_s: float
) -> Iterator[Repeat]:
    """What the caller had to say again; each agent who gets him begins anew."""
    if brief is None:
        return
    stretches = tuple(stretches_of(handoff, over_s))
    for visit in _parties([s for s in stretches if s.state is State.CONNECTED], stretches):
        listening = Repeats(brief)
        for utterance in transcript:
            if _within(utterance, visit):
                yield from listening.hear(utterance)


def _parties(visits: Sequence[Stretch], stretches: Sequence[Stretch]) -> list[Stretch]:
    """The caller's time with one agent each: a release that failed interrupts none."""
    parties: list[Stretch] = []
    for visit in visits:
        released = parties and any(
            s.state is State.RELEASING and s.start_s == parties[-1].end_s and s.end_s == visit.start_s
            for s in stretches
        )
        if released:
            parties[-1] = parties[-1]._replace(end_s=visit.end_s)
        else:
            parties.append(visit)
    return parties


def _within(utterance: Utterance, stretch: Stretch) -> bool:
    return stretch.start_s <= utterance.start_s <= stretch.end_s


def _seconds(stretches: Sequence[Stretch], states: frozenset[State]) -> float:
    return round(sum(stretch.seconds for stretch in stretches if stretch.state in states), 3)


def _wrapped(stretches: Sequence[Stretch]) -> float | None:
    return next((s.start_s for s in stretches if s.state is State.WRAP_UP), None)


def _unasked(repeat: Repeat) -> bool:
    return repeat.kind is Kind.RESTATED and repeat.asked is None

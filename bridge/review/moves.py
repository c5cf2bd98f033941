"""The same conversations by old rules and by new: which are escalated earlier, later, or no more."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bridge.core.cues.tracker import Ears
from bridge.cues.replay import replay_one
from bridge.model.policy import PolicySettings
from bridge.review.case import NOT_BY_CUE, Case
from bridge.review.judgement import Costs, Tally, judge

NOT_BY_WORDS = NOT_BY_CUE | {"dtmf"}
Kind = Literal["earlier", "later", "new", "removed", "other reason"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    place: int
    turn: int
    at_s: float
    reason: str
    rule: str
    """the cue rule"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """`seconds` later, or earlier where negative; None for a new or removed escalation."""

    id: Any
    kind: Kind
    before: Escalated | None
    after: Escalated | None
    seconds: float | None
    label: str
    judged: tuple[str, str] | None
    """before and after by the label"""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    conversations: int
    not_by_words: int
    """fetched by a key, the bot, a REFER or an operator: no rule moves those, so they are left out"""
    not_found: int
    """fetched in the call, but not by the old rules from words alone: by the voice, or the bot's report"""
    moves: list[Move]
    before: Tally
    after: Tally
    """empty without labels"""

    @property
    def kinds(self) -> dict[str, int]:
        return dict(Counter(move.kind for move in self.moves))

    def as_dict(self) -> dict[str, Any]:
        labels = {"before": self.before.as_dict(), "after": self.after.as_dict()} if self.before.n else None
        return {
            "conversations": self.conversations, "not_by_words": self.not_by_words,
            "not_found": self.not_found, "kinds": self.kinds,
            "moves": [move.as_dict() for move in self.moves], "labels": labels,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    ears: Ears
    policy: PolicySettings


def moves_of(cases: Sequence[Case], old: Side, new: Side, costs: Costs) -> Moves:
    """Both sides are replayed from the words alone, so nothing but rules and policy differs between them."""
    moves: list[Move] = []
    before, after = Tally(costs), Tally(costs)
    by_words = [case.alone_with_bot() for case in cases if case.source not in NOT_BY_WORDS]
    not_found = 0
    for case in by_words:
        was, now = escalated(case, old), escalated(case, new)
        not_found += case.escalated and was is None
        judged = None
        if case.label:
            was_judged, now_judged = (judge(case, each.place if each else None) for each in (was, now))
            before.add(*was_judged, case.weight)
            after.add(*now_judged, case.weight)
            judged = (str(was_judged[0]), str(now_judged[0]))
        kind = kind_of(was, now)
        if kind is not None:
            seconds = round(now.at_s - was.at_s, 3) if was and now else None
            moves.append(
                Move(id=case.id, kind=kind, before=was, after=now, seconds=seconds, label=case.label,
                     judged=judged)
            )  # fmt: skip
    return Moves(
        conversations=len(by_words), not_by_words=len(cases) - len(by_words), not_found=not_found,
        moves=moves, before=before, after=after,
    )  # fmt: skip


def escalated(case: Case, side: Side) -> Escalated | None:
    replayed = replay_one(case, side.ears, side.policy)
    decision, turn = replayed.decision, replayed.turn
    place = case.place(turn)
    if decision is None or turn is None or place is None:
        return None
    rule = decision.cue.rule if decision.cue else decision.rule
    return Escalated(place=place, turn=turn, at_s=case.time(place), reason=decision.reason, rule=rule)


def kind_of(was: Escalated | None, now: Escalated | None) -> Kind | None:
    """None: nothing changes."""
    if was is None or now is None:
        return None if was is now else "removed" if was else "new"
    if was.place != now.place:
        return "earlier" if now.place < was.place else "later"
    return None if (was.reason, was.rule) == (now.reason, now.rule) else "other reason"

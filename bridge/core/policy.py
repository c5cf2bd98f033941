"""Cues into decisions: fetch a human, ask the caller, or neither. Pure; the rules are data."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from bridge.model.cue import Cue, CueKind
from bridge.model.policy import Do, Hours, PolicyRule, PolicySettings
from bridge.model.rules import ACT
from bridge.model.transfer import Mode

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ASKED_FOR = frozenset({CueKind.EXPLICIT_REQUEST, CueKind.DTMF})
TOGETHER_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a decision depends on besides the cues. Times are seconds of the conversation."""

    at_s: float
    live: bool = False
    """a handoff is under way"""
    handoffs: int = 0
    """that have ended: the caller is back with the bot"""
    back_s: float = 0.0
    """when the caller came back last; cues from before count no more"""
    handed_off_for: frozenset[str] = frozenset()
    """reasons of those handoffs"""
    declined_s: float | None = None
    """when the caller last refused to be put through"""
    open: bool = True
    """agents are there"""
    tier: str | None = None
    """the caller's in the CRM"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`reason` is the reason code, `rule` names the policy's rule, `cue` is the one that decided."""

    do: Do
    reason: str
    rule: str
    cue: Cue | None = None
    mode: Mode | None = None
    target_hint: str | None = None
    cues: tuple[Cue, ...] = ()
    """all that were heard together with it"""

    @property
    def explicit(self) -> bool:
        return self.cue is not None and self.cue.kind in ASKED_FOR


NOTHING = Decision(do=Do.NO, reason="", rule="")


@dataclass(slots=True)
class Policy:
    """One conversation's. It remembers what it heard and asked, so that one sign escalates once."""

    settings: PolicySettings
    _heard: list[Cue] = field(default_factory=list)
    _asked_s: list[float] = field(default_factory=list)

    def decide(self, cues: Sequence[Cue], context: Context) -> Decision:
        """Of one turn's cues. The caller's own wish comes first, then the rules in their order."""
        if not cues:
            return NOTHING
        self._heard = [c for c in self._heard if c.at_s > context.back_s or not context.handoffs] + list(cues)
        decision = self._wish(cues) or self._by_rules(cues, context)
        if decision is None or (decision.do is Do.ASK and not decision.explicit):
            decision = self._together(cues, context) or decision
        if decision is None:
            return NOTHING
        decision = replace(decision, cues=tuple(cues))
        if context.live:
            return replace(decision, do=Do.NO, rule="under_way")
        return self._asking(decision, context) if decision.do is Do.ASK else decision

    def _wish(self, cues: Sequence[Cue]) -> Decision | None:
        wish = max((c for c in cues if c.kind in ASKED_FOR), key=lambda c: c.score, default=None)
        if wish is None:
            return None
        do = Do.ACT if wish.score >= ACT else Do.ASK
        return Decision(do=do, reason=wish.kind.value, rule="request", cue=wish)

    def _by_rules(self, cues: Sequence[Cue], context: Context) -> Decision | None:
        for rule in self.settings.rules:
            fitting = [cue for cue in cues if self._fits(rule, cue, context)]
            if fitting:
                return self._guarded(rule, max(fitting, key=lambda cue: cue.score), context)
        return None

    def _fits(self, rule: PolicyRule, cue: Cue, context: Context) -> bool:
        return (
            _counts(rule, cue)
            and (rule.hours == "any" or (rule.hours == "open") is context.open)
            and (not rule.tiers or context.tier in rule.tiers)
            and self._turns(rule) >= rule.times
        )

    def _turns(self, rule: PolicyRule) -> int:
        return len(list(groupby(cue.at_s for cue in self._heard if _counts(rule, cue))))

    def _guarded(self, rule: PolicyRule, cue: Cue, context: Context) -> Decision:
        """Not against the caller's fresh no. After a hand-back the same reason is asked about, not acted on,
        and not for ever."""
        decision = Decision(
            do=rule.do, reason=rule.reason or cue.kind.value, rule=rule.name, cue=cue, mode=rule.mode,
            target_hint=rule.target,
        )  # fmt: skip
        if rule.urgent or decision.do is not Do.ACT:
            return decision
        if _lately(context.declined_s, context, self.settings.ask_again_s):
            return replace(decision, do=Do.NO, rule="declined")
        if context.handoffs >= self.settings.unasked:
            return replace(decision, do=Do.NO, rule="loop_guard")
        if decision.reason in context.handed_off_for:
            return replace(decision, do=Do.ASK)
        return decision

    def _together(self, cues: Sequence[Cue], context: Context) -> Decision | None:
        """Several weak signs of different kinds are one strong one."""
        least = self.settings.together
        recent = [c for c in self._heard if context.at_s - c.at_s <= TOGETHER_S and self._matters(c)]
        best = {c.kind: c.score for c in sorted(recent, key=lambda c: c.score)}
        if least is None or len(best) < 2:
            return None
        doubt = 1.0
        for score in best.values():
            doubt *= 1.0 - score
        fresh = [cue for cue in cues if self._matters(cue)]
        if not fresh:
            return None
        strongest = max(fresh, key=lambda cue: cue.score)
        rule = PolicyRule(name="together", cues=(strongest.kind,), least=0.0)
        return self._guarded(rule, strongest, context) if 1.0 - doubt >= least else None

    def _matters(self, cue: Cue) -> bool:
        return any(_counts(rule, cue) and rule.do is not Do.NO for rule in self.settings.rules)

    def _asking(self, decision: Decision, context: Context) -> Decision:
        """The bot does not pester: a question or a no holds for a while, and it asks only so often."""
        pause_s, often = self.settings.ask_again_s, len(self._asked_s) >= self.settings.asks
        if often or any(_lately(at_s, context, pause_s) for at_s in (*self._asked_s, context.declined_s)):
            return replace(decision, do=Do.NO, rule="asked_before")
        self._asked_s.append(context.at_s)
        return decision


def _counts(rule: PolicyRule, cue: Cue) -> bool:
    return cue.kind in rule.cues and cue.score >= rule.least and (not rule.signs or cue.rule in rule.signs)


def _lately(at_s: float | None, context: Context, pause_s: float) -> bool:
    return at_s is not None and context.at_s - at_s < pause_s


def open_at(hours: Sequence[Hours], weekday: int, clock: str) -> bool:
    """Are agents there? `weekday` 0 is Monday, `clock` is HH:MM in UTC. No hours given: always."""
    return not hours or any(DAYS[weekday] in h.days and h.opens <= clock < h.closes for h in hours)

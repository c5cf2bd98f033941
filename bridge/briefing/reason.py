"""Why a person is needed in a recorded call: by the tracker and the policy of a live one."""

from collections.abc import Sequence

from bridge.core.brief import ReasonOf, reason_of
from bridge.core.cues.tracker import CueTracker, Ears
from bridge.core.policy import Context, Policy
from bridge.model.bot import BotState
from bridge.model.cue import Escalation
from bridge.model.policy import Do, PolicySettings
from bridge.model.transcript import Utterance


def reason_by(ears: Ears, settings: PolicySettings) -> ReasonOf:
    """Where the policy would not have acted, what the turns and the state say by themselves."""

    def of(turns: Sequence[Utterance], state: BotState) -> Escalation:
        tracker, policy = CueTracker(ears), Policy(settings)
        for turn in turns:
            cues = tracker.hear(turn)
            context = Context(at_s=turn.end_s, declined_s=tracker.declined_s)
            decision = policy.decide(cues, context)
            if decision.do is Do.ACT and decision.cue is not None:
                return Escalation(
                    reason=decision.reason, rule=decision.cue.rule, quote=decision.cue.quote,
                    score=decision.cue.score, at_s=turn.end_s, source="speech", explicit=decision.explicit,
                    cues=tuple(cues),
                )  # fmt: skip
        return reason_of(turns, state)

    return of

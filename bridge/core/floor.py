"""Who held the floor when: the voice activity of all sides on the conversation's one clock."""

from dataclasses import dataclass, field
from math import inf

from bridge.model.transcript import Speaker

_KEPT_S = 60.0


@dataclass(slots=True)
class Floor:
    """Turns by speaker, as (start, end) in seconds of the conversation; an open turn ends at infinity."""

    _turns: dict[Speaker, list[tuple[float, float]]] = field(default_factory=dict)

    def began(self, speaker: Speaker, at_s: float) -> None:
        turns = self._turns.setdefault(speaker, [])
        if not turns or turns[-1][1] < inf:
            turns.append((at_s, inf))
        while turns and turns[0][1] < at_s - _KEPT_S:
            turns.pop(0)

    def ended(self, speaker: Speaker, at_s: float) -> None:
        turns = self._turns.get(speaker)
        if turns and turns[-1][1] == inf:
            turns[-1] = (turns[-1][0], max(at_s, turns[-1][0]))

    def overlap_s(self, speaker: Speaker, start_s: float, end_s: float) -> float:
        """How long anybody else spoke between these moments; two others at once count once."""
        others = sorted(
            (max(start, start_s), min(end, end_s))
            for other, turns in self._turns.items()
            if other is not speaker
            for start, end in turns
        )
        total, until = 0.0, start_s
        for start, end in others:
            total += max(end - max(start, until), 0.0)
            until = max(until, end)
        return round(total, 3)

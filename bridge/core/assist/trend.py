"""Whether the caller's mood gets better with the agent. Pure; the words are those of the brief's mood."""

from collections.abc import Sequence
from typing import Final

from bridge.core.brief.mood import mood_of
from bridge.model.assist import Direction, Trend
from bridge.model.transcript import Speaker, Utterance

LAST: Final = 4
"""turns of the caller that are "now\""""
BADNESS: Final = {"positive": -1, "neutral": 0, "impatient": 1, "frustrated": 2, "distressed": 3, "angry": 3}


def trend_of(before: str, spoken: Sequence[Utterance]) -> Trend:
    """`before`: the mood that the brief told; `spoken`: all since the join."""
    turns = [one for one in spoken if one.speaker is Speaker.CALLER][-LAST:]
    mood = mood_of(turns, [], ())
    if not turns:
        return Trend(before=before, now=before, direction="same")
    step = BADNESS.get(mood.value, 0) - BADNESS.get(before, 0)
    ids = tuple(one.id for one in mood.by) or tuple(one.id for one in turns[-1:])
    direction: Direction = "worse" if step > 0 else "better" if step < 0 else "same"
    return Trend(before=before, now=mood.value, direction=direction, utterances=ids)

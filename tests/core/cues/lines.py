"""Utterances for cue tests, on a clock that the test sets."""

from bridge.core.cues.tracker import CueTracker, Ears
from bridge.core.grammar import Grammar
from bridge.cues.detectors import our_detectors
from bridge.model.cue import Cue, CueKind
from bridge.model.transcript import Speaker, Utterance, Voice


def grammar() -> Grammar:
    return ears().grammar


def ears() -> Ears:
    return our_detectors().ears


def says(
    text: str, at_s: float = 1.0, speaker: Speaker = Speaker.CALLER, voice: Voice | None = None
) -> Utterance:
    return Utterance(
        id=f"{speaker}{at_s:g}", speaker=speaker, text=text, start_s=at_s, end_s=at_s, voice=voice
    )


def talk(tracker: CueTracker, *lines: str, step_s: float = 3.0) -> list[list[CueKind]]:
    """Lines "b: ..." and "c: ...", one every `step_s`; the kinds of each line's cues."""
    return [[cue.kind for cue in cues] for cues in heard(tracker, *lines, step_s=step_s)]


def heard(tracker: CueTracker, *lines: str, step_s: float = 3.0) -> list[tuple[Cue, ...]]:
    speakers = {"b": Speaker.BOT, "c": Speaker.CALLER, "a": Speaker.AGENT}
    return [
        tracker.hear(says(line[3:], number * step_s, speakers[line[0]]))
        for number, line in enumerate(lines, 1)
    ]

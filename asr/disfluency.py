"""What stumbles in speech: the sound's pauses and fillers together with the words' restarts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from asr.audio import TICKS_PER_S
from asr.prosody import Voice
from asr.types import VoiceMeasured


def restarts(words: Sequence[str]) -> int:
    """Words and pairs of words said twice in a row ("I I want", "can you can you")."""
    plain = [word.lower().strip(".,?!;:-") for word in words]
    pairs = zip(plain, plain[1:], plain[2:], plain[3:], strict=False)
    return sum(one == other for one, other in pairwise(plain)) + sum(
        (a, b) == (c, d) and a != b for a, b, c, d in pairs
    )


def measured(
    utterance: int, voice: Voice, position: Callable[[int], int], words: Sequence[str] | None = None
) -> VoiceMeasured:
    """The event of an utterance's voice; with `words` once they are final."""
    start, end = position(voice.start), position(voice.end)
    told = VoiceMeasured(
        utterance=utterance,
        start=start,
        end=end,
        energy_db=voice.energy_db,
        pitch_hz=voice.pitch_hz,
        syllables_per_s=voice.syllables_per_s,
        pauses=voice.pauses,
        pause_s=voice.pause_s,
        fillers=voice.fillers,
        energy_z=voice.energy_z,
        pitch_z=voice.pitch_z,
        rate_z=voice.rate_z,
    )
    if not words:
        return told
    again = restarts(words)
    return replace(
        told,
        restarts=again,
        words_per_s=round(len(words) / max((voice.end - voice.start) / TICKS_PER_S, 0.1), 2),
        hesitation=round((voice.pauses + voice.fillers + again) / len(words), 3),
    )

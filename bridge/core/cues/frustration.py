"""Frustration as a level that signs raise and time lowers. One loud word is a sign, not yet a verdict.

Signs add up as independent evidence: level = 1 - product of (1 - weight). What is said and how it is said
are kept apart, because a raised voice alone may be a bad line: it never counts for more than `MANNER_MOST`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.model.transcript import Voice

HALF_LIFE_S = 60.0
"""after so long without a sign the level is half"""
MANNER_MOST = 0.4
RELIEF = 0.4
"""what a thank-you or "that works" leaves of the level"""


@dataclass(frozen=True, slots=True)
class Sign:
    """One piece of evidence; `weight` 0 to 1. `quote` and `span` where words gave it."""

    name: str
    weight: float
    quote: str = ""
    span: tuple[int, int] | None = None


class Frustration:
    """One caller's level. Turns must come in order of time."""

    def __init__(self, half_life_s: float = HALF_LIFE_S) -> None:
        self._half_life_s = half_life_s
        self._said = self._manner = 0.0
        self._at_s = 0.0

    def level(self, at_s: float) -> float:
        """Between 0 and 1 at that time."""
        fading = 0.5 ** (max(at_s - self._at_s, 0.0) / self._half_life_s)
        return _together(self._said * fading, min(self._manner * fading, MANNER_MOST))

    def hear(self, said: Iterable[Sign], manner: Iterable[Sign], at_s: float) -> float:
        """The level with these signs."""
        self._fade(at_s)
        for sign in said:
            self._said = _together(self._said, sign.weight)
        for sign in manner:
            self._manner = _together(self._manner, sign.weight)
        return self.level(at_s)

    def relieve(self, at_s: float) -> None:
        """The caller sounds content again."""
        self._fade(at_s)
        self._said *= RELIEF
        self._manner *= RELIEF

    def _fade(self, at_s: float) -> None:
        fading = 0.5 ** (max(at_s - self._at_s, 0.0) / self._half_life_s)
        self._said *= fading
        self._manner *= fading
        self._at_s = max(at_s, self._at_s)


def signs_in_voice(voice: Voice | None) -> tuple[Sign, ...]:
    """Louder, higher, faster than this speaker's own beginning; talking over somebody; halting speech."""
    if voice is None:
        return ()
    z = [("louder", voice.energy_z, 0.2), ("higher", voice.pitch_z, 0.15), ("faster", voice.rate_z, 0.1)]
    signs = [
        Sign(name, weight * min(value / 2.0, 2.0)) for name, value, weight in z if value and value >= 1.5
    ]
    if voice.overlap_s >= 0.5:
        signs.append(Sign("interrupts", 0.15))
    if voice.hesitation is not None and voice.hesitation >= 0.3:
        signs.append(Sign("hesitates", 0.05))
    return tuple(signs)


def _together(one: float, other: float) -> float:
    return 1.0 - (1.0 - one) * (1.0 - other)

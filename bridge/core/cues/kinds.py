"""The cues of one turn by itself, found by phrase rules: every kind but those that need the whole talk."""

from bridge.core.cues.frustration import Frustration, Sign
from bridge.core.grammar import Grammar, Match
from bridge.model.cue import CueKind

LISTED = 0.5
"""a weaker match is a sign among others and no cue"""
BY_DETECTOR = frozenset({CueKind.EXPLICIT_REQUEST})
"""kinds whose rules another module reads"""


def cues_in_turn(grammar: Grammar, text: str, speaker: str = "caller") -> tuple[Match, ...]:
    """The strongest match of each kind that counts, the surest first. Frustration's add up to one."""
    return listed(grammar.find(text, speaker))


def listed(found: tuple[Match, ...]) -> tuple[Match, ...]:
    """Of all matches of a turn those that count."""
    best: dict[CueKind, Match] = {}
    for match in found:
        known = best.get(match.kind)
        if match.kind not in BY_DETECTOR and (known is None or match.score > known.score):
            best[match.kind] = match
    if angry := best.get(CueKind.FRUSTRATION):
        level = Frustration().hear(anger(found), (), 0.0)
        best[CueKind.FRUSTRATION] = Match(angry.kind, angry.rule, round(level, 3), angry.span, angry.quote)
    return tuple(sorted((m for m in best.values() if m.score >= LISTED), key=lambda m: (-m.score, m.kind)))


def anger(found: tuple[Match, ...]) -> tuple[Sign, ...]:
    """What the words weigh, each place once: two rules may name the same words."""
    signs: list[Match] = []
    angry = (m for m in found if m.kind is CueKind.FRUSTRATION and m.score > 0)
    for match in sorted(angry, key=lambda m: -m.score):
        if all(match.span[1] <= other.span[0] or match.span[0] >= other.span[1] for other in signs):
            signs.append(match)
    return tuple(Sign(m.rule, m.score, m.quote, m.span) for m in signs)

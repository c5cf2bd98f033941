"""The brief as it is spoken: at most `HEADLINE_S` for the headline and `SCRIPT_S` for all of it.

A budget in characters comes near the limits; whoever renders measures the real clip, and asks again with a
smaller budget where the voice was slower.
"""

import re

from bridge.core.brief.clause import shortened
from bridge.core.brief.wording import STANDARD, Wording
from bridge.model.brief import Brief, Line, Script

HEADLINE_S = 8.0
SCRIPT_S = 15.0
CHARACTERS_PER_S = 14.5
SCRIPT_ROOM = int(SCRIPT_S * CHARACTERS_PER_S)
LEAST_ROOM = 60
MORE_ROOM = 300
HEADLINE_ROOM = 72
SENSIBLE = 0.5
"""of a part; what is cut shorter says nothing"""
SHARES = (("open", 0.42), ("tried", 0.34), ("next", 0.24))
"""of what headline, mood and authentication leave"""


def script_of(brief: Brief, room: int = SCRIPT_ROOM, wording: Wording = STANDARD) -> Script:
    """Headline; then tried, mood, authentication, open and next; `more` holds what was cut.

    `room`: characters of headline and detail together.
    """
    headline = re.sub(
        r"[.!?]*$", ".", _aloud(shortened(brief.headline, min(HEADLINE_ROOM, max(room // 2, 30))))
    )
    told = {
        "tried": [_aloud(line.text) for line in _telling_first(brief.tried)],
        "open": _not_again(brief.unresolved, "not resolved:", "not resolved"),
        "next": _not_again(brief.next, "take up:", ""),
    }
    identity = _aloud(brief.identity.text if brief.identity else "verification not known").split("; ")[0]
    mood = brief.sentiment
    frame = len(
        wording.say("detail", mood=mood, identity=shortened(identity, 40), tried="-", open="-", next="-")
    )
    left = max(room - len(headline) - frame, 0)
    values: dict[str, str] = {}
    for name, share in SHARES:
        values[name] = _some(told[name], int(left * share))
    spare = left - sum(len(value) for value in values.values())
    for name, _ in SHARES:
        if spare > 8:
            longer = _some(told[name], len(values[name]) + spare)
            spare -= len(longer) - len(values[name])
            values[name] = longer
    values["tried"] = "; ".join(reversed(values["tried"].split("; ")))
    if brief.tried and not values["tried"]:
        values["tried"] = "see the page"
    detail = wording.say("detail", mood=mood, identity=shortened(identity, 40), **values)
    return Script(headline=headline, detail=detail, more=_more(brief, wording))


def fitting(room: int, seconds: float, limit_s: float = SCRIPT_S) -> int:
    """A smaller budget for a script whose clip took `seconds`."""
    return max(int(room * limit_s / seconds) - 6, LEAST_ROOM)


def _some(parts: list[str], room: int) -> str:
    """As many whole parts as fit; else the one that loses least, unless it loses most of itself."""
    if not parts or room < 8:
        return ""
    said = ""
    for part in parts:
        if len(said) + len(part) + 2 <= room:
            said = f"{said}; {part}" if said else part
    if said:
        return said
    cut = [(shortened(part, room), len(part)) for part in parts]
    return max(cut, key=lambda c: len(c[0]) / c[1])[0] if any(len(c) >= SENSIBLE * n for c, n in cut) else ""


def _telling_first(tried: tuple[Line, ...]) -> list[Line]:
    """The latest first, and what the bot reported before what it was heard to say."""
    latest = tried[::-1]
    return sorted(latest, key=lambda line: line.source != "bot_state")


def _not_again(line: Line | None, lead: str, instead: str) -> list[str]:
    """The parts of a line, without what only says the headline once more."""
    parts = line.text.split("; ") if line else []
    told = [instead if part.startswith(lead) else _aloud(part) for part in parts]
    return [part for part in told if part]


def _more(brief: Brief, wording: Wording) -> str:
    facts = "; ".join(shortened(_aloud(line.text), 50) for line in brief.facts[:4])
    tried = "; ".join(shortened(_aloud(line.text), 80) for line in brief.tried[-3:])
    said = wording.say("more", quote=shortened(_aloud(brief.quote), 80), facts=facts, tried=tried)
    return shortened(said, MORE_ROOM) + "." if said else "There is nothing more."


def _aloud(text: str) -> str:
    """Without what a voice cannot say: "(card withheld)" -> "card withheld"."""
    return re.sub(
        r"\b(offered|said|asked|unable|caller)( \d+ times)?: ", r"\1\2 ", re.sub(r"[()\"]", "", text)
    )

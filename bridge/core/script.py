"""The brief as it is spoken: at most `HEADLINE_S` for the headline and `SCRIPT_S` for all of it.

A budget in characters comes near the limits; whoever renders measures the real clip, and asks again with a
smaller budget where the voice was slower.
"""

import re

from bridge.core.brief.clause import shortened
from bridge.core.brief.wording import STANDARD, Wording
from bridge.model.brief import Brief, Script

HEADLINE_S = 8.0
SCRIPT_S = 15.0
CHARACTERS_PER_S = 14.5
SCRIPT_ROOM = int(SCRIPT_S * CHARACTERS_PER_S)
LEAST_ROOM = 60
MORE_ROOM = 300
SHARES = (("open", 0.42), ("tried", 0.34), ("next", 0.24))
"""of what headline, mood and authentication leave"""


def script_of(brief: Brief, room: int = SCRIPT_ROOM, wording: Wording = STANDARD) -> Script:
    """Headline; then tried, mood, authentication, open and next; `more` holds what was cut.

    `room`: characters of headline and detail together.
    """
    headline = re.sub(r"[.!?]*$", ".", _aloud(shortened(brief.headline, max(room // 2, 30))))
    told = {
        "tried": [_aloud(line.text) for line in reversed(brief.tried)],
        "open": _aloud(brief.unresolved.text).split("; ") if brief.unresolved else [],
        "next": _aloud(brief.next.text).split("; ") if brief.next else [],
    }
    identity = _aloud(brief.identity.text if brief.identity else "verification not known")
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
    """As many whole parts as fit; of the first at least a beginning that makes sense."""
    if not parts or room < 8:
        return ""
    said = ""
    for part in parts:
        if len(said) + len(part) + 2 <= room:
            said = f"{said}; {part}" if said else part
    return said or shortened(min(parts, key=len) if room < 30 else parts[0], room)


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

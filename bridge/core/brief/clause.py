"""A turn in clauses: without fillers, greetings, the request for a person, and words meant for the machine.

Recognizers write no full stops, so a clause also begins where a new sentence usually does.
"""

import re
import unicodedata

from bridge.core.brief.command import COMMAND
from bridge.core.brief.phrases import ABOUT, CUT, DANGLING, DEPARTMENT, FILLER, OPENER, SMALLTALK, STUTTER
from bridge.core.brief.request import explicit_request
from bridge.core.redaction.phrase import words

NOISE = re.compile(r"[<>{}\[\]|`\\^~*_#$%]+")


def plain(text: str) -> str:
    """One line of readable characters: no control, format or markup characters."""
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if unicodedata.category(c) not in ("Cf", "Co", "Cs", "Cn")
    )
    withheld = re.sub(
        r"\[([a-z_ ]{2,20})\]", lambda m: f"({m[1].replace('_', ' ')} withheld)", kept, flags=re.I
    )
    return " ".join(NOISE.sub(" ", withheld).split())


def cleaned(text: str) -> str:
    """Without fillers, stutters and the words that only begin a turn."""
    bare = STUTTER.sub(r"\1", FILLER.sub("", plain(text)))
    return OPENER.sub("", bare).strip(" ,.;:!?-…")


def clauses(text: str) -> tuple[str, ...]:
    """The clauses of a caller's turn that say something about his matter."""
    if COMMAND.search(plain(text)):
        return ()
    parts = (cleaned(part) for part in CUT.split(FILLER.sub("", plain(text))) if part)
    parts = (ABOUT.sub("about ", part) for part in parts)
    told = (_without_request(part) for part in parts if part and not SMALLTALK.match(part))
    return tuple(part for part in told if part)


def _without_request(clause: str) -> str:
    """Without the request for a person; but "someone about my mortgage" is a matter."""
    if re.search(r"\b(?:about|regarding|concerning|who (?:knows|can)|because)\b \w+", clause, re.I):
        return clause
    if DEPARTMENT.search(clause):
        return ""
    if not (hit := explicit_request(clause)):
        return clause
    rest = clause.replace(hit.quote, " ")
    return cleaned(rest) if len(content(rest)) > 1 else ""


STOP = words(
    """
    instead rather away through back machine robot different available else
    a an the this that these those i i'm i've i'd me my we us our you your it its it's he she they them
    his her their is are was were be been am do does did have has had having can could would will shall
    should may might must to of in on at for from with by about as and or but so if then than because
    just really very please yes no not don't didn't can't won't doesn't isn't wasn't there there's
    that's what what's which who when where how why up out off over again still already now today here
    get got give want need like know think say said tell told go going come one some any all too also
    more someone somebody anyone person agent human people something anything thing things
    """
)


def content(text: str) -> list[str]:
    """The words that carry a meaning, in lower case."""
    return [w for w in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text.lower()) if w not in STOP and len(w) > 1]


def shortened(text: str, characters: int) -> str:
    """Cut at a word, without an end that leads nowhere."""
    if len(text) <= characters:
        return text.rstrip(" ,.;:")
    cut = text[: characters + 1]
    cut = cut.rsplit(" ", 1)[0] if " " in cut else cut[:characters]
    return DANGLING.sub("", cut).rstrip(" ,.;:")

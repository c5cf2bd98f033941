"""What an agent's words ask for, clause by clause. Pure.

People ask in few ways ("can i take your ...", "what's the ...", "and the ..."), so the frames are written
out; what stands in the frame is compared with the labels of a brief by `bridge.core.brief_items`.
"""

import re
from dataclasses import dataclass

from bridge.core.said import said

_START = (
    r"(?:(?:can|could|may|would|will|shall) (?:i|you|we)\b|what(?:'s)?\b|which\b|when(?:'s)?\b|"
    r"who(?:'s)?\b|"
    r"where(?:'s|abouts)?\b|how\b|(?:do|did|have|are) you\b|is (?:there|this|it|that)\b|(?:tell|give|"
    r"read) me\b|"
    r"i(?:'ll)? (?:just |still |also )?need\b|i(?:'ll)? (?:just )?have to\b|let me (?:have|take)\b)"
)
_INSIDE = "".join(
    rf"(?<!\b{word})"
    for word in ("how", "what", "when", "where", "who", "which", "why", "long", "day", "date")
)
"""a question goes on behind these: "when do you fly\""""
_CUT = re.compile(rf"{_INSIDE}\s+(?={_START})|\s+(?=and (?:the|your|an?|for|i|{_START}))")
_LEAD = re.compile(
    r"^(?:(?:and|so|but|ok|okay|right|alright|now|then|well|hi|hello|hey|sorry|thanks|thank you|great|"
    r"lovely|perfect|"
    r"good|fine|please|oh|yes|no|first|just)\b\s*)+"
)
_FRAMES = tuple(
    re.compile(frame)
    for frame in (
        r"(?:can|could|may|would|will) (?:i|you|we) (?:(?!ask|help)\w+ ){0,3}?(?:have|take|get|give|"
        r"tell|confirm|"
        r"read|spell|state|say|repeat|remind|know|provide|answer)\b(?P<what>.*)",
        r"(?:(?:tell|give|read) me|i(?:'ll)? (?:just |still |also )?need|let me (?:have|"
        r"take))\b(?P<what>.*)",
        r"(?:what's|what (?:is|was|were|are)|what|which)\b(?P<what>.*)",
        r"(?:do|have) you (?:have|got|know|happen to have)\b(?P<what>.*)",
        r"is there (?P<what>(?:a|an)\b.*)",
        r"you live (?P<what>at)$",
    )
)
_BARE = re.compile(
    r"^(?:and |so )?(?P<what>(?:your|the|an?|full)? ?(?:[\w']+ ){0,4}?[\w']+)(?: (?:please|again|is|"
    r"when you're ready|"
    r"in case|on that|where|for)\b.*)?$"
)
_VERB = re.compile(
    r"\b(?:i|i'm|i'll|we|you've|it's|that's|is|was|are|have|has|had|see|got|will|do|did|arrived|says?)\b"
)
_PROBLEM = re.compile(
    r"\bhow (?:can|may|could) (?:i|we) (?:be of )?(?:help|assist)|\bwhat can (?:i|we) do for you|"
    r"\bwhat(?:'s| is| was| seems to be| appears to be) (?:the |your )?(?:exact )?(?:problem|trouble|"
    r"matter|issue|question|"
    r"reason)\b|\bwhat happened\b|\bwhat(?:'s| is) (?:wrong|up|going on|happening)\b|"
    r"\bwhat(?:'s|'re| is| are)? (?:it|this|that|you)(?:'s| is| are|'re)? (?:all )?(?:about|regarding|"
    r"concerning|calling)\b|"
    r"\bwhat(?:'s| is) (?:it|this|that|your call) (?:about|regarding)|\breason (?:for|of) (?:your|"
    r"the) (?:call|calling)|"
    r"\bwhy (?:are|were) you (?:calling|ringing)|\bwhat (?:did|do) you need$|\bwhat would you like to do|"
    r"\bwhat brings you|\bwhat are you (?:calling|ringing)|\b(?:explain|describe) (?:to me )?(?:the|"
    r"your) (?:problem|issue)|"
    r"\bwhy do you (?:think|say) it's wrong"
)
_NOT_PROBLEM = re.compile(r"\b(?:else|other|more|further|next|today's)\b")
_WHEN = re.compile(r"^(?:when(?:'s)?|(?:on )?(?:what|which) (?:day|date))\b(?P<what>.*)")
_MUCH = re.compile(
    r"^how much (?:is|was|were|are|has|have|did|does|should|for)\b(?P<what>.*)|"
    r".*\b(?:the|your|what|which) (?:exact |total )?(?:amount|sum|total)\b(?P<also>.*)"
)
_WHO = re.compile(
    r"\bwho (?:am i|are we|do i|have i|is this|is calling|'s)|\bwho's (?:calling|this|speaking|on the "
    r"line)|"
    r"\bwho's the account holder"
)
_WHERE = re.compile(
    r"\bwhere (?:are|were) you (?:calling|ringing)|\bwhere do you live|\bwhere (?:was|is) (?:it|that) "
    r"(?:going|meant|to go)|"
    r"^whereabouts\b|\byou live at$"
)
_TRIED = re.compile(
    r"^(?:what|have you|did you|anything you)\b.*\b(?:tried|try|done|attempted)\b|^(?:have|did) you \w+"
)
_IDENTITY = re.compile(
    r"\b(?:security|verification) (?:question|check)|\bthrough security\b|\b(?:verify|identify) "
    r"(?:you|your|who)\b|"
    r"\bwho i(?:'m| am) (?:talking|speaking)|\bconfirm (?:your identity|who you are)|"
    r"\b(?:date of birth|birth ?date|maiden name|memorable (?:word|date|place)|pass ?word|pass "
    r"?phrase|first school|"
    r"security (?:word|number|code|answer)|pin(?: number| code)?|last four)\b"
)
_NOT_IDENTITY = re.compile(
    r"\b(?:no need|don't need|without|already|won't|skip|passed|been verified|you're verified|her|his|"
    r"their|new|reset|"
    r"change|resetting|child's|daughter's|son's|wife's|husband's)\b"
)
_NEW = re.compile(
    r"\b(?:new|another|other|second|different|instead|else|next|would you (?:like|prefer)|do you "
    r"(?:want|prefer)|want me|"
    r"suits?|better|her|his|their|should i|shall i|driver|last (?:used?|time)|usually|normally|before)\b"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """`what`: the words in the frame of a question, "" in none. `kinds`: what is plainly asked for."""

    text: str
    what: str
    kinds: frozenset[str]
    new: bool
    """it asks for something else than what was told so far"""


def questions(text: str) -> tuple[Clause, ...]:
    """The clauses of an agent's turn that ask for something."""
    heard = said(text).text
    return tuple(asked for part in _CUT.split(heard) if part and (asked := _asked(_LEAD.sub("", part), part)))


def _asked(text: str, whole: str) -> Clause | None:
    what = _framed(text) or _bare(text, whole)
    kinds = frozenset(_kinds(text, bool(what)))
    return Clause(text, what, kinds, bool(_NEW.search(text))) if what or kinds else None


def _framed(text: str) -> str:
    found = (frame.match(text) for frame in _FRAMES)
    return next((match["what"].strip() or "it" for match in found if match), "")


def _bare(text: str, whole: str) -> str:
    """ "and the amount", "policy number when you're ready": a noun that stands alone asks for it."""
    match = _BARE.match(text)
    asks = whole.startswith("and ") or re.search(r"\b(?:please|again|ready|is)$", whole)
    return match["what"].strip() if match and asks and not _VERB.search(match["what"]) else ""


def _kinds(text: str, framed: bool) -> list[str]:
    found: list[str] = []
    if _PROBLEM.search(text) and not _NOT_PROBLEM.search(text):
        found.append("problem")
    if _WHEN.match(text):
        found.append("date")
    if _MUCH.match(text):
        found.append("amount")
    if _WHO.search(text):
        found.append("name")
    if _WHERE.search(text):
        found.append("address")
    if _TRIED.match(text):
        found.append("tried")
    demands = framed or re.search(r"\b(?:i (?:just )?(?:need|have) to|i'll|i need|please|take you)\b", text)
    if _IDENTITY.search(text) and not _NOT_IDENTITY.search(text) and demands:
        found.append("identity")
    return found

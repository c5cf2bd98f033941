"""The brief as it is spoken: at most `HEADLINE_S` for the headline and `SCRIPT_S` for all of it.

A budget in words comes near the limits; whoever renders measures the real clip, and asks again with a smaller
budget where the voice was slower.
"""

import re

from bridge.model.brief import Brief, Script

HEADLINE_S = 8.0
SCRIPT_S = 15.0
WORDS_PER_S = 2.2
HEADLINE_WORDS = int(HEADLINE_S * WORDS_PER_S)
SCRIPT_WORDS = int(SCRIPT_S * WORDS_PER_S)

AUTHENTICATED = {
    "verified": "Verified",
    "partial": "Partly verified",
    "failed": "Verification failed",
    "none": "Not verified",
    "unknown": "Verification not known",
}


def script_of(brief: Brief, words: int = SCRIPT_WORDS) -> Script:
    """Headline; then tried, mood, authentication and what is open; `more` holds what was cut.

    `words` is for headline and detail together; below about 16 only the open point is still shortened.
    """
    headline = _cap(_sentence(brief.headline), min(HEADLINE_WORDS, max(words // 2, 6)))
    mood = f"{brief.sentiment.capitalize()}. {_authentication(brief)}."
    left = max(words - len(headline.split()) - len(mood.split()), 8)
    still_open = _open(brief, max(left // 2, 5))
    tried = _tried(brief, max(left - len(still_open.split()), 3))
    return Script(headline=headline, detail=f"{tried} {mood} {still_open}", more=_more(brief))


def fitting(words: int, seconds: float, limit_s: float = SCRIPT_S) -> int:
    """A smaller budget for a script whose clip took `seconds`."""
    return max(int(words * limit_s / seconds) - 1, 8)


def _open(brief: Brief, words: int) -> str:
    if brief.unresolved is None:
        return "Nothing open is known."
    if brief.why and brief.unresolved.text == brief.why.text:
        return "Nothing is resolved yet."
    return f"Open: {_clip(brief.unresolved.text, words)}."


def _tried(brief: Brief, words: int) -> str:
    """The last two actions with their results, the very last one first in line for the words."""
    if not brief.tried:
        return "Nothing was tried."
    last = _clip(brief.tried[-1].text, words)
    room = words - len(last.split())
    before = [_clip(brief.tried[-2].text, room)] if len(brief.tried) > 1 and room >= 4 else []
    return f"Tried: {'; '.join([*before, last])}."


def _authentication(brief: Brief) -> str:
    said = AUTHENTICATED.get(brief.authentication.status, AUTHENTICATED["unknown"])
    method = brief.authentication.method
    return f"{said} by {_clip(method, 3)}" if method and said.startswith(("Verified", "Partly")) else said


def _more(brief: Brief) -> str:
    facts = "; ".join(_clip(line.text, 8) for line in brief.facts[:4])
    quote = f"The caller said: {_clip(brief.quote, 14)}." if brief.quote else ""
    tried = "; ".join(_clip(line.text, 14) for line in brief.tried[-3:])
    told = [quote, f"Facts: {facts}." if facts else "", f"Tried: {tried}." if tried else ""]
    return " ".join(part for part in told if part) or "There is nothing more."


DANGLING = re.compile(
    r"(\s+(?:the|an?|my|your|of|on|in|to|at|for|from|with|and|or|is|was|that|by|i|not))+$", re.I
)


def _clip(text: str, words: int) -> str:
    """The first `words` words, without an end that leads nowhere."""
    kept = text.split()
    return (text if len(kept) <= words else DANGLING.sub("", " ".join(kept[:words]))).rstrip(" ,.;:")


def _cap(text: str, words: int) -> str:
    return text if len(text.split()) <= words else f"{_clip(text, words)}."


def _sentence(text: str) -> str:
    return re.sub(r"[.!?]*$", ".", text.strip())

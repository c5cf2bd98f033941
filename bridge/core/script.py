"""The brief as it is spoken: at most `HEADLINE_S` for the headline and `SCRIPT_S` for all of it.

Word budgets keep the voice inside the limits; the renderer measures the real clip and says when it does not.
"""

import re

from bridge.model.brief import Brief, Script

HEADLINE_S = 8.0
SCRIPT_S = 15.0
WORDS_PER_S = 2.6  # of the slowest shipped voice (m): see docs/reference/speech.md
HEADLINE_WORDS = int(HEADLINE_S * WORDS_PER_S)
SCRIPT_WORDS = int(SCRIPT_S * WORDS_PER_S)

AUTHENTICATED = {
    "verified": "Verified",
    "partial": "Partly verified",
    "failed": "Verification failed",
    "none": "Not verified",
    "unknown": "Verification not known",
}


def script_of(brief: Brief) -> Script:
    """Headline; then tried, mood, authentication and what is open; `more` holds what was cut."""
    headline = _cap(_sentence(brief.headline), HEADLINE_WORDS)
    left = SCRIPT_WORDS - len(headline.split())
    parts = [
        _tried(brief),
        f"{brief.sentiment.capitalize()}. {_authentication(brief)}.",
        f"Open: {_clip(brief.unresolved.text, 9)}." if brief.unresolved else "Nothing open is known.",
    ]
    detail: list[str] = []
    for part in _by_need(parts, left):
        detail.append(part)
    return Script(headline=headline, detail=" ".join(detail), more=_more(brief))


def _by_need(parts: list[str], budget: int) -> list[str]:
    """The last two parts are always said; the first is shortened to what is left."""
    fixed = sum(len(part.split()) for part in parts[1:])
    return [_cap(parts[0], max(budget - fixed, 4)), *parts[1:]]


def _tried(brief: Brief) -> str:
    if not brief.tried:
        return "Nothing was tried."
    return f"Tried: {'; '.join(_clip(line.text, 9) for line in brief.tried[-2:])}."


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


def _clip(text: str, words: int) -> str:
    return " ".join(text.split()[:words]).rstrip(" ,.;:")


def _cap(text: str, words: int) -> str:
    kept = text.split()
    return text if len(kept) <= words else " ".join(kept[:words]).rstrip(" ,.;:") + "."


def _sentence(text: str) -> str:
    return re.sub(r"[.!?]*$", ".", text.strip())

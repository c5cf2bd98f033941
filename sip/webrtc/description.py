"""What we read of and change in session descriptions (RFC 8866), which cross processes as text."""

import re
from typing import Final

LONGEST: Final = 64_000
_CANDIDATE: Final = re.compile(r"^a=candidate:\S+ \d+ \S+ \d+ (\S+) ", re.IGNORECASE)


class Unusable(Exception):
    """An offer that no call can be made of; the message says why, without quoting it."""


def readable(offer: str) -> str:
    """An offer as aiortc shall see it. Raises `Unusable`.

    Names of mDNS are left out: nobody need look for a page that looks for us. And so is the end of
    candidates, behind which aiortc would give up before the page's first packet.
    """
    if len(offer) > LONGEST:
        raise Unusable("longer than 64 KB")
    lines = offer.replace("\r\n", "\n").split("\n")
    if not any(line.startswith("m=audio ") for line in lines):
        raise Unusable("no audio in it")
    kept = [line for line in lines if line != "a=end-of-candidates" and not _of_mdns(line)]
    return "\r\n".join(kept)


def _of_mdns(line: str) -> bool:
    found = _CANDIDATE.match(line)
    return found is not None and found[1].lower().endswith(".local")


def advertised(answer: str, bound: str, shown: str | None) -> str:
    """Our answer with the address that pages reach us at, where that is not the one we bind."""
    if shown is None or shown == bound:
        return answer
    return re.sub(rf"(?<![\d.]){re.escape(bound)}(?![\d.])", shown, answer)

"""A stretch of personal data, and text with such stretches taken out."""

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """`type` is one of CARD CVV EXPIRY PIN SSN DOB PHONE EMAIL NAME ADDRESS POSTCODE ACCOUNT POLICY LICENCE
    PASSWORD MEDICAL, or NUMBER: digits that nobody named. Offsets are characters of the text as given."""

    start: int
    end: int
    type: str


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order and apart: of two that overlap, one remains that covers both and has the longer one's type."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end:
            last = found[-1]
            longer = max(last, span, key=lambda s: (s.end - s.start, s.type))
            found[-1] = Span(last.start, max(last.end, span.end), longer.type)
        else:
            found.append(span)
    return tuple(found)


def masked(text: str, spans: Iterable[Span]) -> str:
    """`text` with `[card]` and the like where a span was."""
    parts: list[str] = []
    at = 0
    for start, end, type in spans:
        parts += (text[at:start], f"[{type.lower()}]")
        at = end
    return "".join((*parts, text[at:]))

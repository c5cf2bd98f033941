"""What the deployment knows: passages of its handbooks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One heading's paragraph. `path`: document title and headings above it, the nearest last."""

    document: str
    """where it was read, relative to the folder that was added"""
    path: tuple[str, ...]
    text: str
    link: str
    """to be followed by a person: a web address, or the document with the heading's anchor"""

    @property
    def heading(self) -> str:
        return self.path[-1] if self.path else self.document


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A passage that was found; a higher `score` is nearer, and comparable within one search only."""

    passage: Passage
    score: float

"""Help for the connected agent: plays (what to do for which reason) and the hints made of them."""

from dataclasses import dataclass, field
from typing import Literal

HintKind = Literal["repeat", "compliance", "behaviour", "step", "knowledge"]
Direction = Literal["better", "same", "worse"]
Closed = Literal["done", "ticked", "dismissed", "lapsed", ""]
"""done: heard; ticked, dismissed: by the agent; lapsed: its time was over; "": still open at the end"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a checklist. `done`: sentence templates of what the agent says when he does it."""

    name: str
    title: str
    why: str
    done: tuple[str, ...] = ()
    compliance: bool = False
    """it must be done, and is shown before what merely helps"""
    examples: tuple[str, ...] = ()
    """each must tick it; `handoff check` runs them"""
    against: tuple[str, ...] = ()
    """none of these may"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A checklist. It begins where the handoff has one of the `reasons` ("*": any), or the caller says one of
    the templates `say`."""

    name: str
    why: str
    reasons: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    examples: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    source: str = ""
    """the file it was read from"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySet:
    version: str
    words: dict[str, str] = field(default_factory=dict)
    plays: tuple[Play, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One thing shown to the agent. Its words are redacted, as those it was made of."""

    id: str
    """play/step, or what was noticed; the same thing has the same id"""
    kind: HintKind
    title: str
    why: str
    at_s: float
    """when it came up"""
    rank: int
    """the least comes first"""
    utterances: tuple[str, ...] = ()
    """evidence: what was said"""
    words_s: float | None = None
    """end of the words that brought it up; None: none did"""
    link: str = ""
    """of a passage: its source"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HintRecord:
    """What became of one hint, without its words."""

    id: str
    kind: str
    shown_s: float
    words_s: float | None = None
    utterances: tuple[str, ...] = ()
    closed: str = ""
    closed_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The caller's mood before the agent came, and in his last turns."""

    before: str
    now: str
    direction: Direction
    utterances: tuple[str, ...] = ()

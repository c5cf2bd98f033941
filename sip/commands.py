"""What can be asked of a user agent. Commands are fire-and-forget plain data.

A command that cannot be carried out is answered by `CommandFailed`, never by an exception; a refusal
by the other side of the telephone is an event of its own (`LegEnded`, `TransferProgress`).
Commands on a leg that has already ended are dropped in silence: the `LegEnded` is on its way.
"""

from dataclasses import dataclass, field
from typing import Literal

from sip.types import Edge, Header, LegId, PlayerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """180 to an inbound leg (183 with media when `early_media`)."""

    leg: LegId
    early_media: bool = False
    type: Literal["ring"] = "ring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """200 to an inbound leg."""

    leg: LegId
    type: Literal["answer"] = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """INVITE to `uri` as leg `leg`. No final answer within `no_answer_s`: CANCEL, then `LegEnded`(408)."""

    leg: LegId
    uri: str
    no_answer_s: float = 25.0
    caller_id: str | None = None
    """user part and display name shown to the callee, as `"Name" <user>` or `user`."""
    headers: tuple[Header, ...] = ()
    type: Literal["dial"] = "dial"


@dataclass(frozen=True, slots=True, kw_only=True)
class RingBrowser:
    """A leg that a page may answer with `BrowserOffer`. Nobody does within `no_answer_s`: `LegEnded`(408)."""

    leg: LegId
    no_answer_s: float = 25.0
    type: Literal["ring_browser"] = "ring_browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserOffer:
    """A page's offer (RFC 8866, all candidates in it) for a leg: its answer to the ringing, or, when the leg
    is up, the same page loaded anew, which takes the place of the one before."""

    leg: LegId
    sdp: str
    type: Literal["browser_offer"] = "browser_offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserGone:
    """The page ended the leg: `status` is what a telephone would have answered, 200 for a goodbye."""

    leg: LegId
    status: int = 200
    type: Literal["browser_gone"] = "browser_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """End a leg in whatever phase: refuse, CANCEL or BYE. `q850` goes into a Reason header."""

    leg: LegId
    status: int = 0
    q850: int | None = None
    text: str = ""
    headers: tuple[Header, ...] = ()
    type: Literal["hangup"] = "hangup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hear:
    """Who hears whom, whole: edges not listed are cut. Kept and re-applied as legs get media."""

    edges: tuple[Edge, ...]
    type: Literal["hear"] = "hear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play WAV `path` (s16 mono at the bridge clock) on `player`, replacing what it plays.

    `PlayStarted` when the first frame goes to the mixer, `PlayEnded` once. `loop` plays for ever.
    `start_ms` skips into the clip (resume after barge-in).
    """

    player: PlayerId
    path: str
    tag: str = ""
    loop: bool = False
    start_ms: int = 0
    type: Literal["play"] = "play"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preload:
    """Read a clip into the cache, so that `Play` needs no disk."""

    path: str
    type: Literal["preload"] = "preload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Stop a player; its clip ends with `PlayEnded(completed=False)`."""

    player: PlayerId
    type: Literal["stop"] = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDtmf:
    leg: LegId
    digits: str
    method: Literal["rfc4733", "info"] = "rfc4733"
    type: Literal["send_dtmf"] = "send_dtmf"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayDtmf:
    """Whole relay table: digits received on a leg are sent on to the paired leg. Empty = none."""

    pairs: tuple[tuple[LegId, LegId], ...] = ()
    type: Literal["relay_dtmf"] = "relay_dtmf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer:
    """Blind transfer (RFC 3515): ask the peer of `leg` to call `target`."""

    leg: LegId
    target: str
    headers: tuple[Header, ...] = ()
    type: Literal["refer"] = "refer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferReplaces:
    """Attended transfer (RFC 3515, RFC 3891): the peer of `leg` takes over our dialog `other`."""

    leg: LegId
    other: LegId
    headers: tuple[Header, ...] = ()
    type: Literal["refer_replaces"] = "refer_replaces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Send what `leg` says to the ASR socket `asr` (None = stop with EOS) as `stream`.

    Frames older than now come out of the replay ring when `from_position` is given (10 s at most).
    """

    leg: LegId
    stream: str
    epoch: int
    asr: str | None
    from_position: int | None = None
    type: Literal["listen"] = "listen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Write what `leg` says to WAV `path` (None = stop). Never blocks the media clock."""

    leg: LegId
    path: str | None
    type: Literal["record"] = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """What the worker does by itself should main vanish: `keep` running, or apologise and fall back."""

    orphan: Literal["keep", "fallback"]
    apology: str | None = None
    failsafe_uri: str | None = None
    grace_s: float = 5.0
    type: Literal["posture"] = "posture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Conversation over: hang up what is left, flush recorders and taps, exit."""

    reason: str = field(default="done")
    type: Literal["finish"] = "finish"


Command = (
    Ring | Answer | Dial | RingBrowser | BrowserOffer | BrowserGone | Hangup | Hear | Play | Preload | Stop
    | SendDtmf | RelayDtmf | Refer | ReferReplaces | Listen | Record | Posture | Finish
)  # fmt: skip

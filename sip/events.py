"""What a user agent reports. `at` is `time.monotonic()`, one clock for all processes of the machine."""

from dataclasses import dataclass
from typing import Literal

from sip.types import Cause, DtmfMethod, Header, LegId, PlayerId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallIncoming:
    """An INVITE reached the worker; the leg is `caller`. Nothing has been answered yet."""

    leg: LegId
    call_id: str
    from_uri: str
    from_name: str
    to_uri: str
    source: str
    """`ip:port` the front received it from."""
    headers: tuple[Header, ...]
    """X-*, User-to-User, P-Asserted-Identity, Diversion, History-Info, Identity as received."""
    at: float
    type: Literal["call_incoming"] = "call_incoming"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging:
    """A 18x from a dialled leg; `early_media` when it carried SDP."""

    leg: LegId
    status: int
    early_media: bool
    at: float
    type: Literal["leg_ringing"] = "leg_ringing"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered:
    """Confirmed AND media active, for inbound and outbound legs alike. Once a leg."""

    leg: LegId
    codec: str
    srtp: bool
    peer: str
    """signalling `ip:port` of the other side, to decide whether two legs share a peer."""
    at: float
    type: Literal["leg_answered"] = "leg_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserAnswer:
    """Our answer to the page's offer. `LegAnswered` follows when its sound comes."""

    leg: LegId
    sdp: str
    at: float
    type: Literal["browser_answer"] = "browser_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegMedia:
    """Media direction changed after the answer: the peer holds us (`remote_hold`) or resumes. A page that
    sends nothing for a second counts as holding us, until it is back or `LegLost`."""

    leg: LegId
    active: bool
    remote_hold: bool
    at: float
    type: Literal["leg_media"] = "leg_media"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded:
    """The dialog is over. `by_us` when our own Hangup, no-answer timer or Finish ended it."""

    leg: LegId
    cause: Cause
    answered: bool
    by_us: bool
    at: float
    type: Literal["leg_ended"] = "leg_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLost:
    """No RTP for the watchdog time while media should flow. The dialog still stands."""

    leg: LegId
    silent_s: float
    at: float
    type: Literal["leg_lost"] = "leg_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class DtmfReceived:
    leg: LegId
    digit: str
    method: DtmfMethod
    duration_ms: int | None
    at: float
    type: Literal["dtmf_received"] = "dtmf_received"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStarted:
    player: PlayerId
    tag: str
    at: float
    type: Literal["play_started"] = "play_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayEnded:
    player: PlayerId
    tag: str
    completed: bool
    played_ms: int
    at: float
    type: Literal["play_ended"] = "play_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferProgress:
    """A NOTIFY for our REFER, or the REFER's own refusal (`final` at once, RFC 3515 section 2.4)."""

    leg: LegId
    status: int
    reason: str
    final: bool
    at: float
    type: Literal["transfer_progress"] = "transfer_progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRequested:
    """The bot's own REFER. It has been answered 202 and its subscription is served by the worker."""

    leg: LegId
    target: str
    headers: tuple[Header, ...]
    at: float
    type: Literal["transfer_requested"] = "transfer_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOpened:
    """A tap is feeding an ASR socket, from `position` (samples at `rate`)."""

    leg: LegId
    stream: str
    epoch: int
    position: int
    rate: int
    gap_samples: int
    """what the ring could no longer replay"""
    at: float
    type: Literal["stream_opened"] = "stream_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamBroken:
    """The ASR socket of a tap failed. The ring keeps filling; send `Listen` with the next epoch."""

    leg: LegId
    stream: str
    epoch: int
    at: float
    type: Literal["stream_broken"] = "stream_broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFailed:
    """`code` is stable: leg_limit, unknown_leg, bad_uri, bad_offer, no_browsers, clip_unreadable,
    refer_refused, sip_error."""

    command: str
    leg: LegId | None
    code: str
    message: str
    at: float
    type: Literal["command_failed"] = "command_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLost:
    """The worker process is gone; the front sends the BYEs. Always the last event."""

    at: float
    type: Literal["worker_lost"] = "worker_lost"


Event = (
    CallIncoming | LegRinging | LegAnswered | BrowserAnswer | LegMedia | LegEnded | LegLost | DtmfReceived
    | PlayStarted | PlayEnded | TransferProgress | TransferRequested | StreamOpened | StreamBroken
    | CommandFailed | WorkerLost
)  # fmt: skip

"""A leg whose far end is a page: in the mixer like any other, without a SIP dialog."""

import time

import pjsua2 as pj

from sip.config import BrowserConfig
from sip.events import BrowserAnswer, CommandFailed, LegAnswered, LegEnded, LegLost, LegMedia, LegRinging
from sip.pjsua.dialog import Dialog
from sip.pjsua.leg import LegHost
from sip.pjsua.ports import DuplexPort
from sip.tap import Tap
from sip.types import Cause, Header, LegId
from sip.webrtc.line import CODEC, Answered, Fact, Line, Over, Refused, Speaking
from sip.webrtc.loop import PeerLoop
from sip.webrtc.playout import RATE, Playout

PEER = "browser"
UNREACHABLE = 480
NO_ANSWER = 408


class BrowserLeg:
    """The engine sees what it sees of a `PjsuaLeg`. `line` is the page's connection now; a page that was
    loaded anew brings another, while port, sound in hand and place in the mix stay."""

    inbound = is_sip = False
    receiving = False  # a page that falls silent is watched for here, and sooner than telephones are
    remote_hold = False
    we_referred = awaits_notify = referred_us = provisional = False
    peer = PEER

    def __init__(
        self, leg: LegId, host: LegHost, tap: Tap, peers: PeerLoop, config: BrowserConfig, fast: bool
    ) -> None:
        self.leg, self.host, self.tap = leg, host, tap
        self.dialog = Dialog(inbound=False, call_id=f"browser-{leg}")
        self.media: pj.AudioMedia | None = None
        self.confirmed = self.answered = self.over = self.by_us = self.no_answer = False
        self._peers, self._config, self._fast = peers, config, fast
        self._playout = Playout()
        self._line: Line | None = None
        self._coming: Line | None = None
        self._away_since: float | None = None
        self._lost = False

    # what the mixer may use

    @property
    def may_speak(self) -> bool:
        return self.confirmed and self.media is not None

    may_listen = may_speak

    def _hear(self, pcm: bytes | None) -> None:
        """On the media clock's thread."""
        line = self._line
        if line is not None:
            line.hear(pcm)

    # what the page does

    def ring(self) -> None:
        self.host.post(LegRinging(leg=self.leg, status=180, early_media=False, at=time.monotonic()))

    def offered(self, sdp: str) -> None:
        """One page at a time: an offer that has not become sound yet gives way to the next."""
        if self._coming is not None:
            self._peers.close(self._coming)
        self._coming = self._peers.open(sdp, self._playout)

    def take(self, fact: Fact) -> bool:
        """False for a line that is not this leg's."""
        if fact.line not in (self._line, self._coming):
            return False
        now = time.monotonic()
        match fact:
            case Answered():
                self.host.post(BrowserAnswer(leg=self.leg, sdp=fact.sdp, at=now))
            case Refused():
                self._coming = None
                self.host.post(
                    CommandFailed(
                        command="browser_offer", leg=self.leg, code="bad_offer", message=fact.why, at=now
                    )
                )
            case Speaking():
                self._speaking(fact.line)
            case Over():
                self._closed(fact.line)
        return True

    def _speaking(self, line: Line) -> None:
        old, self._line, self._coming = self._line, line, None
        if old is not None and old is not line:
            self._peers.close(old)
        if self.answered:
            return
        self.confirmed = self.answered = True
        self.media = DuplexPort(f"browser-{self.leg}", RATE, self._playout.pull, self._hear, self._fast)
        self.host.media_changed(self)
        self.host.post(LegAnswered(leg=self.leg, codec=CODEC, srtp=True, peer=PEER, at=time.monotonic()))

    def _closed(self, line: Line) -> None:
        self._peers.close(line)
        if line is self._coming:
            self._coming = None
            if not self.answered:
                self.finish(UNREACHABLE, "no way to the browser")
        else:
            self._line = None

    def watch(self, now: float) -> None:
        """Away is who closed the connection or sends nothing; lost, who does not come back in time."""
        if not self.answered or self.over:
            return
        line = self._line
        heard_at = line.heard_at if line is not None else None
        away = heard_at is None or now - heard_at > self._config.silence_s
        if away != (self._away_since is not None):
            self._away_since = (heard_at or now) if away else None
            self._lost = False
            self.remote_hold = away
            self.host.post(LegMedia(leg=self.leg, active=not away, remote_hold=away, at=now))
        if self._away_since is None or self._lost:
            return
        patience_s = self._config.silence_s + self._config.return_within_s
        if now - self._away_since > patience_s:
            self._lost = True
            self.host.post(LegLost(leg=self.leg, silent_s=round(now - self._away_since, 3), at=now))

    # what the engine asks of it

    def packets_received(self) -> int:
        return -1

    def isActive(self) -> bool:
        return not self.over

    def end(self, status: int, reason: str, headers: tuple[Header, ...]) -> None:
        """By us."""
        self.by_us = True
        self.finish(200 if self.answered else 487, reason)

    def finish(self, status: int, reason: str) -> None:
        """Over, once."""
        if self.over:
            return
        self.over = True
        if self.no_answer:
            status, reason = NO_ANSWER, "no answer"
        for line in (self._line, self._coming):
            if line is not None:
                self._peers.close(line)
        self._line = self._coming = None
        self.host.ended(self)
        self.host.post(
            LegEnded(
                leg=self.leg, cause=Cause(status=status, reason=reason), answered=self.answered,
                by_us=self.by_us, at=time.monotonic(),
            )
        )  # fmt: skip

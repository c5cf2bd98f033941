"""The person or machine at the other end of a leg, to be driven by a test or a behaviour."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sip import events as e
from sip.memory.leg import MemoryLeg
from sip.types import Cause, DtmfMethod, Header, is_bot

if TYPE_CHECKING:
    from sip.memory.agent import MemoryUserAgent


@dataclass(slots=True)
class Far:
    """What it does in a phase that does not allow it has no effect."""

    ua: "MemoryUserAgent"
    leg: MemoryLeg
    refer_replies: list[tuple[int, bool]] = field(default_factory=lambda: [(100, False), (200, True)])
    """(status, final) of what it answers to a REFER"""
    digits: list[tuple[str, DtmfMethod]] = field(default_factory=list)
    """what it was sent"""

    def ring(self, *, status: int = 180, early_media: bool = False) -> None:
        """A 18x; one with early media is a 183. Said again it is the same ringing."""
        told = (183 if early_media else status, early_media)
        if self.leg.inbound or self.leg.phase not in ("dialing", "ringing") or told == self.leg.told_ringing:
            return
        self.leg.phase, self.leg.told_ringing = "ringing", told
        self.ua.post(e.LegRinging(leg=self.leg.id, status=told[0], early_media=early_media, at=self.ua.now()))

    def answer(self) -> None:
        if not self.leg.inbound and self.leg.phase in ("dialing", "ringing"):
            self.ua.answered(self.leg)

    def refuse(self, status: int, reason: str = "") -> None:
        if not self.leg.inbound and self.leg.phase in ("dialing", "ringing"):
            self.ua.end(self.leg, Cause(status=status, reason=reason), by_us=False)

    def hang_up(self, *, q850: int | None = 16) -> None:
        """BYE, or CANCEL of a call of its own that is not answered yet."""
        if self.leg.live:
            status = 200 if self.leg.answered else 487
            self.ua.end(self.leg, Cause(status=status, reason="BYE", q850=q850), by_us=False)

    def vanish(self) -> None:
        """RTP stops and nothing is said; the watchdog notices."""
        self.silence(True)

    def silence(self, on: bool) -> None:
        """No RTP, or RTP again."""
        if self.leg.answered:
            self.leg.silent = on
            self.ua.watch(self.leg)

    def press(self, digit: str, method: DtmfMethod = DtmfMethod.RFC4733) -> None:
        if self.leg.answered:
            self.ua.digit(self.leg, digit, method)

    def hold(self, on: bool) -> None:
        if self.leg.answered and self.leg.remote_hold != on:
            self.leg.remote_hold = on
            self.ua.post(e.LegMedia(leg=self.leg.id, active=not on, remote_hold=on, at=self.ua.now()))
            self.ua.watch(self.leg)

    def notify(self, status: int) -> None:
        """How our REFER goes, later than `refer_replies`; final from 200 on."""
        if self.leg.awaits_notify:
            self.ua.transfer_progress(self.leg, status, final=status >= 200)

    def refer(self, target: str, headers: tuple[Header, ...] = ()) -> None:
        """The peer asks us to transfer it: only ever honoured on the bot's leg, and one way only on a leg."""
        if self.leg.answered and is_bot(self.leg.id) and not self.leg.we_referred:
            self.leg.referred_us = True
            self.ua.post(
                e.TransferRequested(leg=self.leg.id, target=target, headers=headers, at=self.ua.now())
            )

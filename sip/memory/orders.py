"""Carrying out commands on the twin. Whatever cannot be done becomes `CommandFailed`."""

from typing import TYPE_CHECKING, Final, assert_never

from sip import commands as c
from sip.clips import ClipUnreadable
from sip.events import CommandFailed, StreamOpened
from sip.memory.leg import MemoryLeg
from sip.message import check_headers, check_uri, host_port, local_uri
from sip.types import MAX_LEGS, PLAYERS, Cause, DtmfMethod, LegId

if TYPE_CHECKING:
    from sip.memory.agent import MemoryUserAgent

DIGITS: Final = frozenset("0123456789*#ABCD")


class Refused(Exception):
    """A command that cannot be carried out, with its stable code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Orders:
    """One method a command, as in `sip.pjsua.orders`."""

    def __init__(self, ua: "MemoryUserAgent") -> None:
        self._ua = ua

    def carry_out(self, command: c.Command) -> None:
        """Never raises."""
        try:
            self._dispatch(command)
        except Refused as refusal:
            self._failed(command, refusal.code, str(refusal))
        except ClipUnreadable as error:
            self._failed(command, "clip_unreadable", str(error))

    def _failed(self, command: c.Command, code: str, message: str) -> None:
        leg, at = getattr(command, "leg", None), self._ua.now()
        self._ua.post(CommandFailed(command=command.type, leg=leg, code=code, message=message, at=at))

    def _dispatch(self, command: c.Command) -> None:
        match command:
            case c.Ring():
                self._ring(command)
            case c.Answer():
                self._answer(command)
            case c.Dial():
                self._dial(command)
            case c.RingBrowser():
                self._ring_browser(command)
            case c.BrowserOffer() | c.BrowserGone():
                self._from_browser(command)
            case c.Hangup():
                self._hangup(command)
            case c.Hear():
                self._ua.edges = frozenset(edge for edge in command.edges if edge[0] != edge[1])
            case c.Play():
                self._known_player(command.player)
                self._ua.players.play(command)
            case c.Stop():
                self._known_player(command.player)
                self._ua.players.stop(command.player)
            case c.SendDtmf():
                self._send_dtmf(command)
            case c.RelayDtmf():
                self._ua.relay = dict(command.pairs)
            case c.Refer():
                self._refer(command)
            case c.ReferReplaces():
                self._refer_replaces(command)
            case c.Listen():
                self._listen(command)
            case c.Record():
                self._leg(command.leg)
            case c.Preload() | c.Posture():
                pass  # only remembered
            case c.Finish():
                self._ua.finish()
            case _:
                assert_never(command)

    def _leg(self, leg: LegId) -> MemoryLeg | None:
        """The leg; None when it has ended already. Raises when there never was one."""
        found = self._ua.legs.get(leg)
        if found is None:
            raise Refused("unknown_leg", f"there is no leg {leg}")
        return found if found.live else None

    # legs

    def _ring(self, command: c.Ring) -> None:
        leg = self._leg(command.leg)
        if leg is not None and leg.inbound and not leg.answered:
            leg.phase, leg.early_media = "ringing", command.early_media

    def _answer(self, command: c.Answer) -> None:
        leg = self._leg(command.leg)
        if leg is not None and leg.inbound and not leg.answered:
            self._ua.answered(leg)

    def _dial(self, command: c.Dial) -> None:
        self._check_room(command.leg)
        self._check("bad_uri", check_uri(command.uri))
        self._check("sip_error", check_headers(command.headers))
        if command.caller_id is not None and local_uri(command.caller_id, "memory") is None:
            raise Refused("bad_uri", 'caller_id is neither a user nor "Name" <user>')
        peer = host_port(command.uri)
        leg = MemoryLeg(command.leg, command.uri, inbound=False, peer=peer, headers=command.headers)
        self._ua.dial(leg, command)

    def _check_room(self, leg: LegId) -> None:
        legs = self._ua.legs
        if leg in legs and legs[leg].live:
            raise Refused("sip_error", f"leg {leg} is up already")
        if sum(leg.live for leg in legs.values()) >= MAX_LEGS:
            raise Refused("leg_limit", "a conversation has four legs at most")

    def _ring_browser(self, command: c.RingBrowser) -> None:
        self._check_room(command.leg)
        leg = MemoryLeg(command.leg, "", inbound=False, peer="browser", browser=True)
        self._ua.dial(leg, command)
        self._ua.far(command.leg).ring()

    def _from_browser(self, command: c.BrowserOffer | c.BrowserGone) -> None:
        leg = self._leg(command.leg)
        if leg is None:
            return
        if not leg.browser:
            raise Refused("bad_offer", f"leg {command.leg} is a telephone")
        if isinstance(command, c.BrowserGone):
            self._ua.end(leg, Cause(status=command.status, reason="by the page"), by_us=False)
        elif "m=audio" in command.sdp:
            self._ua.offered(leg, command.sdp)
        else:
            raise Refused("bad_offer", "no audio in it")

    def _hangup(self, command: c.Hangup) -> None:
        leg = self._leg(command.leg)
        if leg is None:
            return
        self._check("sip_error", check_headers(command.headers))
        refusal = 603 if leg.inbound else 487
        status = 200 if leg.answered else (command.status if leg.inbound else 0) or refusal
        self._ua.end(leg, Cause(status=status, reason=command.text, q850=command.q850), by_us=True)

    # clips and digits

    def _known_player(self, name: str) -> None:
        if name not in PLAYERS:
            raise Refused("sip_error", f"there is no player {name}")

    def _send_dtmf(self, command: c.SendDtmf) -> None:
        leg = self._leg(command.leg)
        if not command.digits or not set(command.digits) <= DIGITS:
            raise Refused("sip_error", "digits are 0-9, *, #, A-D")
        if leg is not None and leg.browser:
            raise Refused("sip_error", f"leg {leg.id} is a browser, which takes no digits")
        if leg is not None and not leg.answered:
            raise Refused("sip_error", f"leg {leg.id} is not answered")
        if leg is not None:
            self._ua.send_digits(leg, command.digits, DtmfMethod(command.method))

    # transfer

    def _refer(self, command: c.Refer) -> None:
        leg = self._leg(command.leg)
        self._check("bad_uri", check_uri(command.target))
        if leg is not None:
            self._transfer(leg, None, command)

    def _refer_replaces(self, command: c.ReferReplaces) -> None:
        leg, other = self._leg(command.leg), self._leg(command.other)
        if leg is None:
            return
        if other is None or not other.answered:
            raise Refused("refer_refused", f"leg {command.other} is not up")
        if other.browser:
            raise Refused("refer_refused", f"leg {command.other} is a browser: it has no dialog to take over")
        self._transfer(leg, other, command)

    def _transfer(self, leg: MemoryLeg, other: MemoryLeg | None, command: c.Refer | c.ReferReplaces) -> None:
        """The far end obeys as `refer_replies` says; one that takes a leg of ours over ends it."""
        if leg.referred_us:
            raise Refused("refer_refused", f"leg {leg.id} has sent a REFER itself")
        self._check("sip_error", check_headers(command.headers))
        if not leg.answered or leg.browser:
            raise Refused("refer_refused", f"leg {leg.id} is not up, or a browser")
        leg.we_referred = leg.awaits_notify = True
        for status, final in self._ua.far(leg.id).refer_replies:
            if final and status < 300 and other:
                self._ua.end(other, Cause(status=200, reason="replaced"), by_us=False)
            self._ua.transfer_progress(leg, status, final=final)

    # taps

    def _listen(self, command: c.Listen) -> None:
        leg = self._leg(command.leg)
        if leg is None:
            return
        if command.asr is None:
            self._ua.streams.pop(command.leg, None)
            return
        self._ua.streams[command.leg] = command
        self._ua.post(
            StreamOpened(
                leg=command.leg, stream=command.stream, epoch=command.epoch,
                position=command.from_position or 0, rate=self._ua.clock_rate, gap_samples=0,
                at=self._ua.now(),
            )
        )  # fmt: skip

    def _check(self, code: str, complaint: str | None) -> None:
        if complaint is not None:
            raise Refused(code, complaint)

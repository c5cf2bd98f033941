"""Carrying out commands on the engine. Whatever cannot be done becomes `CommandFailed`."""

import functools
import logging
from typing import Final, assert_never

import pjsua2 as pj

from sip import commands as c
from sip.clips import ClipUnreadable
from sip.message import check_headers, check_uri, display_of, host_port, local_uri, user_of
from sip.pjsua.engine import Engine
from sip.pjsua.leg import PjsuaLeg, with_headers
from sip.pjsua.players import Player
from sip.types import DtmfMethod, Header, LegId, is_bot

log = logging.getLogger(__name__)

DIGITS: Final = frozenset("0123456789*#ABCD")
NO_REQUIRE_REPLACES: Final = 1


class Refused(Exception):
    """A command that cannot be carried out, with its stable code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Orders:
    """One method a command. `Posture` and `Finish` are the worker's, not the engine's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def carry_out(self, command: c.Command) -> None:
        """Never raises."""
        leg = getattr(command, "leg", None)
        try:
            self._dispatch(command)
        except Refused as refusal:
            self._engine.failed(command.type, leg, refusal.code, str(refusal))
        except ClipUnreadable as error:
            self._engine.failed(command.type, leg, "clip_unreadable", str(error))
        except pj.Error as error:
            self._engine.failed(command.type, leg, "sip_error", str(error.reason))
        except Exception as error:
            log.exception("a fault of ours in %s", command.type)
            self._engine.failed(command.type, leg, "sip_error", type(error).__name__)

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
                self._engine.mixer.hear(command.edges)
                self._engine.referrals.edges(command.edges)
            case c.Play():
                self._play(command)
            case c.Preload():
                self._engine.clips.get(command.path)
            case c.Stop():
                self._player(command.player).stop()
            case c.SendDtmf():
                self._send_dtmf(command)
            case c.RelayDtmf():
                self._engine.relay = dict(command.pairs)
            case c.Refer():
                self._refer(command)
            case c.ReferReplaces():
                self._refer_replaces(command)
            case c.Listen():
                self._listen(command)
            case c.Record():
                self._record(command)
            case c.Posture() | c.Finish():
                log.error("%s is not for the engine", command.type)
            case _:
                assert_never(command)

    def _leg(self, leg: LegId) -> PjsuaLeg | None:
        """The leg; None when it has ended already. Raises when there never was one."""
        found = self._engine.legs.get(leg)
        if found is None and leg not in self._engine.past:
            raise Refused("unknown_leg", f"there is no leg {leg}")
        return found

    # inbound

    def _ring(self, command: c.Ring) -> None:
        leg = self._leg(command.leg)
        if leg is not None and leg.inbound and not leg.confirmed:
            self._respond(leg, 183 if command.early_media else 180)

    def _answer(self, command: c.Answer) -> None:
        leg = self._leg(command.leg)
        if leg is not None and leg.inbound and not leg.confirmed:
            self._respond(leg, 200)

    def _respond(self, leg: PjsuaLeg, status: int) -> None:
        prm = pj.CallOpParam(True)
        prm.statusCode = status
        leg.answer(prm)

    # outbound

    def _dial(self, command: c.Dial) -> None:
        engine = self._engine
        self._check_room(command.leg)
        self._check("bad_uri", check_uri(command.uri))
        if pj.Endpoint.instance().utilVerifySipUri(command.uri) != 0:
            raise Refused("bad_uri", "not a SIP URI")
        from_, asserted = self._from(command)
        prm = self._with(pj.CallOpParam(True), (*command.headers, *asserted))
        if from_:
            prm.txOption.localUri = from_
        leg = PjsuaLeg(engine.account, command.leg, engine, engine.tap())
        leg.peer = host_port(command.uri)
        engine.legs[command.leg] = leg
        engine.past.discard(command.leg)
        try:
            leg.makeCall(command.uri, prm)
        except pj.Error:
            engine.legs.pop(command.leg, None)
            raise
        leg.dialog.call_id = str(leg.getInfo().callIdString)
        engine.conversation = engine.conversation or leg.dialog.call_id
        self._expect_answer(leg, command.no_answer_s)

    def _check_room(self, leg: LegId) -> None:
        if leg in self._engine.legs:
            raise Refused("sip_error", f"leg {leg} is up already")
        if not self._engine.room():
            raise Refused("leg_limit", "a conversation has four legs at most")

    def _expect_answer(self, leg: PjsuaLeg, within_s: float) -> None:
        engine = self._engine
        engine.no_answer[leg.leg] = engine.timers.after(within_s, functools.partial(self._no_answer, leg))

    # browsers

    def _ring_browser(self, command: c.RingBrowser) -> None:
        self._check_room(command.leg)
        if self._engine.browsers is None:
            raise Refused("no_browsers", "this worker was started without browsers")
        self._engine.past.discard(command.leg)
        self._expect_answer(self._engine.browsers.ring(command.leg), command.no_answer_s)

    def _from_browser(self, command: c.BrowserOffer | c.BrowserGone) -> None:
        leg = self._leg(command.leg)
        if leg is None:
            return
        if leg.is_sip:
            raise Refused("bad_offer", f"leg {command.leg} is a telephone")
        if isinstance(command, c.BrowserOffer):
            leg.offered(command.sdp)
        else:
            leg.finish(command.status, "by the page")

    def _from(self, command: c.Dial) -> tuple[str, tuple[Header, ...]]:
        """From of an INVITE, "" for the account's own, and the headers that go with it.

        A PBX that knows us by registration looks for the registered user in From; the caller's number then
        stands beside it (RFC 3325).
        """
        caller = self._caller_id(command.caller_id) if command.caller_id is not None else ""
        trunk = self._engine.config.trunk_to(command.uri)
        if trunk is None:
            return caller, ()
        if not caller:
            return f"<{trunk.aor}>", ()
        name = display_of(caller) or user_of(caller)
        return f'"{name}" <{trunk.aor}>', (("P-Asserted-Identity", caller),)

    def _caller_id(self, caller_id: str) -> str:
        uri = local_uri(caller_id, self._engine.config.front_host)
        if uri is None:
            raise Refused("bad_uri", 'caller_id is neither a user nor "Name" <user>')
        return uri

    def _no_answer(self, leg: PjsuaLeg) -> None:
        if leg.over or leg.confirmed:
            return
        leg.no_answer = True
        leg.end(0, "", ())

    def _hangup(self, command: c.Hangup) -> None:
        leg = self._leg(command.leg)
        if leg is None:
            return
        headers = command.headers
        if command.q850 is not None:
            text = command.text.replace('"', "'")
            reason = f"Q.850;cause={command.q850}" + (f';text="{text}"' if text else "")
            headers = (*headers, ("Reason", reason))
        self._check("sip_error", check_headers(headers))
        if is_bot(leg.leg):
            self._engine.referrals.close()
        leg.end(command.status, "" if leg.confirmed else command.text, headers)

    # clips and digits

    def _play(self, command: c.Play) -> None:
        player = self._player(command.player)
        player.play(self._engine.clips.get(command.path), command.tag, command.loop, command.start_ms)

    def _player(self, name: str) -> Player:
        player = self._engine.players.get(name)
        if player is None:
            raise Refused("sip_error", f"there is no player {name}")
        return player

    def _send_dtmf(self, command: c.SendDtmf) -> None:
        leg = self._leg(command.leg)
        if not command.digits or not set(command.digits) <= DIGITS:
            raise Refused("sip_error", "digits are 0-9, *, #, A-D")
        if leg is not None and not leg.is_sip:
            raise Refused("sip_error", f"leg {leg.leg} is a browser, which takes no digits")
        if leg is not None:
            self._engine.dial_digits(leg, command.digits, DtmfMethod(command.method))

    # transfer

    def _refer(self, command: c.Refer) -> None:
        leg = self._leg(command.leg)
        self._check("bad_uri", check_uri(command.target))
        if leg is None:
            return
        prm = self._refer_param(leg, command.headers)
        try:
            leg.xfer(command.target, prm)
        except pj.Error as error:
            raise Refused("refer_refused", str(error.reason)) from None

    def _refer_replaces(self, command: c.ReferReplaces) -> None:
        leg, other = self._leg(command.leg), self._leg(command.other)
        if leg is None:
            return
        if other is None or not other.confirmed:  # nor may an early dialog be replaced (RFC 3891 section 3)
            raise Refused("refer_refused", f"leg {command.other} is not up")
        if not other.is_sip:
            raise Refused("refer_refused", f"leg {command.other} is a browser: it has no dialog to take over")
        prm = self._refer_param(leg, command.headers)
        prm.options = NO_REQUIRE_REPLACES
        try:
            leg.xferReplaces(other, prm)
        except pj.Error as error:
            raise Refused("refer_refused", str(error.reason)) from None

    def _refer_param(self, leg: PjsuaLeg, headers: tuple[Header, ...]) -> pj.CallOpParam:
        """See `sip.pjsua.referral`: REFER goes one way only on a leg."""
        if not leg.confirmed or not leg.is_sip:
            raise Refused("refer_refused", f"leg {leg.leg} is not up, or a browser")
        if leg.referred_us:
            raise Refused("refer_refused", f"leg {leg.leg} has sent a REFER itself")
        prm = self._with(pj.CallOpParam(True), headers)
        leg.we_referred = leg.awaits_notify = True
        return prm

    # taps

    def _listen(self, command: c.Listen) -> None:
        leg = self._leg(command.leg)
        if leg is None:
            return
        if command.asr is None:
            self._engine.streams.close(command.leg)
            return
        self._engine.streams.open(
            command.leg, leg.tap, command.stream, command.epoch, command.asr, command.from_position
        )

    def _record(self, command: c.Record) -> None:
        leg = self._leg(command.leg)
        if leg is None:
            return
        before, leg.tap.recording = leg.tap.recording, None
        if before is not None:
            before.close()
        if command.path is None:
            return
        tap = leg.tap
        try:
            tap.recording = self._engine.writer.start(
                command.path, tap.rate, tap.frame_samples * 2, tap.ring.count
            )
        except OSError as error:
            raise Refused("sip_error", f"recording: {error.strerror}") from None

    def _with(self, prm: pj.CallOpParam, headers: tuple[Header, ...]) -> pj.CallOpParam:
        self._check("sip_error", check_headers(headers))
        return with_headers(prm, headers)

    def _check(self, code: str, complaint: str | None) -> None:
        if complaint is not None:
            raise Refused(code, complaint)
